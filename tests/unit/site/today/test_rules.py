"""What changed a figure sums exactly to the change, whatever the figures are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regulars.sales.buyers import Buyers
from regulars.sales.queries import Group, Totals
from regulars.site.today import rules

MONEY = st.integers(0, 10**9)


@st.composite
def totals(draw: st.DrawFn) -> Totals:
    services, products, back = draw(MONEY), draw(MONEY), -draw(MONEY)
    orders = draw(st.integers(0, 10**5))
    sold = services + products
    return Totals(sold + back, sold, back, services, products, orders, draw(st.integers(0, orders)))


BUYERS = st.builds(Buyers, *[st.integers(0, 10**5)] * 5)
GROUPS = st.dictionaries(st.text(max_size=2), st.integers(-(10**8), 10**8), max_size=15).map(
    lambda amounts: [Group(name, amount, 1) for name, amount in amounts.items()]
)


def summed(contributions: list[rules.Contribution]) -> float:
    return sum(one.amount for one in contributions)


@given(totals(), totals())
def test_turnover_contributions_sum_to_the_change(now: Totals, before: Totals) -> None:
    assert summed(rules.turnover_change(now, before)) == now.amount - before.amount


@given(totals(), totals())
def test_average_contributions_sum_to_the_change(now: Totals, before: Totals) -> None:
    change = (now.average_order or 0) - (before.average_order or 0)
    assert summed(rules.average_change(now, before)) == change
    assert sum(rules.average_parts(now).values()) == (now.average_order or 0)


@given(BUYERS, BUYERS)
def test_order_contributions_sum_to_the_change(now: Buyers, before: Buyers) -> None:
    def orders(buyers: Buyers) -> int:
        return buyers.returning_orders + buyers.first_orders + buyers.unknown_orders

    assert summed(rules.orders_change(now, before)) == orders(now) - orders(before)


@given(BUYERS, BUYERS)
def test_repeat_contributions_sum_to_the_change(now: Buyers, before: Buyers) -> None:
    change = (now.repeat_share or 0) - (before.repeat_share or 0)
    assert abs(summed(rules.repeat_change(now, before)) - change) < 1e-12


@given(GROUPS, GROUPS)
def test_category_contributions_sum_to_the_change(now: list[Group], before: list[Group]) -> None:
    moved = rules.category_change(now, before)
    assert summed(moved) == sum(g.amount for g in now) - sum(g.amount for g in before)
    assert len(moved) <= rules.MOST_CATEGORIES


def test_more_orders_and_dearer_ones_share_the_change_evenly() -> None:
    # 10 orders of 100 before, 20 of 200 now: by the mean of both orders of causes.
    before = Totals(1000, 1000, 0, 1000, 0, 10, 10)
    now = Totals(4000, 4000, 0, 4000, 0, 20, 20)
    found = {one.cause: one.amount for one in rules.turnover_change(now, before)}
    assert found == {"orders": 1500, "average": 1500, "returns": 0}


def test_nothing_to_compare_with_is_no_change_at_all() -> None:
    assert rules.relative(100, 0) is None
    assert rules.relative(None, 100) is None
    assert rules.relative(110, 100) == 110 / 100 - 1
