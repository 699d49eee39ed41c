"""Small pieces of SQL that the targets share over their staged rows."""

from __future__ import annotations

import json

from django.db import connection

from regulars.intake.reasons import reason
from regulars.intake.work import Work

# What a row calls an item: its code, or where it has none its name.
ITEM_REF = (
    "CASE WHEN item_code IS NULL THEN 'name:' || lower(item_name) ELSE 'code:' || item_code END"
)


def as_reason(code: str, field: str = "") -> str:
    """The reason as an SQL literal."""
    return f"'{json.dumps([reason(code, field)])}'::jsonb"


def refuse_keys(work: Work, chunk: int, keys: tuple[str, ...], code: str) -> int:
    """Refuses all rows of these keys in a chunk; returns how many rows."""
    if not keys:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {work.rows} SET reasons = {as_reason(code)}"
            " WHERE chunk = %s AND key = ANY(%s) AND reasons IS NULL",
            [chunk, list(keys)],
        )
        return int(cursor.rowcount)


def refuse_rows(work: Work, numbers: list[int], code: str, field: str = "") -> None:
    """Refuses single rows."""
    if not numbers:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {work.rows} SET reasons = {as_reason(code, field)} WHERE row_no = ANY(%s)",
            [numbers],
        )


def repeated(work: Work, chunk: int) -> int:
    """How many rows of a chunk stood in this file before, word for word."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {work.rows} WHERE chunk = %s AND again AND reasons IS NULL",
            [chunk],
        )
        return int(cursor.fetchone()[0])
