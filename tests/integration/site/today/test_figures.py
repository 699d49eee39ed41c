"""Every figure on Today, counted once more by plain Python over the rows themselves."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from regulars.sales.models import Line
from regulars.site.today.sheets import Figures, figures
from regulars.site.today.spans import Span, span
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Sold:
    """One order as the rows tell it."""

    at: datetime
    store: int
    customer: int | None
    amounts: list[tuple[str, int]]

    @property
    def amount(self) -> int:
        return sum(amount for _, amount in self.amounts)


def sold(stores: set[int] | None = None) -> list[Sold]:
    orders: dict[int, Sold] = {}
    for line in Line.objects.select_related("order", "item"):
        order = line.order
        if stores is not None and order.store_id not in stores:
            continue
        at = order.ordered_at.astimezone(SHANGHAI)
        one = orders.setdefault(order.pk, Sold(at, order.store_id, order.customer_id, []))
        one.amounts.append((line.item.kind, line.amount))
    return list(orders.values())


def within(chosen: Span, orders: list[Sold]) -> list[Sold]:
    first = datetime.combine(chosen.first, time.min, SHANGHAI)
    end = datetime.combine(chosen.last, chosen.until, SHANGHAI)
    return [one for one in orders if first <= one.at < end]


@pytest.mark.parametrize("key", ["today", "7d", "30d"])
@pytest.mark.parametrize("own_store", [False, True])
def test_turnover_orders_and_average(analysed: Analysed, key: str, own_store: bool) -> None:
    stores = {analysed.salon.stores[0].pk} if own_store else None
    chosen = span(key, analysed.now.astimezone(SHANGHAI))
    found = figures(chosen, stores=stores)
    for side, totals in ((chosen, found.now), (chosen.before, found.before)):
        orders = within(side, sold(stores))
        lines = [line for one in orders for line in one.amounts]
        assert totals.amount == sum(amount for _, amount in lines)
        assert totals.returned == sum(amount for _, amount in lines if amount < 0)
        assert totals.services == sum(a for kind, a in lines if a > 0 and kind == "service")
        assert totals.products == sum(a for kind, a in lines if a > 0 and kind == "product")
        assert totals.amount == totals.services + totals.products + totals.returned
        purchases = [one for one in orders if one.amount > 0]
        assert totals.orders == len(purchases)
        known = {one.customer for one in purchases if one.customer}
        assert totals.customers == len(known)


def returning_and_first(chosen: Span) -> tuple[set[int], set[int]]:
    bought: dict[int, list[date]] = defaultdict(list)
    for one in sold():
        if one.customer and one.amount > 0:
            bought[one.customer].append(one.at.date())
    here = {one.customer for one in within(chosen, sold()) if one.customer and one.amount > 0}
    again = {pk for pk in here if pk and min(bought[pk]) < chosen.first}
    return again, {pk for pk in here if pk} - again


@pytest.mark.parametrize("key", ["7d", "30d"])
def test_who_had_bought_before(analysed: Analysed, key: str) -> None:
    chosen = span(key, analysed.now.astimezone(SHANGHAI))
    found = figures(chosen, stores=None)
    for side, counted in ((chosen, found.buyers), (chosen.before, found.buyers_before)):
        again, first = returning_and_first(side)
        assert (counted.returning, counted.first) == (len(again), len(first))
    assert both(found) > 0, "the salon must have had customers for this to prove anything"


def both(found: Figures) -> int:
    return found.buyers.returning + found.buyers.first


def test_orders_split_by_who_bought_sum_to_all(analysed: Analysed) -> None:
    found = figures(span("30d", analysed.now.astimezone(SHANGHAI)), stores=None)
    buyers = found.buyers
    parts = buyers.returning_orders + buyers.first_orders + buyers.unknown_orders
    assert parts == found.now.orders
    assert buyers.unknown_orders > 0


def test_an_order_after_the_time_of_day_is_not_held_against_half_a_day(
    analysed: Analysed,
) -> None:
    late = span("7d", analysed.now.astimezone(SHANGHAI) + timedelta(hours=6))
    early = span("7d", analysed.now.astimezone(SHANGHAI).replace(hour=0, minute=1))
    assert figures(late, stores=None).before.orders > figures(early, stores=None).before.orders
