"""Tables with one row per key, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ibis.expr.types import Table

Finish = Callable[[Table], Table]


def as_is(table: Table) -> Table:
    return table


def left_joined(tables: Sequence[Table], key: str) -> Table:
    """The first table with the columns of the others that it lacks, empty where they know nothing.

    A column that stands in several is taken from the first that has it.
    """
    table = tables[0]
    for part in tables[1:]:
        fresh = [name for name in part.columns if name not in table.columns]
        table = table.left_join(part.select(key, *fresh), key).drop(f"{key}_right")
    return table
