"""Who bought in a span of days: known or not, for the first time or again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from django.db import connection

from regulars.sales.queries import PER_ORDER, Stores, span_parameters

# Someone has bought before when any order of theirs before the span, at any store, came to more
# than zero. The order's own sum is asked last, so that the first find ends the search.
_BUYERS = f"""
SELECT bought.customer_id, bought.orders, bought.amount, bought.customer_id IS NOT NULL AND EXISTS (
    SELECT FROM sales_order e JOIN offer_store s ON s.id = e.store_id
    WHERE e.customer_id = bought.customer_id
      AND e.ordered_at < %(first)s::timestamp AT TIME ZONE 'UTC' + interval '1 day'
      AND (e.ordered_at AT TIME ZONE s.time_zone)::date < %(first)s
      AND (SELECT sum(amount) FROM sales_line WHERE order_id = e.id) > 0
) AS came_before
FROM (
    SELECT customer_id, count(*) AS orders, sum(amount)::bigint AS amount
    FROM ({PER_ORDER}) AS orders WHERE amount > 0 GROUP BY customer_id
) AS bought
"""

_COUNTED = f"""
SELECT count(*) FILTER (WHERE came_before),
       count(*) FILTER (WHERE NOT came_before AND customer_id IS NOT NULL),
       coalesce(sum(orders) FILTER (WHERE came_before), 0)::bigint,
       coalesce(sum(orders) FILTER (WHERE NOT came_before AND customer_id IS NOT NULL), 0)::bigint,
       coalesce(sum(orders) FILTER (WHERE customer_id IS NULL), 0)::bigint
FROM ({_BUYERS}) AS buyers
"""

_LISTED = f"""
SELECT customer_id, orders, amount, came_before FROM ({_BUYERS}) AS buyers
WHERE customer_id IS NOT NULL ORDER BY came_before, amount DESC, customer_id
LIMIT %(limit)s OFFSET %(offset)s
"""


@dataclass(frozen=True)
class Buyers:
    """Customers and orders of a span; `returning` had bought before it began, `first` had not.

    `unknown_orders` are those without a customer on record.
    """

    returning: int
    first: int
    returning_orders: int
    first_orders: int
    unknown_orders: int

    @property
    def known(self) -> int:
        return self.returning + self.first

    @property
    def repeat_share(self) -> float | None:
        """Of the known customers, those who had bought before; None when nobody came."""
        return self.returning / self.known if self.known else None


@dataclass(frozen=True)
class Buyer:
    """A known customer of a span. `amount` of the orders above zero, minor units."""

    customer_id: int
    orders: int
    amount: int
    returning: bool


def buyers(first: date, last: date, *, stores: Stores = None, until: time | None = None) -> Buyers:
    """Who bought from `first` to `last` (see `queries.totals` for the arguments)."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, span_parameters(first, last, stores, until))
        return Buyers(*cursor.fetchone())


def buyers_listed(
    first: date,
    last: date,
    *,
    stores: Stores = None,
    until: time | None = None,
    limit: int,
    offset: int = 0,
) -> list[Buyer]:
    """The known customers of a span: first those who are new, then by what they spent."""
    span = span_parameters(first, last, stores, until) | {"limit": limit, "offset": offset}
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, span)
        return [Buyer(*row) for row in cursor.fetchall()]
