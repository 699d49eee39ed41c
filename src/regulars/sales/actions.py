"""Writes on orders. One path for one order and for millions: stage, check in SQL, move."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pyarrow as pa
from django.db import connection, transaction

from regulars.kit import audit
from regulars.kit.bulk import copy_batches, copy_rows
from regulars.kit.permissions import Actor, Permission

STAGED_COLUMNS = [
    "source", "key", "store_id", "customer_id", "channel", "ordered_at", "position", "item_id",
    "staff_id", "quantity", "amount", "discount",
]  # fmt: skip

_STAGE = """
CREATE TEMPORARY TABLE sales_staged (
    source text, key text, store_id bigint, customer_id bigint, channel text,
    ordered_at timestamptz, position int, item_id bigint, staff_id bigint,
    quantity numeric, amount bigint, discount bigint
) ON COMMIT DROP
"""

# The digest is a sum of row hashes: it does not depend on the order in which lines come.
_ORDERS = """
CREATE TEMPORARY TABLE sales_staged_order ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('sales_order', 'id')) AS id, grouped.*
FROM (
    SELECT source, key, min(store_id) AS store_id, min(customer_id) AS customer_id,
           min(channel) AS channel, min(ordered_at) AS ordered_at, count(*) AS lines,
           sum(hashtextextended(concat_ws('|', store_id, coalesce(customer_id, 0), channel,
               extract(epoch FROM ordered_at), item_id, coalesce(staff_id, 0),
               trim_scale(quantity), amount, discount), 0)::numeric) AS content
    FROM sales_staged GROUP BY source, key ORDER BY min(ordered_at), source, key
) AS grouped
"""

_INSERT_ORDERS = """
INSERT INTO sales_order
    (id, source, key, store_id, customer_id, channel, ordered_at, content, batch_id)
SELECT id, source, key, store_id, customer_id, channel, ordered_at, content, %s
FROM sales_staged_order
ON CONFLICT (source, key) DO NOTHING
"""

# The join on the id picks the orders that were new: those that were there keep their lines.
_INSERT_LINES = """
INSERT INTO sales_line
    (order_id, position, item_id, staff_id, quantity, amount, discount)
SELECT o.id, s.position, s.item_id, s.staff_id, s.quantity, s.amount, s.discount
FROM sales_staged s
JOIN sales_staged_order n ON n.source = s.source AND n.key = s.key
JOIN sales_order o ON o.id = n.id
ORDER BY o.id, s.position
"""

_THERE = """
SELECT count(*) FILTER (WHERE o.content = s.content),
       coalesce(sum(s.lines) FILTER (WHERE o.content = s.content), 0)::bigint,
       array_agg(s.key ORDER BY s.key) FILTER (WHERE o.content <> s.content)
FROM sales_staged_order s JOIN sales_order o ON o.source = s.source AND o.key = s.key
WHERE o.id <> s.id
"""


@dataclass(frozen=True)
class LineDraft:
    """A line to be recorded. Amount (after discount) and discount in minor units."""

    item_id: int
    quantity: Decimal
    amount: int
    discount: int = 0
    staff_id: int | None = None


@dataclass(frozen=True)
class OrderDraft:
    source: str
    key: str
    store_id: int
    ordered_at: datetime
    lines: tuple[LineDraft, ...]
    customer_id: int | None = None
    channel: str = "store"


@dataclass(frozen=True)
class Recorded:
    """What happened to the orders given: new, already there, or there with other lines.

    Attributes:
        lines: of the new orders; `lines_already` of those that were there as they are given.
        different_keys: of the orders that are there with other lines.
    """

    orders: int
    lines: int
    already_there: int
    lines_already: int
    different_keys: tuple[str, ...]

    @property
    def different(self) -> int:
        return len(self.different_keys)


def record_orders(
    drafts: Iterable[OrderDraft], *, by: Actor, at: datetime, batch_id: int | None = None
) -> Recorded:
    """Records orders with their lines; an order that is already there is left as it is.

    Raises:
        IntegrityError: a line names an item, staff, store or customer that does not exist.
    """
    return record_rows(_rows(drafts), by=by, at=at, batch_id=batch_id)


def _rows(drafts: Iterable[OrderDraft]) -> Iterator[tuple[Any, ...]]:
    for order in drafts:
        head = (order.source, order.key, order.store_id, order.customer_id, order.channel)
        for position, line in enumerate(order.lines):
            yield (
                *head, order.ordered_at, position, line.item_id, line.staff_id, line.quantity,
                line.amount, line.discount,
            )  # fmt: skip


def record_rows(
    rows: Iterable[tuple[Any, ...]], *, by: Actor, at: datetime, batch_id: int | None = None
) -> Recorded:
    """As `record_orders`, from rows of `STAGED_COLUMNS`, one a line, in any order.

    Rows of one order may name different times; the earliest is the order's.
    """
    return _record(partial(copy_rows, rows=rows), by=by, at=at, batch_id=batch_id)


def record_batches(
    batches: Iterable[pa.RecordBatch], *, by: Actor, at: datetime, batch_id: int | None = None
) -> Recorded:
    """As `record_rows`, from Arrow batches with `STAGED_COLUMNS`: the way for millions of lines."""
    return _record(partial(copy_batches, batches=batches), by=by, at=at, batch_id=batch_id)


def record_selected(
    select: str,
    parameters: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    batch_id: int | None = None,
) -> Recorded:
    """As `record_rows`, from rows that another table holds: a query yields `STAGED_COLUMNS`."""
    return _record(partial(_stage_selected, select, parameters), by=by, at=at, batch_id=batch_id)


def _stage_selected(
    select: str, parameters: Mapping[str, Any], table: str, columns: Sequence[str]
) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) {select}", parameters)
        staged: int = cursor.rowcount
    return staged


@transaction.atomic
def compare_selected(select: str, parameters: Mapping[str, Any]) -> Recorded:
    """What `record_selected` would do, without doing it."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        staged = _stage_selected(select, parameters, "sales_staged", STAGED_COLUMNS)
        cursor.execute(_ORDERS)
        cursor.execute("ANALYZE sales_staged_order")
        same, lines, different = _already_there(cursor)
        cursor.execute(
            "SELECT count(*), coalesce(sum(lines) FILTER (WHERE key = ANY(%s)), 0)::bigint"
            " FROM sales_staged_order",
            [list(different)],
        )
        orders, lines_different = cursor.fetchone()
        cursor.execute("DROP TABLE sales_staged, sales_staged_order")
    fresh = staged - lines - lines_different
    return Recorded(orders - same - len(different), fresh, same, lines, different)


@transaction.atomic
def _record(
    stage: Callable[[str, Sequence[str]], int], *, by: Actor, at: datetime, batch_id: int | None
) -> Recorded:
    by.must(Permission.IMPORT_DATA)
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        staged = stage("sales_staged", STAGED_COLUMNS)
        recorded = _move(cursor, batch_id)
        cursor.execute("DROP TABLE sales_staged, sales_staged_order")
    audit.record(
        "sales.record_orders",
        f"batch:{batch_id}",
        by=by,
        at=at,
        detail={"rows": staged, "orders": recorded.orders, "lines": recorded.lines},
    )
    return recorded


def _move(cursor: Any, batch_id: int | None) -> Recorded:
    cursor.execute(_ORDERS)
    cursor.execute("ANALYZE sales_staged_order")
    cursor.execute(_INSERT_ORDERS, [batch_id])
    orders = cursor.rowcount
    cursor.execute(_INSERT_LINES)
    lines = cursor.rowcount
    return Recorded(orders, lines, *_already_there(cursor))


def _already_there(cursor: Any) -> tuple[int, int, tuple[str, ...]]:
    cursor.execute(_THERE)
    same, lines, different = cursor.fetchone()
    return same, lines, tuple(different or ())


@transaction.atomic
def remove_batch(batch_id: int, *, by: Actor, at: datetime) -> int:
    """Takes back the orders a batch brought, with their lines; returns how many orders."""
    by.must(Permission.IMPORT_DATA)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM sales_line USING sales_order o WHERE order_id = o.id AND o.batch_id = %s",
            [batch_id],
        )
        cursor.execute("DELETE FROM sales_order WHERE batch_id = %s", [batch_id])
        deleted: int = cursor.rowcount
    audit.record(
        "sales.remove_batch", f"batch:{batch_id}", by=by, at=at, detail={"orders": deleted}
    )
    return deleted
