"""Reads on orders, for one store, some, or (None) all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateField, Q, QuerySet, Sum, TimeField
from django.db.models.expressions import RawSQL

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
_CLOCK = "(o.ordered_at AT TIME ZONE s.time_zone)::time"

# The bounds in UTC, a day wider on both sides, let the index on time work; the day itself decides.
# `until` ends the last day early, so that a day half gone is held against half a day. Every line
# has an item; the outer join lets the planner leave items out where nothing is asked of them.
_SPAN = f"""
FROM sales_order o
JOIN offer_store s ON s.id = o.store_id
JOIN sales_line l ON l.order_id = o.id
LEFT JOIN offer_item i ON i.id = l.item_id
WHERE o.ordered_at >= %(first)s::timestamp AT TIME ZONE 'UTC' - interval '1 day'
  AND o.ordered_at < %(last)s::timestamp AT TIME ZONE 'UTC' + interval '2 days'
  AND {_DAY} BETWEEN %(first)s AND %(last)s
  AND (%(until)s::time IS NULL OR {_DAY} < %(last)s OR {_CLOCK} < %(until)s)
  AND (%(stores)s::bigint[] IS NULL OR o.store_id = ANY(%(stores)s))
"""

PER_ORDER = f"""
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
FROM ({PER_ORDER}) AS orders
"""

_BY_DAY = f"""
SELECT day, sum(amount)::bigint, count(*) FILTER (WHERE amount > 0)
FROM ({PER_ORDER}) AS orders GROUP BY day ORDER BY day
"""


def totals(first: date, last: date, *, stores: Stores = None, until: time | None = None) -> Totals:
    """Sales from `first` to `last`, both included, by the clock of each store.

    With `until`, the last day counts only up to that time of day.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, span_parameters(first, last, stores, until))
        return Totals(*cursor.fetchone())


@dataclass(frozen=True)
class Day:
    day: date
    amount: int
    orders: int


def by_day(first: date, last: date, *, stores: Stores = None) -> list[Day]:
    """Sales of each day on which there were any."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, span_parameters(first, last, stores))
        return [Day(*row) for row in cursor.fetchall()]


def span_parameters(
    first: date, last: date, stores: Stores, until: time | None = None
) -> dict[str, Any]:
    return {
        "first": first,
        "last": last,
        "until": until,
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


def by_category(
    first: date, last: date, *, stores: Stores = None, until: time | None = None
) -> list[Group]:
    """Sales of each category; the groups' amounts sum to the total of the span."""
    with connection.cursor() as cursor:
        query = _BY_GROUP.format(column="i.category", span=_SPAN)
        cursor.execute(query, span_parameters(first, last, stores, until))
        return [Group(*row) for row in cursor.fetchall()]


def orders_between(
    first: date, last: date, *, stores: Stores = None, until: time | None = None
) -> QuerySet[Order]:
    """The orders of a span, newest first, with their `amount`."""
    around = (_midnight(first) - timedelta(days=1), _midnight(last) + timedelta(days=2))
    found = Order.objects.alias(local_day=_LOCAL_DAY).filter(
        ordered_at__range=around, local_day__range=(first, last)
    )
    if until is not None:
        found = found.alias(local_clock=_LOCAL_CLOCK).filter(
            Q(local_day__lt=last) | Q(local_clock__lt=until)
        )
    return _with_amount(_of_stores(found, stores))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


_LOCAL = """(sales_order.ordered_at AT TIME ZONE
    (SELECT time_zone FROM offer_store WHERE offer_store.id = sales_order.store_id))"""
_LOCAL_DAY = RawSQL(f"{_LOCAL}::date", [], DateField())  # noqa: S611  constants only
_LOCAL_CLOCK = RawSQL(f"{_LOCAL}::time", [], TimeField())  # noqa: S611


def latest_orders(until: datetime, most: int, *, stores: Stores = None) -> list[Order]:
    """The latest orders made before a moment, newest first, with their `amount`."""
    made = _of_stores(Order.objects.filter(ordered_at__lt=until), stores)
    # The few ids first: the amounts of all orders would be summed before the latest are taken.
    latest = list(made.order_by("-ordered_at", "-id").values_list("pk", flat=True)[:most])
    return list(_with_amount(Order.objects.filter(pk__in=latest)))


def orders_of(customer_id: int, *, stores: Stores = None) -> QuerySet[Order]:
    """A customer's orders, newest first, with their `amount` and their lines."""
    orders = _of_stores(Order.objects.filter(customer_id=customer_id), stores)
    return _with_amount(orders).prefetch_related("lines__item", "lines__staff")


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
