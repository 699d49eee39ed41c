"""Rows on their way in: read, typed and copied into a table of the import, then arranged.

Arranging puts the rows of one order side by side, notes what only shows across rows (an order
whose other line is bad, a code that stands twice) and cuts the rows into chunks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.intake.quarantine import blocks
from regulars.intake.targets import TARGETS
from regulars.intake.work import Work
from regulars.kit.bulk import copy_rows
from regulars.kit.keys import keyring

BLOCK = 20_000


def stage(work: Work, *, at: datetime, tell: Callable[[int], None]) -> int:
    """Reads all rows into the import's table and arranges them; returns how many there are.

    Args:
        tell: hears after each block how many rows have been read.

    Raises:
        FileError: the file cannot be read to its end.
    """
    drop(work)
    target = TARGETS[work.plan.target]
    raw = f"{work.rows}_raw"
    columns = {"row_no": "bigint", "grp": "text", "reasons": "jsonb", **target.columns}
    declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE {raw} ({declared})")
        count = 0
        for block in blocks(work.read(), BLOCK):
            count += copy_rows(raw, list(columns), _typed(work, block, at))
            tell(count)
        cursor.execute(f"ANALYZE {raw}")
        cursor.execute(target.arrange(work.plan, raw, work.rows))
        cursor.execute(f"DROP TABLE {raw}")
        cursor.execute(f"CREATE INDEX ON {work.rows} (chunk)")
        cursor.execute(f"ANALYZE {work.rows}")
    return count


def _typed(work: Work, block: list[Any], at: datetime) -> Iterator[tuple[Any, ...]]:
    cells, ring = work.cells(at), keyring()
    read_row = TARGETS[work.plan.target].read_row
    for number, row in block:
        cells.load(row)
        group, values = read_row(cells, ring, work.key)
        yield number, group, json.dumps(cells.reasons) if cells.reasons else None, *values


def drop(work: Work) -> None:
    """Forgets the staged rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {work.rows}, {work.rows}_raw, {work.refs}")


def is_staged(work: Work) -> bool:
    """Whether the rows are still there: the tables are unlogged, a crashed server empties them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s), to_regclass(%s)", [work.rows, work.refs])
        if None in cursor.fetchone():
            return False
        cursor.execute(f"SELECT EXISTS (SELECT FROM {work.rows})")
        return bool(cursor.fetchone()[0])


def chunks(work: Work) -> int:
    """How many chunks the rows are cut into; they count from 1."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(chunk), 0) FROM {work.rows}")
        return int(cursor.fetchone()[0])
