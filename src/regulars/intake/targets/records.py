"""Rows of customers and items files, as they are staged: one sealed record each."""

from __future__ import annotations

import json
from typing import Any

from regulars.intake.cells import Cells, Values
from regulars.kit.keys import DataKey, Keyring

COLUMNS = {"record": "bytea", "content": "bytea"}
PLACE = "import:record"

_ITEM_TEXTS = ("category", "department", "brand", "supplier")
_CUSTOMER_TEXTS = ("province", "city", "city_tier", "occupation", "income_band", "found_us")
CONTACTS = ("phone", "email", "wechat")


def read_item(cells: Cells, *, ring: Keyring, key: DataKey) -> tuple[str, Values]:
    """The code of an item and its sealed record: only what the file says."""
    code = cells.item_code("code")
    if not code:
        cells.refuse("empty", "code")
    record: dict[str, Any] = {
        "code": code,
        "name": cells.text("name", must=True),
        "kind": cells.item_kind("kind"),
        "price": cells.price("price"),
        "cost": cells.price("cost"),
        "active": cells.yes_no("active"),
    }
    record |= {name: cells.text(name) for name in _ITEM_TEXTS}
    return code, _sealed(record, ring=ring, key=key)


def read_customer(cells: Cells, *, ring: Keyring, key: DataKey) -> tuple[str, Values]:
    """What a customer is recognised by, and the sealed record: only what the file says."""
    birth = cells.birth("birth", lunar=bool(cells.yes_no("lunar")))
    joined = cells.day("joined_on")
    record: dict[str, Any] = {
        "code": cells.text("code"),
        "number": cells.text("number"),
        "name": " ".join(cells.text("name").split()),
        "sex": cells.sex("sex"),
        "birth": [birth.year, birth.month, birth.day, birth.lunar] if birth else None,
        "joined_on": joined.isoformat() if joined else None,
        "tags": _tags(cells),
    }
    record |= {name: cells.text(name) for name in _CUSTOMER_TEXTS}
    record |= {kind: cells.contact(kind, kind) for kind in CONTACTS}
    identity = _identity(record, ring)
    if not identity and not cells.reasons:
        cells.refuse("nobody")
    return identity, _sealed(record, ring=ring, key=key)


def _tags(cells: Cells) -> list[str]:
    words = cells.text("tags")
    for mark in ("，", "、", ";", "；", "|", "/"):
        words = words.replace(mark, ",")
    tags = sorted({" ".join(word.split()) for word in words.split(",")} - {""})
    if any(len(tag) > 30 for tag in tags):
        cells.refuse("too_long", "tags")
    return tags


def _identity(record: dict[str, Any], ring: Keyring) -> str:
    if record["code"]:
        return f"code:{record['code']}"
    if record["number"]:
        return f"number:{record['number']}"
    for kind in CONTACTS:
        if record[kind]:
            return f"{kind}:{ring.blind(kind, record[kind]).hex()}"
    return ""


def _sealed(record: dict[str, Any], *, ring: Keyring, key: DataKey) -> Values:
    said = {name: value for name, value in record.items() if value not in (None, "", [])}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return key.seal(PLACE, text), ring.blind(PLACE, text)


def open_record(sealed: bytes, key: DataKey) -> dict[str, Any]:
    """The record of a staged row."""
    record: dict[str, Any] = json.loads(key.open(PLACE, sealed))
    return record
