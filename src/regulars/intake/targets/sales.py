"""A row of a sales file, as it is staged: one line of an order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from regulars.intake.cells import Cells, Values
from regulars.intake.plan import Plan
from regulars.intake.rules import Bad, in_minor_units
from regulars.intake.staged import ITEM_REF, as_reason, refuse_keys
from regulars.intake.targets.target import Outcome, Target
from regulars.intake.targets.who import read_who
from regulars.intake.work import Work
from regulars.kit.keys import DataKey, Keyring
from regulars.kit.permissions import Actor
from regulars.sales.actions import Recorded, compare_selected, record_selected

COLUMNS = {
    "customer": "text", "who": "bytea", "item_code": "text", "item_name": "text", "staff": "text",
    "store": "text", "channel": "text", "local_at": "timestamp", "quantity": "numeric",
    "amount": "bigint", "discount": "bigint",
}  # fmt: skip

CHUNK_ROWS = 50_000
_ONE = Decimal(1)


def read_row(cells: Cells, ring: Keyring, key: DataKey) -> tuple[str, Values]:
    """The order number and the values of `COLUMNS`."""
    number = cells.text("order_number", must=True)
    at = cells.moment("at")
    who = read_who(cells, ring, key)
    code, name = cells.item_code("item_code"), cells.text("item_name")
    if not code and not name:
        cells.refuse("no_item", "item_name")
    quantity = cells.quantity("quantity", must=True) if cells.plan.knows("quantity") else _ONE
    discount = cells.price("discount") or 0
    amount = _amount(cells, quantity, discount)
    staff, store = cells.text("staff"), cells.text("store")
    channel = cells.text("channel")
    return number, (
        who.reference, who.sealed, code or None, name or None, staff or None, store or None,
        channel or "store", at, quantity, amount, discount,
    )  # fmt: skip


def _amount(cells: Cells, quantity: Decimal | None, discount: int) -> int | None:
    """What is paid for the line: as the file says, or quantity times unit price less discount."""
    if cells.plan.knows("amount"):
        return cells.money("amount", must=True)
    price = cells.number("unit_price", must=True)
    if price is None or quantity is None:
        return None
    if price < 0:
        cells.refuse("negative", "unit_price")
        return None
    try:
        return in_minor_units(price * quantity) - discount
    except Bad as bad:
        cells.refuse(bad.code, "unit_price")
        return None


def arrange(plan: Plan, raw: str, rows: str) -> str:
    """Orders side by side, in the order in which they begin in the file."""
    split = "true" if plan.options.split_orders else "false"
    return f"""
    CREATE UNLOGGED TABLE {rows} AS
    WITH shared AS (
        SELECT grp FROM {raw} GROUP BY grp
        HAVING min(coalesce(customer, '')) <> max(coalesce(customer, ''))
    ), keyed AS (
        SELECT r.*, {ITEM_REF} AS item_ref,
            r.grp || CASE WHEN {split} AND s.grp IS NOT NULL
                          THEN '/' || md5(coalesce(customer, '')) ELSE '' END AS key
        FROM {raw} r LEFT JOIN shared s ON s.grp = r.grp
    ), orders AS (
        SELECT key, count(*) AS n, min(row_no) AS first, bool_or(reasons IS NOT NULL) AS bad,
            min(coalesce(customer, '')) <> max(coalesce(customer, '')) AS several,
            min(coalesce(store, '')) <> max(coalesce(store, ''))
                OR min(channel) <> max(channel) AS mixed
        FROM keyed GROUP BY key
    ), cut AS (
        SELECT *, ((sum(n) OVER (ORDER BY first) - n) / {CHUNK_ROWS})::int + 1 AS chunk FROM orders
    )
    SELECT row_no, key, chunk, false AS again,
        (row_number() OVER (PARTITION BY key ORDER BY row_no) - 1)::int AS position,
        CASE WHEN reasons IS NOT NULL THEN reasons
             WHEN several THEN {as_reason("order_of_several")}
             WHEN mixed THEN {as_reason("order_of_stores")}
             WHEN bad THEN {as_reason("order_held")} END AS reasons,
        customer, who, item_ref, item_code, item_name, staff, store, channel, local_at,
        quantity, amount, discount
    FROM keyed JOIN cut USING (key)
    ORDER BY chunk, first, row_no
    """


# In a dry run the store may not be made yet: the time zone of the business stands in for its own.
_SELECT = """
SELECT %(source)s, r.key, st.id, c.id, r.channel,
    r.local_at AT TIME ZONE coalesce(st.time_zone, %(zone)s), r.position, i.id, f.id,
    r.quantity, r.amount, r.discount
FROM {rows} r
LEFT JOIN {refs} c ON c.kind = 'customer' AND c.ref = r.customer
LEFT JOIN {refs} i ON i.kind = 'item' AND i.ref = r.item_ref
LEFT JOIN {refs} f ON f.kind = 'staff' AND f.ref = r.staff
LEFT JOIN {refs} s ON s.kind = 'store' AND s.ref = r.store
LEFT JOIN offer_store st ON st.id = s.id
WHERE r.chunk = %(chunk)s AND r.reasons IS NULL
"""


def _select(work: Work, chunk: int) -> tuple[str, dict[str, Any]]:
    parameters = {"source": work.source, "chunk": chunk, "zone": work.zone.key}
    return _SELECT.format(rows=work.rows, refs=work.refs), parameters


def compare(work: Work, chunk: int) -> Outcome:
    """Which orders of a chunk are new, there, or there with other lines."""
    return _outcome(work, chunk, compare_selected(*_select(work, chunk)))


def move(work: Work, chunk: int, by: Actor, at: datetime) -> Outcome:
    """Records the orders of a chunk."""
    recorded = record_selected(*_select(work, chunk), by=by, at=at, batch_id=work.job.batch_id)
    return _outcome(work, chunk, recorded)


def _outcome(work: Work, chunk: int, recorded: Recorded) -> Outcome:
    refuse_keys(work, chunk, recorded.different_keys, "there_with_other_lines")
    return Outcome(accepted=recorded.lines, already=recorded.lines_already)


TARGET = Target(COLUMNS, read_row, arrange, compare, move, refers=True)
