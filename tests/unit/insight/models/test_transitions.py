"""Moves between stages: told by what was known then, chances that hold, values that add up."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from regulars.insight.features.lifecycle import STAGES, lifecycle
from regulars.insight.models import chain, stage_figures, transitions
from regulars.insight.models.stage_positions import Flow, Since, month_ends
from tests.unit.insight.shops import AS_OF, busy_lines, line, opened, rows_of

LINES = busy_lines(900)


def fitted(
    rows: list[dict] = LINES, as_of: date = AS_OF, **more: object
) -> transitions.Transitions:
    tables = {"customers": more.pop("customers")} if "customers" in more else {}
    with opened(rows, **tables) as shop:
        return transitions.fit(shop, as_of=as_of, **more)


@pytest.fixture(scope="module")
def model() -> transitions.Transitions:
    return fitted()


def test_month_ends_are_first_days_after_the_first_purchase() -> None:
    ends = month_ends(date(2025, 10, 15), date(2026, 1, 20), 24)
    assert ends == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]
    assert month_ends(None, AS_OF, 24) == []
    assert len(month_ends(date(2000, 1, 1), AS_OF, 24)) == 25


def test_at_each_month_end_everybody_stands_where_the_lifecycle_said_then(
    model: transitions.Transitions,
) -> None:
    for end in model.months[1::8]:
        with opened(LINES) as shop:
            then = Counter(row["stage"] for row in rows_of(lifecycle(shop, as_of=end)).values())
        month = (end - timedelta(days=1)).replace(day=1)
        stood: Counter[str] = Counter()
        for flow in model.flows:
            if flow.month == month:
                stood[flow.to_stage] += flow.customers
        assert stood == then


def test_a_months_start_is_the_end_of_the_month_before(model: transitions.Transitions) -> None:
    months = sorted({flow.month for flow in model.flows})
    for earlier, later in pairwise(months):
        ended, began = Counter(), Counter()
        for flow in model.flows:
            if flow.month == earlier:
                ended[flow.to_stage] += flow.customers
            if flow.month == later and flow.from_stage != "unknown":
                began[flow.from_stage] += flow.customers
        assert ended == began


def test_spend_of_the_flows_is_that_of_the_month(model: transitions.Transitions) -> None:
    month = model.flows[-1].month
    spent = sum(
        row["amount"]
        for row in LINES
        if row["customer_id"] and row["ordered_at"].date().replace(day=1) == month
    )
    assert sum(flow.spend for flow in model.flows if flow.month == month) == spent


def test_somebody_who_joins_comes_from_nowhere_and_then_may_buy() -> None:
    rows = [line(f"c{n}", date(2025, 1, 1) + timedelta(days=9 * n), order_id=n) for n in range(30)]
    rows += [line("z", date(2025, 12, 5), order_id=99)]
    joined = pa.table({"customer_id": ["z"], "joined_on": [date(2025, 10, 9)]})
    flows = [
        (flow.month.month, flow.from_stage, flow.to_stage)
        for flow in fitted(rows, customers=joined).flows
        if "potential" in (flow.from_stage, flow.to_stage)
    ]
    assert flows == [
        (10, "unknown", "potential"),
        (11, "potential", "potential"),
        (12, "potential", "new"),
    ]


def test_it_goes_to_json_and_back_unchanged(model: transitions.Transitions) -> None:
    assert transitions.Transitions.from_json(model.to_json()) == model


def test_order_of_the_rows_does_not_matter(model: transitions.Transitions) -> None:
    assert fitted(random.Random(1).sample(LINES, len(LINES))) == model


def test_later_rows_change_nothing(model: transitions.Transitions) -> None:
    later = [line(f"c{n}", AS_OF, 9999, order_id=1) for n in range(30)]
    assert fitted(LINES + later) == model
    # The control: a month later they do.
    end = date(2026, 2, 1)
    assert fitted(LINES + later, end) != fitted(LINES, end)


def test_scores_stand_once_for_everybody_and_sum_to_one(model: transitions.Transitions) -> None:
    listed = pa.table({"customer_id": ["c1", "stranger"]})
    with opened(LINES, customers=listed) as shop:
        found = rows_of(model.score(shop, as_of=AS_OF))
        known = shop.at(AS_OF).customers.count().to_pyarrow().as_py()
    assert len(found) == known
    for row in found.values():
        if row["stage_next"] is None:
            assert model.distinct.get(row["stage"], 0) < transitions.ENOUGH_IN_A_STAGE
            continue
        chances = [row[f"p_stage_{stage}"] for stage in STAGES]
        assert sum(chances) == pytest.approx(1)
        assert row["stage_next_p"] == max(chances)
        assert row["stage_next_low"] <= row["stage_next_p"] <= row["stage_next_high"]
    assert found["stranger"]["stage"] == "potential"
    assert found["stranger"]["stage_next"] is None, "nobody was ever seen leaving it"


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ([], "days"),
        ([line("a", date(2025, 12, 20))], "days"),
        ([line("a", date(2025, 1, 1)), line("b", date(2025, 6, 1))], "customers"),
    ],
    ids=["empty", "days old", "two customers"],
)
def test_with_too_little_it_says_what_is_missing(rows: list[dict], what: str) -> None:
    with opened(rows) as shop:
        model = transitions.fit(shop, as_of=AS_OF)
        assert model.missing is not None
        assert model.missing.what == what
        assert model.moves() == []
        scored = rows_of(model.score(shop, as_of=AS_OF))
    assert {row["stage_next"] for row in scored.values()} <= {None}


def test_a_sample_tells_about_the_same_scaled_up() -> None:
    rows = [
        line(f"c{n}", date(2025, 1, 1) + timedelta(days=(n * 37 + k * 40) % 360), order_id=k)
        for n in range(400)
        for k in range(4)
    ]
    whole, part = fitted(rows), fitted(rows, most_customers=200)
    assert part.share == 0.5
    counts = [
        sum(r["customers"] for r in stage_figures.stage_months(one) if r["month"].month == 11)
        for one in (whole, part)
    ]
    assert counts[1] == pytest.approx(counts[0], rel=0.15)


def flow(month: int, start: str, to: str, customers: int, spend: int = 0) -> Flow:
    return Flow(date(2025, month, 1), start, to, customers, spend)


def test_chances_are_the_shares_seen_and_surer_with_more_customers() -> None:
    counts = chain.counts_of([flow(1, "mature", "mature", 800), flow(1, "mature", "at_risk", 200)])
    sure = chain.evidence_of(counts, {"mature": 1000})
    unsure = chain.evidence_of(counts, {"mature": 50})
    for evidence in (sure, unsure):
        assert chain.matrix_of(evidence)[2, 3] == pytest.approx(0.2, abs=0.01)
    widths = []
    for evidence in (sure, unsure):
        low, high = chain.between(chain.draws_of(evidence, 0), chain.matrix_of(evidence))
        widths.append(high[2, 3] - low[2, 3])
    assert widths[0] < widths[1] / 3


def test_who_bought_is_never_again_a_stranger() -> None:
    matrix = chain.matrix_of(chain.evidence_of(np.zeros((5, 5)), {}))
    assert (matrix[1:, 0] == 0).all()


def test_a_stage_is_worth_what_those_in_it_a_year_ago_have_spent_since() -> None:
    rows = [
        line(f"c{n}", date(2024, 10, 1) + timedelta(days=k * 20), 100 + n, order_id=k)
        for n in range(12)
        for k in range(22 if n % 2 else 3)
    ]
    with opened(rows) as shop:
        model = transitions.fit(shop, as_of=AS_OF)
        then = rows_of(lifecycle(shop, as_of=date(2025, 1, 1)))
    for since in model.since:
        who = {customer for customer, row in then.items() if row["stage"] == since.stage}
        spent = sum(
            row["amount"]
            for row in rows
            if row["customer_id"] in who and row["ordered_at"].date() >= date(2025, 1, 1)
        )
        assert (since.customers, since.spend, since.months) == (len(who), spent, 12)
        assert sum(since.by_month) == spent
    assert model.since


def test_what_winning_a_customer_costs_is_back_when_it_is_spent() -> None:
    since = Since("new", 3, 10, 600, 0, (200, 300, 100))
    assert stage_figures._payback(since, 20) == 1
    assert stage_figures._payback(since, 21) == 2
    assert stage_figures._payback(since, 61) is None
    assert stage_figures._payback(None, 1) is None


def test_counts_ahead_keep_everybody_and_add_newcomers() -> None:
    evidence = chain.evidence_of(
        chain.counts_of([flow(1, stage, stage, 90) for stage in STAGES]), dict.fromkeys(STAGES, 90)
    )
    start = np.array([10, 20, 30, 20, 20])
    inflow = np.tile([5.0, 0, 0, 0, 0], (3, 1))
    around, low, high = chain.counts_ahead(evidence, start, inflow, 0)
    assert around.sum(1) == pytest.approx(100 + 5 * np.arange(1, 13))
    assert (low <= around).all()
    assert (around <= high).all()


def test_a_chain_is_told_well_by_its_own_past() -> None:
    # Every month a fifth of the mature turn to risk, and as many come back.
    flows = [
        one
        for month in range(1, 11)
        for one in (
            flow(month, "mature", "mature", 80, 8000),
            flow(month, "mature", "at_risk", 20, 2000),
            flow(month, "at_risk", "mature", 20),
            flow(month, "at_risk", "at_risk", 5),
        )
    ]
    test = chain.chain_test(flows, 12)
    assert test is not None
    assert test.months == 6
    assert test.misplaced < 0.02
    assert chain.chain_test(flows[:8], 12) is None


def test_a_shop_that_changed_is_told_by_its_last_months() -> None:
    def months(first: int, last: int, leaving: int) -> list[Flow]:
        return [
            one
            for month in range(first, last + 1)
            for one in (
                flow(month, "mature", "mature", 100 - leaving),
                flow(month, "mature", "at_risk", leaving),
                flow(month, "at_risk", "at_risk", 50),
            )
        ]

    window, test = chain.best_window(months(1, 6, 5) + months(7, 12, 30))
    assert window == 3
    assert test is not None
    assert test.misplaced < chain.chain_test(months(1, 6, 5) + months(7, 12, 30), 12).misplaced
    # The control: where nothing changed, the most months tell it.
    assert chain.best_window(months(1, 12, 5))[0] == 12


def test_interval_of_the_counts_covers_what_a_chain_does() -> None:
    start = np.array([0.0, 0, 200, 0, 0])
    evidence = chain.PRIOR * chain.POSSIBLE + np.diag([0.0, 0, 800, 0, 0])
    evidence[2, 3] += 200
    around, low, high = chain.counts_ahead(evidence, start, np.zeros((0, 5)), 0)
    seen = np.random.default_rng(1).binomial(200, 0.8, 400)
    inside = (seen >= low[0, 2]) & (seen <= high[0, 2])
    assert 0.75 < inside.mean() < 0.95
    assert around[0, 2] == pytest.approx(160, abs=1)


def test_figures_of_the_stages(model: transitions.Transitions) -> None:
    with opened(LINES) as shop:
        standing = lifecycle(shop, as_of=AS_OF)
        customers = standing.mutate(spend_365d=100, discount_365d=5)
        tables = stage_figures.stage_figures(shop, customers, model, acquisition_cost=200)
        rows = {name: table.to_pyarrow().to_pylist() for name, table in tables.items()}
    value = {row["stage"]: row for row in rows["stage_value"]}
    assert list(value) == list(STAGES)
    assert sum(row["customers"] for row in value.values()) == 30
    assert value["mature"]["since_low"] <= value["mature"]["mean_since"]
    assert value["mature"]["mean_since"] <= value["mature"]["since_high"]
    assert value["new"]["acquisition_cost"] == 200
    ahead = [row for row in rows["stage_expected"] if row["months_ahead"] == 12]
    assert len(ahead) == 5
    assert all(row["low"] <= row["customers"] <= row["high"] for row in ahead)
    assert {row["from_stage"] for row in rows["stage_moves"]} <= {
        "mature",
        "at_risk",
        "lost",
        "new",
    }
