"""Who a sale or event names, as it is staged: a reference to look up, and what to make of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from regulars.intake.cells import Cells
from regulars.kit.keys import DataKey, Keyring

PLACE = "import:who"


@dataclass(frozen=True)
class Who:
    """The reference is the code in the other system, or "phone:" and the blind index in hex."""

    reference: str | None
    sealed: bytes | None


def read_who(cells: Cells, ring: Keyring, key: DataKey) -> Who:
    """The customer a row names. Name and phone are sealed for the making of new customers."""
    code = cells.text("customer")
    name = cells.text("customer_name")
    phone = cells.contact("customer_phone", "phone")
    if not code and not phone:
        if cells.plan.options.without_customer == "refuse" and not cells.reasons:
            cells.refuse("empty", "customer")
        return Who(None, None)
    reference = code or f"phone:{ring.blind('phone', phone).hex()}"
    if not name and not phone:
        return Who(reference, None)
    return Who(reference, key.seal(PLACE, json.dumps([name, phone], ensure_ascii=False)))


def open_who(sealed: bytes, key: DataKey) -> tuple[str, str]:
    """Name and phone of a staged reference."""
    name, phone = json.loads(key.open(PLACE, sealed))
    return name, phone
