"""Reads on orders, for one store, some, or (None) all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from regulars.sales.models import Line, Order

Stores = Collection[int] | None


@dataclass(frozen=True)
class Totals:
    """What was sold in a span of days. Money in minor units, after discounts.

    `sold + returned` is `amount`; `services + products` is `sold`. `orders` counts those whose
    lines sum to more than zero; `customers` the known ones among them.
    """

    amount: int
    sold: int
    returned: int
    services: int
    products: int
    orders: int
    customers: int

    @property
    def average_order(self) -> int | None:
        """Sold amount an order; None when there was none."""
        return round(self.sold / self.orders) if self.orders else None


_DAY = "(o.ordered_at AT TIME ZONE s.time_zone)::date"

# The bounds in UTC, a day wider on both sides, let the index on time work; the day itself decides.
_SPAN = f"""
FROM sales_order o
JOIN offer_store s ON s.id = o.store_id
JOIN sales_line l ON l.order_id = o.id
JOIN offer_item i ON i.id = l.item_id
WHERE o.ordered_at >= %(first)s::timestamp AT TIME ZONE 'UTC' - interval '1 day'
  AND o.ordered_at < %(last)s::timestamp AT TIME ZONE 'UTC' + interval '2 days'
  AND {_DAY} BETWEEN %(first)s AND %(last)s
  AND (%(stores)s::bigint[] IS NULL OR o.store_id = ANY(%(stores)s))
"""

_PER_ORDER = f"""
SELECT o.id, o.customer_id, {_DAY} AS day, sum(l.amount) AS amount,
       coalesce(sum(l.amount) FILTER (WHERE l.amount >= 0), 0) AS sold,
       coalesce(sum(l.amount) FILTER (WHERE l.amount < 0), 0) AS returned,
       coalesce(sum(l.amount) FILTER (WHERE l.amount >= 0 AND i.kind = 'service'), 0) AS services
{_SPAN} GROUP BY o.id, day
"""

_TOTALS = f"""
SELECT coalesce(sum(amount), 0)::bigint, coalesce(sum(sold), 0)::bigint,
       coalesce(sum(returned), 0)::bigint, coalesce(sum(services), 0)::bigint,
       coalesce(sum(sold - services), 0)::bigint,
       count(*) FILTER (WHERE amount > 0),
       count(DISTINCT customer_id) FILTER (WHERE amount > 0)
FROM ({_PER_ORDER}) AS orders
"""

_BY_DAY = f"""
SELECT day, sum(amount)::bigint, count(*) FILTER (WHERE amount > 0)
FROM ({_PER_ORDER}) AS orders GROUP BY day ORDER BY day
"""


def totals(first: date, last: date, *, stores: Stores = None) -> Totals:
    """Sales from `first` to `last`, both included, by the clock of each store."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, _span(first, last, stores))
        return Totals(*cursor.fetchone())


@dataclass(frozen=True)
class Day:
    day: date
    amount: int
    orders: int


def by_day(first: date, last: date, *, stores: Stores = None) -> list[Day]:
    """Sales of each day on which there were any."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, _span(first, last, stores))
        return [Day(*row) for row in cursor.fetchall()]


def _span(first: date, last: date, stores: Stores) -> dict[str, Any]:
    return {
        "first": first,
        "last": last,
        "stores": None if stores is None else sorted(stores),
    }


_BY_GROUP = """
SELECT coalesce(nullif({column}, ''), '') AS name, sum(l.amount)::bigint, count(DISTINCT o.id)
{span} GROUP BY 1 ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True)
class Group:
    name: str
    amount: int
    orders: int


def by_category(first: date, last: date, *, stores: Stores = None) -> list[Group]:
    """Sales of each category; the groups' amounts sum to the total of the span."""
    with connection.cursor() as cursor:
        query = _BY_GROUP.format(column="i.category", span=_SPAN)
        cursor.execute(query, _span(first, last, stores))
        return [Group(*row) for row in cursor.fetchall()]


def orders_between(first: date, last: date, *, stores: Stores = None) -> QuerySet[Order]:
    """The orders of a span, newest first, with their `amount`."""
    local_day = Q(local_day__range=(first, last))
    return _with_amount(_of_stores(_with_local_day(), stores)).filter(local_day)


def orders_of(customer_id: int, *, stores: Stores = None) -> QuerySet[Order]:
    """A customer's orders, newest first, with their `amount` and their lines."""
    orders = _of_stores(Order.objects.filter(customer_id=customer_id), stores)
    return _with_amount(orders).prefetch_related("lines__item", "lines__staff")


def _with_local_day() -> QuerySet[Order]:
    from django.db.models import DateField
    from django.db.models.expressions import RawSQL

    day = RawSQL(
        "(sales_order.ordered_at AT TIME ZONE (SELECT time_zone FROM offer_store"
        " WHERE offer_store.id = sales_order.store_id))::date",
        [],
        output_field=DateField(),
    )
    return Order.objects.annotate(local_day=day)


def _of_stores(orders: QuerySet[Order], stores: Stores) -> QuerySet[Order]:
    return orders if stores is None else orders.filter(store_id__in=stores)


def _with_amount(orders: QuerySet[Order]) -> QuerySet[Order]:
    return (
        orders.annotate(amount=Sum("lines__amount"))
        .select_related("store", "customer")
        .order_by("-ordered_at", "-id")
    )


def last_order_at(*, stores: Stores = None) -> datetime | None:
    """When the latest order was made."""
    latest = _of_stores(Order.objects.all(), stores).order_by("-ordered_at").first()
    return latest.ordered_at if latest else None


def lines_of(order_id: int) -> QuerySet[Line]:
    """The lines of an order as they stood on the receipt."""
    return (
        Line.objects.filter(order_id=order_id).select_related("item", "staff").order_by("position")
    )
