"""Rhythm and lifecycle in examples one can check in the head."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from regulars.insight.features.lifecycle import lifecycle
from regulars.insight.features.rhythm import rhythm
from tests.unit.insight.shops import AS_OF, line, opened, rows_of


def visits(customer: str, last_days_ago: int, *gaps: int) -> list[dict]:
    """Purchases ending so many days before as_of, with these gaps, the latest gap last."""
    days = [AS_OF - timedelta(days=last_days_ago)]
    for gap in reversed(gaps):
        days.append(days[-1] - timedelta(days=gap))
    return [line(customer, day, order_id=n) for n, day in enumerate(days)]


def test_clockwork_random_and_bursts() -> None:
    rows = visits("clock", 10, 7, 7, 7, 7, 7, 7) + visits("bursts", 10, 1, 1, 1, 200, 1, 1)
    with opened(rows) as shop:
        found = rows_of(rhythm(shop, as_of=AS_OF))
    assert found["clock"]["regularity"] == pytest.approx(1)
    assert found["clock"]["expected_next_on"] == AS_OF - timedelta(days=3)
    assert found["clock"]["overdue_ratio"] == pytest.approx(10 / 7)
    assert found["bursts"]["regularity"] < -0.9


def test_one_gap_borrows_from_the_shop() -> None:
    rows = visits("own", 1, 30, 30, 30, 30, 30) + visits("few", 1, 60) + visits("once", 1)
    with opened(rows) as shop:
        found = rows_of(rhythm(shop, as_of=AS_OF))
    # The shop's usual gap is the median of 30 and 60.
    assert (found["own"]["usual_gap_days"], found["own"]["rhythm_basis"]) == (30, "own")
    assert found["few"]["usual_gap_days"] == pytest.approx((1 * 60 + 2 * 45) / 3)
    assert found["few"]["rhythm_basis"] == "blended"
    assert (found["once"]["usual_gap_days"], found["once"]["rhythm_basis"]) == (45, "shop")


def test_the_same_silence_means_different_things() -> None:
    rows = (
        visits("weekly", 70, 7, 7, 7, 7, 7)
        + visits("monthly", 70, 30, 30, 30, 30, 30)
        + visits("yearly", 70, 360, 360, 360, 360, 360)
    )
    with opened(rows) as shop:
        stages = rows_of(lifecycle(shop, as_of=AS_OF))
    assert stages["weekly"]["stage"] == "lost"
    assert stages["monthly"]["stage"] == "at_risk"
    assert stages["yearly"]["stage"] == "mature"
    assert {row["stage_basis"] for row in stages.values()} == {"own"}


def test_twice_the_usual_gap_is_nothing_new_for_someone_irregular() -> None:
    rows = visits("irregular", 30, 5, 40, 5, 5, 40, 5, 5, 40, 5)
    with opened(rows) as shop:
        early = rows_of(lifecycle(shop, as_of=AS_OF))["irregular"]["stage"]
        later = rows_of(lifecycle(shop, as_of=AS_OF + timedelta(days=15)))["irregular"]["stage"]
    assert (early, later) == ("mature", "at_risk")


def test_a_daily_buyer_is_not_lost_after_a_long_weekend() -> None:
    with opened(visits("daily", 5, 1, 1, 1, 1, 1)) as shop:
        assert rows_of(lifecycle(shop, as_of=AS_OF))["daily"]["stage"] == "mature"


@pytest.mark.parametrize(
    ("days_ago", "stage"), [(89, "new"), (90, "at_risk"), (179, "at_risk"), (180, "lost")]
)
def test_without_any_rhythm_fixed_days_decide(days_ago: int, stage: str) -> None:
    with opened(visits("only", days_ago)) as shop:
        row = rows_of(lifecycle(shop, as_of=AS_OF))["only"]
    assert (row["stage"], row["stage_basis"]) == (stage, "fixed_days")


def test_a_return_and_a_purchase_on_one_day_is_a_purchase_day() -> None:
    day = date(2025, 6, 1)
    rows = [line("a", day, -900, order_id=1), line("a", day, 100, order_id=2)]
    with opened(rows) as shop:
        fast = rows_of(rhythm(shop, as_of=AS_OF))["a"]["purchase_days"]
        shop.at(AS_OF).hold()
        assert rows_of(rhythm(shop, as_of=AS_OF))["a"]["purchase_days"] == fast == 1


def test_an_order_whose_lines_sum_to_zero_is_no_purchase() -> None:
    day = date(2025, 6, 1)
    with opened([line("a", day, 100), line("a", day, -100)]) as shop:
        assert rows_of(rhythm(shop, as_of=AS_OF))["a"]["purchase_days"] == 0


def test_a_later_return_under_the_old_order_leaves_the_past_alone() -> None:
    bought, returned = date(2025, 6, 1), date(2025, 8, 1)
    rows = [line("a", bought, 100), line("a", returned, -100)]
    with opened(rows) as shop:
        found = rows_of(rhythm(shop, as_of=AS_OF))["a"]
    assert (found["purchase_days"], found["last_on"]) == (1, bought)
