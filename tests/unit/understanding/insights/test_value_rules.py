"""What the value page works out of the figures of a run."""

from __future__ import annotations

from regulars.understanding.insights import value_rules


def group(dimension: str, value: str, customers: int, expected: int) -> dict:
    return {
        "dimension": dimension,
        "value": value,
        "customers": customers,
        "spend_365d": 0,
        "expected_spend": expected,
        "low": expected // 2,
        "high": expected * 2,
        "expected_margin": None,
        "expected_loss": None,
    }


ROWS = [
    group("all", "all", 10, 1000),
    group("stage", "mature", 4, 800),
    group("stage", "lost", 6, 200),
    group("cohort", "2025-Q1", 10, 1000),
]


def test_groups_stand_by_what_one_customer_is_worth() -> None:
    rows = [*ROWS, group("stage", "new", 1, 300)]
    assert [one.value for one in value_rules.sums(rows, "stage")] == ["new", "mature", "lost"]


def test_what_one_is_worth_has_the_interval_of_the_sum() -> None:
    one = value_rules.sums(ROWS, "stage")[0]
    assert (one.each_low, one.each, one.each_high) == (100.0, 200.0, 400.0)


def test_everybody_together_is_the_row_of_all_or_nothing() -> None:
    whole = value_rules.whole(ROWS)
    assert whole is not None
    assert whole.expected_spend == 1000
    assert value_rules.whole([]) is None


def test_one_group_alone_parts_nobody() -> None:
    assert value_rules.dimensions(ROWS) == ["stage"]


def cohort_row(cohort: str, age: int, buyers: int, customers: int = 20) -> dict:
    return {
        "cohort": cohort, "age": age, "customers": customers, "buyers": buyers, "spend": 100
    }  # fmt: skip


def test_a_quarter_without_a_buyer_is_nought_and_one_ahead_is_unknown() -> None:
    rows = [
        cohort_row("2024-Q4", 0, 20),
        cohort_row("2024-Q4", 2, 5),
        cohort_row("2025-Q1", 0, 20),
        cohort_row("2025-Q1", 1, 10),
    ]
    newest, oldest = value_rules.cohorts(rows)
    assert newest.name == "2025-Q1"
    assert newest.returning == (0.5, None)
    assert oldest.returning == (0.0, 0.25)


def test_a_handful_of_newcomers_is_left_out() -> None:
    assert value_rules.cohorts([cohort_row("2025-Q1", 0, 3, customers=3)]) == []
    assert value_rules.cohorts([cohort_row("2025-Q1", 0, 10, customers=10)]) != []


def test_the_share_of_the_best_tenth_is_read_off_the_curve() -> None:
    curve = [
        {"share_of_customers": step / 50, "share_of_expected": step / 50, "share_of_past": 0.0}
        for step in range(1, 51)
    ]
    assert value_rules.top_share(curve) == 0.1
    assert value_rules.top_share([]) is None


def test_members_stand_by_their_weight() -> None:
    measures = {"mae": 1.0, "rmse": 1.0, "total": 0.1, "top": 0.5}
    model = {
        "purchase_weights": {"trees": 0.3, "mbg_nbd": 0.7},
        "trial": {
            "purchases": {"members": dict.fromkeys(("nbd", "trees", "mbg_nbd"), measures)},
        },
    }
    found = [(one.code, one.weight) for one in value_rules.members(model)]
    assert found == [("mbg_nbd", 0.7), ("trees", 0.3), ("nbd", 0.0)]
