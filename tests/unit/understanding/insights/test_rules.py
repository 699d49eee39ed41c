"""What the figures of a run say."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from regulars.understanding.insights import rules
from regulars.understanding.insights.rules import Range


@given(st.sets(st.integers(1, 500), max_size=4), st.integers(1, 600))
def test_every_value_falls_into_exactly_one_band(cuts: set[int], value: int) -> None:
    bands = rules.bands(sorted(cuts), least=1)
    holding = [b for b in bands if (b.low or 0) <= value and (b.high is None or value <= b.high)]
    assert len(holding) == 1
    assert len(bands) == len(cuts) + 1


def test_bands_of_one_value_are_that_value() -> None:
    assert rules.bands([1, 3], least=1) == [Range(1, 1), Range(2, 3), Range(4, None)]


def test_stages_come_in_order_with_empty_ones_and_shares_that_sum_to_one() -> None:
    rows = [
        {"stage": "lost", "customers": 1, "spend_365d": 0},
        {"stage": "mature", "customers": 3, "spend_365d": 100},
    ]
    found = rules.stages(rows)
    assert [one.name for one in found] == list(rules.STAGES)
    assert sum(one.share or 0 for one in found) == 1
    assert found[0].customers == 0


def test_no_customers_have_no_shares() -> None:
    assert all(one.share is None and one.spend_share is None for one in rules.stages([]))


def month(first: str, days: int, spend: int = 1) -> dict[str, object]:
    return {"month": first, "days": days, "spend": spend}


def test_only_months_sold_from_end_to_end_are_shown() -> None:
    rows = [month("2026-01-01", 12), month("2026-02-01", 28), month("2026-03-01", 10)]
    assert rules.whole_months(rows, date(2026, 3, 11)) == rows[1:2]
    assert rules.whole_months([month("2026-12-01", 31)], date(2027, 1, 1)) != []


def test_a_month_moves_against_the_one_before_and_a_year_before() -> None:
    rows = [month("2025-02-01", 28, 50), month("2026-01-01", 31, 100), month("2026-02-01", 28, 110)]
    moved = rules.movement(rows, "spend")
    assert moved is not None
    assert moved.change is not None
    assert round(moved.change, 6) == 0.1
    assert moved.change_in_a_year is not None
    assert round(moved.change_in_a_year, 6) == 1.2


def test_without_a_year_before_there_is_no_change_in_a_year() -> None:
    moved = rules.movement([month("2026-02-01", 28, 5)], "spend")
    assert moved is not None
    assert (moved.change, moved.change_in_a_year) == (None, None)
    assert rules.movement([], "spend") is None


def occasion(first: str, lift: float, low: float, high: float) -> dict[str, object]:
    return {
        "name": "national_day",
        "first_on": first,
        "last_on": first,
        "lift": lift,
        "low": low,
        "high": high,
    }


def test_of_each_holiday_the_latest_is_shown_and_doubt_is_not_called_clear() -> None:
    rows = [occasion("2025-10-01", 1.5, 1.2, 1.8), occasion("2026-10-01", 1.1, 0.9, 1.3)]
    (found,) = rules.occasions(rows)
    assert (found.times, found.lift, found.clear) == (2, 1.1, False)
