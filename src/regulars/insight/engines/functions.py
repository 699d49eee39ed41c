"""Functions every engine has but Ibis writes in a slow or a vague way."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.datatypes as dt
from ibis.expr.types import Column


@ibis.udf.agg.builtin(name="min_by")  # type: ignore[untyped-decorator]
def min_by(value: int, key: date) -> int:  # type: ignore[empty-body]
    """The value beside the smallest key, a date; keys must be unique within a group.

    ``argmin`` of Ibis 12 becomes a sorted FIRST on DuckDB, which keeps every row of the group.
    """


@ibis.udf.agg.builtin(name="max_by")  # type: ignore[untyped-decorator]
def max_by(value: int, key: date) -> int:  # type: ignore[empty-body]
    """The value beside the largest key, a date; keys must be unique within a group."""


def total(value: Column, where: Column | None = None) -> Column:
    """The sum of whole numbers as int64; empty for no rows.

    Ibis takes the sum of BIGINT for a BIGINT and leaves out the cast; DuckDB's is twice as wide,
    which costs a tenth of time and memory when a million groups carry it.
    """
    return _wide_sum(value, where=where).cast("int64")


@ibis.udf.agg.builtin(name="sum")  # type: ignore[untyped-decorator]
def _wide_sum(value: int) -> dt.Decimal(38, 0):  # type: ignore[valid-type]
    """SUM with the type it really has."""


def rounded(value: Column, digits: int) -> Column:
    """A float rounded to so many digits, halves up.

    Written out: DuckDB rounds the number as it is stored, Spark as it is printed, which differs
    for 1.005. Also makes a quantile the same that engines interpolate in another order.
    """
    power = float(10**digits)
    return (value.cast("float64") * power + 0.5).floor().cast("float64") / power
