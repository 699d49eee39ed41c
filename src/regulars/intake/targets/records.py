"""Rows of customers and items files, as they are staged: one sealed record each."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.db import connection

from regulars.intake.cells import Cells, Values
from regulars.intake.plan import Plan
from regulars.intake.staged import as_reason
from regulars.intake.work import Work
from regulars.kit.keys import DataKey, Keyring

COLUMNS = {"record": "bytea", "content": "bytea"}
PLACE = "import:record"

_ITEM_TEXTS = ("category", "department", "brand", "supplier")
_CUSTOMER_TEXTS = ("province", "city", "city_tier", "occupation", "income_band", "found_us")
CONTACTS = ("phone", "email", "wechat")


def read_item(cells: Cells, ring: Keyring, key: DataKey) -> tuple[str, Values]:
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
    return code, _sealed(record, ring, key)


def read_customer(cells: Cells, ring: Keyring, key: DataKey) -> tuple[str, Values]:
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
    return identity, _sealed(record, ring, key)


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


def _sealed(record: dict[str, Any], ring: Keyring, key: DataKey) -> Values:
    said = {name: value for name, value in record.items() if value not in (None, "", [])}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return key.seal(PLACE, text), ring.blind(PLACE, text)


def open_record(sealed: bytes, key: DataKey) -> dict[str, Any]:
    """The record of a staged row."""
    record: dict[str, Any] = json.loads(key.open(PLACE, sealed))
    return record


def arrange(rows_a_chunk: int) -> Callable[[Plan, str, str], str]:
    """Records in the order of the file; a second one of the same key is a repetition or trouble."""

    def sql(plan: Plan, raw: str, rows: str) -> str:
        return f"""
        CREATE UNLOGGED TABLE {rows} AS
        WITH counted AS (
            SELECT *, row_number() OVER (PARTITION BY grp ORDER BY row_no) AS n,
                first_value(content) OVER (PARTITION BY grp ORDER BY row_no) AS first_content,
                row_number() OVER (ORDER BY row_no) AS nth
            FROM {raw}
        )
        SELECT row_no, grp AS key, ((nth - 1) / {rows_a_chunk})::int + 1 AS chunk, 0 AS position,
            n > 1 AS again, record,
            CASE WHEN reasons IS NOT NULL THEN reasons
                 WHEN content <> first_content THEN {as_reason("twice")} END AS reasons
        FROM counted ORDER BY row_no
        """

    return sql


def staged_records(work: Work, chunk: int) -> list[tuple[int, dict[str, Any]]]:
    """Row numbers and records of the rows of a chunk that are to be taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT row_no, record FROM {work.rows}"
            " WHERE chunk = %s AND reasons IS NULL AND NOT again ORDER BY row_no",
            [chunk],
        )
        return [(number, open_record(bytes(record), work.key)) for number, record in cursor]
