"""How good the data is: five dimensions, scored per source and field, with the rows behind them.

* **completeness**: the cell is filled.
* **accuracy**: a filled value is possible (in its range, of its list, of its pattern).
* **consistency**: it agrees with other cells, other tables and the rest of its table.
* **timeliness**: it is not from the future, and the newest row is recent.
* **usability**: it is filled and passes every check of accuracy and consistency on it, so an
  analysis can use it.

A check is a condition that a bad row meets; its score is 1 − failed / checked. Empty cells fail
completeness and usability only. Declare further checks with the functions below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

import ibis
from ibis.expr.types import Column, Table

Tables = Mapping[str, Table]

FRESH_DAYS = 7
"""The newest row may be so old at full score; the score is 0 at five times that age."""


class Dimension(StrEnum):
    COMPLETENESS = "completeness"
    ACCURACY = "accuracy"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"
    USABILITY = "usability"


@dataclass(frozen=True)
class Check:
    """A named condition on one field of one table.

    ``fails`` gets the table, all tables and ``as_of`` and answers a boolean column that is true
    for bad rows. ``needs`` are the columns it reads; where one is absent the check is left out,
    and so it is where the table ``beside`` is absent.
    """

    table: str
    field: str
    dimension: Dimension
    name: str
    fails: Callable[[Table, Tables, date], Column]
    needs: tuple[str, ...] = ()
    beside: str | None = None

    def applies_to(self, tables: Tables) -> bool:
        if self.table not in tables or (self.beside and self.beside not in tables):
            return False
        return {self.field, *self.needs} <= set(tables[self.table].columns)


@dataclass(frozen=True)
class Score:
    """One figure: ``score`` in 0 to 1, None without rows; ``sql`` selects the rows behind it."""

    source: str
    table: str
    field: str
    dimension: Dimension
    check: str
    checked: int
    failed: int
    sql: str

    @property
    def score(self) -> float | None:
        return 1 - self.failed / self.checked if self.checked else None


@dataclass(frozen=True)
class Freshness:
    """When a source last brought a row; ``score`` is None when it never did."""

    source: str
    table: str
    field: str
    newest: datetime | None
    age_days: int | None

    @property
    def score(self) -> float | None:
        if self.age_days is None:
            return None
        late = max(0, self.age_days - FRESH_DAYS)
        return max(0.0, 1 - late / (4 * FRESH_DAYS))


def filled(table: str, field: str) -> Check:
    """Complete when there is a value; text of spaces only is none."""

    def fails(rows: Table, _tables: Tables, _as_of: date) -> Column:
        value = rows[field]
        blank = value.strip() == "" if value.type().is_string() else ibis.literal(False)
        return value.isnull() | blank

    return Check(table, field, Dimension.COMPLETENESS, "filled", fails)


def within(table: str, field: str, low: Any = None, high: Any = None) -> Check:
    """Accurate when between low and high, both included; None leaves a side open.

    Each may be a function of ``as_of``.
    """

    def fails(rows: Table, _tables: Tables, as_of: date) -> Column:
        ends = [end(as_of) if callable(end) else end for end in (low, high)]
        below = rows[field] < ends[0] if ends[0] is not None else ibis.literal(False)
        above = rows[field] > ends[1] if ends[1] is not None else ibis.literal(False)
        return below | above

    return Check(table, field, Dimension.ACCURACY, "within", fails)


def one_of(table: str, field: str, values: Sequence[str]) -> Check:
    """Accurate when among the values."""
    return Check(
        table, field, Dimension.ACCURACY, "one_of", lambda rows, *_: rows[field].notin(values)
    )


def matches(table: str, field: str, pattern: str) -> Check:
    """Accurate when the whole text matches the regular expression."""
    return Check(
        table,
        field,
        Dimension.ACCURACY,
        "matches",
        lambda rows, *_: ~rows[field].re_search(f"^(?:{pattern})$"),
    )


def stands_once(table: str, field: str, *more: str, name: str = "stands_once") -> Check:
    """Consistent when no other row has the same value (and the same values in ``more``)."""

    def fails(rows: Table, _tables: Tables, _as_of: date) -> Column:
        return (rows.count().over(group_by=[field, *more]) > 1) & rows[field].notnull()

    return Check(table, field, Dimension.CONSISTENCY, name, fails, needs=more)


def refers_to(table: str, field: str, other: str) -> Check:
    """Consistent when the id stands in the same column of another table."""

    def fails(rows: Table, tables: Tables, _as_of: date) -> Column:
        listed = tables[other].filter(tables[other][field].notnull())[field]
        return rows[field].notin(listed)

    return Check(table, field, Dimension.CONSISTENCY, f"refers_to_{other}", fails, beside=other)


def agrees(
    table: str, field: str, name: str, disagrees: Callable[[Table], Column], *needs: str
) -> Check:
    """Consistent with other cells of its row; ``disagrees`` is true for bad rows."""
    return Check(table, field, Dimension.CONSISTENCY, name, lambda rows, *_: disagrees(rows), needs)


def not_in_future(table: str, field: str) -> Check:
    """Timely when before ``as_of``."""

    def fails(rows: Table, _tables: Tables, as_of: date) -> Column:
        is_date = rows[field].type().is_date()
        return rows[field] >= (as_of if is_date else datetime.combine(as_of, time.min))

    return Check(table, field, Dimension.TIMELINESS, "not_in_future", fails)


def _fields(table: str, *names: str) -> Iterator[Check]:
    return (filled(table, name) for name in names)


CHECKS: tuple[Check, ...] = (
    *_fields("lines", "customer_id", "order_id", "ordered_at", "product_id", "quantity", "amount"),
    *_fields("lines", "store_id", "staff_id", "channel"),
    within("lines", "ordered_at", low=datetime(1990, 1, 1)),  # noqa: DTZ001 (wall clock)
    within("lines", "discount", low=0),
    agrees("lines", "quantity", "not_zero", lambda rows: rows.quantity == 0),
    agrees(
        "lines",
        "amount",
        "same_sign_as_quantity",
        lambda rows: rows.amount.sign() * rows.quantity.sign() < 0,
        "quantity",
    ),
    stands_once(
        "lines", "order_id", "customer_id", "product_id", "ordered_at", "quantity", "amount",
        name="no_possible_duplicate",
    ),
    refers_to("lines", "product_id", "products"),
    refers_to("lines", "customer_id", "customers"),
    not_in_future("lines", "ordered_at"),
    *_fields("customers", "joined_on", "sex", "birth_year", "region", "occupation", "income_band"),
    *_fields("customers", "source"),
    one_of("customers", "sex", ("female", "male", "other")),
    within("customers", "birth_year", low=1900, high=lambda as_of: as_of.year),
    stands_once("customers", "customer_id"),
    not_in_future("customers", "joined_on"),
    *_fields("products", "name", "kind", "category", "brand", "price", "cost"),
    one_of("products", "kind", ("service", "product")),
    within("products", "price", low=0),
    within("products", "cost", low=0),
    agrees(
        "products", "cost", "not_above_price", lambda rows: rows.cost > rows.price, "price"
    ),
    stands_once("products", "product_id"),
    refers_to("events", "customer_id", "customers"),
    not_in_future("events", "at"),
)  # fmt: skip
"""The checks of the canonical tables."""

NEWEST = {"lines": "ordered_at", "customers": "joined_on", "events": "at"}
"""Table -> the field that tells when it last grew."""


def assess(
    tables: Tables,
    *,
    as_of: date,
    checks: Sequence[Check] = CHECKS,
    source_column: str | None = None,
) -> list[Score]:
    """Every check that applies, per source; one pass over each table.

    Args:
        tables: Ibis tables by name, conformed (``Shop.tables``) or raw.
        source_column: column that names where a row came from; without it, or where a table
            lacks it, the table is its own source.
    """
    scores: list[Score] = []
    for name, rows in tables.items():
        applying = [check for check in checks if check.table == name and check.applies_to(tables)]
        if applying:
            own_source = source_column if source_column in rows.columns else None
            scores += _score_table(rows, tables, applying, as_of, own_source)
    return scores


def _score_table(
    rows: Table, tables: Tables, checks: Sequence[Check], as_of: date, source_column: str | None
) -> list[Score]:
    measured = [*checks, *_usable(checks)]
    failing = {f"check_{i}": _fails(check, rows, tables, as_of) for i, check in enumerate(measured)}
    source = rows[source_column].fill_null("") if source_column else ibis.literal(checks[0].table)
    marked = rows.select(source=source, **failing)
    sums = {name: marked[name].sum().cast("int64") for name in failing}
    counted = marked.group_by("source").aggregate(rows=marked.count(), **sums)
    selects = [str(ibis.to_sql(rows.filter(failing[name]), dialect="duckdb")) for name in failing]
    return [
        Score(
            source=row["source"],
            table=check.table,
            field=check.field,
            dimension=check.dimension,
            check=check.name,
            checked=row["rows"],
            failed=row[f"check_{i}"],
            sql=selects[i],
        )
        for row in counted.order_by("source").to_pyarrow().to_pylist()
        for i, check in enumerate(measured)
    ]


def _fails(check: Check, rows: Table, tables: Tables, as_of: date) -> Column:
    # An empty cell cannot be judged by a range or a list: that is what completeness is for.
    return check.fails(rows, tables, as_of).fill_null(False)


def _usable(checks: Sequence[Check]) -> Iterator[Check]:
    """For each field with a completeness check, the check that any analysis depends on."""
    for filling in (check for check in checks if check.dimension is Dimension.COMPLETENESS):
        parts = [
            check
            for check in checks
            if check.field == filling.field
            and check.dimension in (Dimension.ACCURACY, Dimension.CONSISTENCY)
        ]

        def fails(
            rows: Table,
            tables: Tables,
            as_of: date,
            all_parts: Sequence[Check] = (filling, *parts),
        ) -> Column:
            return reduce(or_, (_fails(part, rows, tables, as_of) for part in all_parts))

        yield Check(filling.table, filling.field, Dimension.USABILITY, "usable", fails)


def freshness(tables: Tables, *, as_of: date, source_column: str | None = None) -> list[Freshness]:
    """When each source last brought a row before ``as_of``."""
    found: list[Freshness] = []
    for name, field in NEWEST.items():
        if name not in tables or field not in tables[name].columns:
            continue
        rows = tables[name]
        keyed = source_column in rows.columns
        source = rows[source_column].fill_null("") if keyed else ibis.literal(name)
        moments = rows.select(source=source, at=rows[field].cast("timestamp"))
        past = moments.at < datetime.combine(as_of, time.min)
        latest = moments.group_by("source").aggregate(newest=moments.at.max(where=past))
        for row in latest.order_by("source").to_pyarrow().to_pylist():
            newest = row["newest"]
            age = (as_of - newest.date()) // timedelta(days=1) if newest else None
            found.append(Freshness(row["source"], name, field, newest, age))
    return found


def failing_rows(
    tables: Tables, score: Score, *, as_of: date, checks: Sequence[Check] = CHECKS
) -> Table:
    """The rows of the table that a figure counts as failed, whatever their source."""
    rows = tables[score.table]
    own = [check for check in checks if check.table == score.table and check.applies_to(tables)]
    check = next(
        check
        for check in (*own, *_usable(own))
        if (check.field, check.dimension, check.name) == (score.field, score.dimension, score.check)
    )
    return rows.filter(_fails(check, rows, tables, as_of))


def by_field(scores: Sequence[Score]) -> dict[tuple[str, str, str, Dimension], float]:
    """(source, table, field, dimension) -> score over all its checks, weighted by rows checked."""
    sums: dict[tuple[str, str, str, Dimension], tuple[int, int]] = {}
    for score in scores:
        key = (score.source, score.table, score.field, score.dimension)
        checked, failed = sums.get(key, (0, 0))
        sums[key] = (checked + score.checked, failed + score.failed)
    return {key: 1 - failed / checked for key, (checked, failed) in sums.items() if checked}
