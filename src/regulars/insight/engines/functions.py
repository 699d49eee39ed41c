"""Functions every engine has but Ibis writes in a slow way."""

from __future__ import annotations

from datetime import date

import ibis


@ibis.udf.agg.builtin(name="min_by")  # type: ignore[untyped-decorator]
def min_by(value: int, key: date) -> int:  # type: ignore[empty-body]
    """The value beside the smallest key, a date; keys must be unique within a group.

    ``argmin`` of Ibis 12 becomes a sorted FIRST on DuckDB, which keeps every row of the group.
    """
