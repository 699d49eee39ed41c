"""A row of a sales file, as it is staged: one line of an order."""

from __future__ import annotations

from decimal import Decimal

from regulars.intake.cells import Cells, Values
from regulars.intake.rules import Bad, in_minor_units
from regulars.intake.targets.who import read_who
from regulars.kit.keys import DataKey, Keyring

COLUMNS = {
    "customer": "text", "who": "bytea", "item_code": "text", "item_name": "text", "staff": "text",
    "store": "text", "channel": "text", "local_at": "timestamp", "quantity": "numeric",
    "amount": "bigint", "discount": "bigint",
}  # fmt: skip

_ONE = Decimal(1)


def read_row(cells: Cells, *, ring: Keyring, key: DataKey) -> tuple[str, Values]:
    """The order number and the values of `COLUMNS`."""
    number = cells.text("order_number", must=True)
    at = cells.moment("at")
    who = read_who(cells, ring=ring, key=key)
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
