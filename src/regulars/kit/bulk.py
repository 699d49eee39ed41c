"""Many rows at once: ids taken in blocks, rows written by COPY, constraints left in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import pyarrow as pa
from django.db import connection
from psycopg import Copy, sql
from pyarrow import csv


def next_ids(table: str, count: int) -> list[int]:
    """Takes `count` fresh ids of `table` from its sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Writes `rows` (one value a column) into `table` and returns how many there were."""
    count = 0
    with _copy_into(table, columns, "FORMAT text") as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def copy_batches(table: str, columns: Sequence[str], batches: Iterable[pa.RecordBatch]) -> int:
    """Writes Arrow batches with these columns into `table` and returns how many rows there were.

    The rows never become Python objects: several times faster than `copy_rows` for millions.
    """
    count = 0
    with _copy_into(table, columns, "FORMAT csv") as copy:
        for batch in batches:
            text = pa.BufferOutputStream()
            csv.write_csv(batch.select(columns), text, csv.WriteOptions(include_header=False))
            copy.write(text.getvalue())
            count += batch.num_rows
    return count


@contextmanager
def _copy_into(table: str, columns: Sequence[str], options: LiteralString) -> Iterator[Copy]:
    statement = sql.SQL("COPY {} ({}) FROM STDIN ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(options),
    )
    # Django turns the driver's errors into its own, except in COPY.
    with (
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        yield copy
