"""Totals by the clock of each store, and their parts, which always add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from regulars.kit.permissions import Actor
from regulars.offer.actions import add_store
from regulars.sales import queries
from regulars.sales.actions import LineDraft, record_orders
from tests.integration.sales.conftest import Shop

DAY = date(2026, 10, 20)


def test_a_mixed_day_adds_up(shop: Shop, at: datetime, system: Actor) -> None:
    bought = replace(
        shop.order("1"),
        lines=(
            LineDraft(shop.cut, Decimal(1), 12800),
            LineDraft(shop.shampoo, Decimal(2), 19800, discount=500),
        ),
    )
    returned = shop.order("2", -9900, item=shop.shampoo)
    record_orders([bought, returned], by=system, at=at)
    totals = queries.totals(DAY, DAY)
    assert (totals.amount, totals.sold, totals.returned) == (22700, 32600, -9900)
    assert (totals.services, totals.products) == (12800, 19800)
    assert (totals.orders, totals.customers) == (1, 1)
    assert totals.average_order == 32600
    groups = queries.by_category(DAY, DAY)
    assert {group.name: group.amount for group in groups} == {"Hair": 12800, "Care": 9900}
    assert sum(group.amount for group in groups) == totals.amount


def test_nothing_sold_is_zero_and_has_no_average(shop: Shop) -> None:
    totals = queries.totals(DAY, DAY)
    assert (totals.amount, totals.orders, totals.average_order) == (0, 0, None)
    assert queries.by_day(DAY, DAY) == []


def test_a_day_is_the_stores_own(shop: Shop, at: datetime, system: Actor) -> None:
    """23:30 in Shanghai and 23:30 in Los Angeles are the same date, fifteen hours apart."""
    west = add_store("west", "West", "America/Los_Angeles", by=system, at=at)
    late = datetime(2026, 10, 20, 23, 30)
    here = replace(shop.order("1", 100), ordered_at=late.replace(tzinfo=ZoneInfo("Asia/Shanghai")))
    there = replace(
        shop.order("2", 200),
        store_id=west.pk,
        ordered_at=late.replace(tzinfo=ZoneInfo("America/Los_Angeles")),
    )
    record_orders([here, there], by=system, at=at)
    assert [(day.day, day.amount) for day in queries.by_day(DAY, DAY)] == [(DAY, 300)]
    assert queries.totals(DAY, DAY, stores=[west.pk]).amount == 200
    assert queries.totals(DAY, DAY, stores=[]).amount == 0
    assert {order.key for order in queries.orders_between(DAY, DAY)} == {"1", "2"}
    following = date(2026, 10, 21)
    assert queries.totals(following, following).amount == 0
