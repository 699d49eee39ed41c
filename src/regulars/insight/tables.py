"""The canonical input tables of an analysis, declared as data.

A shop is handed over as up to four tables. Only ``lines`` is required. What counts as what:

* An **order** is all lines with the same customer, order id and day; its time is that of its first
  line, its amount the sum of its lines. A return booked on a later day counts on that later day
  even under the old order id, so a day that is over never changes.
* An order is a **purchase** when its amount is above zero. An order at or below zero is a return:
  it lowers the spend of its day and is never a purchase.
* A **purchase day** is a day with at least one purchase; several purchases on one day are one
  occasion. "Frequency" always means purchase days.
* Lines without a customer (walk-ins, guests) count in the figures of the shop and for no customer.
* Everything is told **as of** a date: only rows before that date's 00:00 count, so the day before
  ``as_of`` is one day ago and later rows change nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import ibis
import ibis.expr.datatypes as dt
from ibis.expr.types import Column as IbisColumn
from ibis.expr.types import Table


class TableError(ValueError):
    """An input table that cannot be analysed: which table, which column, what to do about it."""

    def __init__(self, table: str, column: str | None, problem: str, remedy: str) -> None:
        self.table, self.column, self.problem, self.remedy = table, column, problem, remedy
        where = f"table “{table}”" + (f", column “{column}”" if column else "")
        super().__init__(f"{where}: {problem} {remedy}")


class Kind(Enum):
    """What a column holds; decides which storage types are accepted and what they become."""

    ID = "an id (whole number or text)"
    TIME = "a date and time without time zone, the store's wall clock"
    DATE = "a date"
    MONEY = "money in whole minor units (分, cents)"
    NUMBER = "a number"
    WHOLE = "a whole number"
    TEXT = "text"


@dataclass(frozen=True)
class Column:
    """One declared column. ``nullable`` says whether single cells may be empty."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    nullable: bool = True


@dataclass(frozen=True)
class TableSpec:
    """One declared table: what a row is (grain), what is unique (key), and its columns."""

    name: str
    grain: str
    columns: tuple[Column, ...]
    key: str | None = None

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


LINES = TableSpec(
    name="lines",
    grain="one line of an order: one product sold (or returned) at one moment",
    columns=(
        Column("customer_id", Kind.ID, "who bought; empty for an anonymous sale", required=True),
        Column("order_id", Kind.ID, "the receipt the line stands on", True, nullable=False),
        Column("ordered_at", Kind.TIME, "when it was sold", required=True, nullable=False),
        Column("product_id", Kind.ID, "what was sold", required=True),
        Column("quantity", Kind.NUMBER, "how many; negative for a return", required=True),
        Column("amount", Kind.MONEY, "paid, net of discount; negative for a return", True, False),
        Column("discount", Kind.MONEY, "taken off the price, zero or more"),
        Column("store_id", Kind.ID, "where it was sold"),
        Column("staff_id", Kind.ID, "who served"),
        Column("channel", Kind.TEXT, "how it was sold: store, web, app, …"),
        Column("kind", Kind.TEXT, "service or product"),
    ),
)

CUSTOMERS = TableSpec(
    name="customers",
    grain="one known customer, with or without purchases",
    key="customer_id",
    columns=(
        Column("customer_id", Kind.ID, "the same id as in lines", required=True, nullable=False),
        Column("joined_on", Kind.DATE, "when the shop came to know them"),
        Column("sex", Kind.TEXT, "female, male, other"),
        Column("birth_year", Kind.WHOLE, "year of birth"),
        Column("region", Kind.TEXT, "where they live"),
        Column("occupation", Kind.TEXT, "what they do"),
        Column("income_band", Kind.TEXT, "band of income"),
        Column("source", Kind.TEXT, "how they found the shop"),
    ),
)

PRODUCTS = TableSpec(
    name="products",
    grain="one product or service",
    key="product_id",
    columns=(
        Column("product_id", Kind.ID, "the same id as in lines", required=True, nullable=False),
        Column("name", Kind.TEXT, "what it is called"),
        Column("kind", Kind.TEXT, "service or product"),
        Column("category", Kind.TEXT, "the group it belongs to"),
        Column("brand", Kind.TEXT, "the brand"),
        Column("price", Kind.MONEY, "list price"),
        Column("cost", Kind.MONEY, "cost to the shop"),
    ),
)

EVENTS = TableSpec(
    name="events",
    grain="one thing that happened with a customer and is not a sale",
    columns=(
        Column("customer_id", Kind.ID, "the same id as in lines", required=True, nullable=False),
        Column("at", Kind.TIME, "when it happened", required=True, nullable=False),
        Column("kind", Kind.TEXT, "visit, no_show, cancellation, booking, …", True, nullable=False),
        Column("key", Kind.TEXT, "what it was about: a campaign, a coupon, a booking"),
    ),
)

TABLES: dict[str, TableSpec] = {spec.name: spec for spec in (LINES, CUSTOMERS, PRODUCTS, EVENTS)}


def conform(name: str, table: Table) -> Table:
    """The table with declared columns only, cast to their canonical types.

    Columns nobody declared are left out; absent optional columns are added as empty.

    Raises:
        TableError: a required column is missing, or a column has a type that cannot be trusted.
    """
    spec = TABLES[name]
    missing = [c.name for c in spec.columns if c.required and c.name not in table.columns]
    if missing:
        raise TableError(
            name,
            missing[0],
            f"required columns are missing: {', '.join(missing)}.",
            f"Found {', '.join(table.columns) or 'no columns'}. Rename or add them.",
        )
    return table.select(**{column.name: _cast(spec, column, table) for column in spec.columns})


def _cast(spec: TableSpec, column: Column, table: Table) -> IbisColumn:
    if column.name not in table.columns:
        return ibis.null(EMPTY_TYPE[column.kind])
    found = table[column.name]
    if found.type().is_null():
        return found.cast(EMPTY_TYPE[column.kind])
    return _CASTS[column.kind](spec.name, column, found)


def _refuse(table: str, column: Column, found: IbisColumn, remedy: str) -> TableError:
    problem = f"should be {column.kind.value} but holds {found.type()}."
    return TableError(table, column.name, problem, remedy)


def _refuse_text(table: str, column: Column, found: IbisColumn, remedy: str) -> TableError:
    """Names the first cell that is no date: one such cell turns a whole CSV column into text."""
    wrong = found.as_table().filter(found.notnull() & found.try_cast("timestamp").isnull())
    cells = wrong.limit(1).to_pyarrow().column(0).to_pylist()
    if not cells:
        return _refuse(table, column, found, remedy)
    problem = f"should be {column.kind.value} but holds “{cells[0]}”."
    return TableError(table, column.name, problem, remedy)


def _as_id(table: str, column: Column, found: IbisColumn) -> IbisColumn:
    if found.type().is_integer():
        return found.cast("int64")
    if found.type().is_string():
        return found.nullif("")
    if found.type().is_uuid():
        return found.cast("string")
    remedy = "Write ids as whole numbers or text (a column of 17850.0 was once whole numbers)."
    raise _refuse(table, column, found, remedy)


def _as_time(table: str, column: Column, found: IbisColumn) -> IbisColumn:
    kind = found.type()
    if kind.is_timestamp() and kind.timezone is None:
        return found.cast(dt.Timestamp(scale=6))
    if kind.is_date():
        return found.cast(dt.Timestamp(scale=6))
    remedy = "Write 2026-11-22 14:30:00."
    if kind.is_string():
        raise _refuse_text(table, column, found, remedy)
    if kind.is_timestamp():
        remedy = "Convert it to the store's wall clock and drop the zone."
    raise _refuse(table, column, found, remedy)


def _as_date(table: str, column: Column, found: IbisColumn) -> IbisColumn:
    if found.type().is_date():
        return found
    if found.type().is_timestamp() and found.type().timezone is None:
        return found.date()
    raise _refuse(table, column, found, "Write 2026-11-22.")


def _as_money(table: str, column: Column, found: IbisColumn) -> IbisColumn:
    if found.type().is_integer():
        return found.cast("int64")
    remedy = "Multiply by 100 (for most currencies) and round to a whole number of minor units."
    raise _refuse(table, column, found, remedy)


def _as_number(table: str, column: Column, found: IbisColumn) -> IbisColumn:
    if found.type().is_numeric():
        return found.cast("float64")
    raise _refuse(table, column, found, "Write plain numbers such as 2 or 0.5.")


def _as_whole(table: str, column: Column, found: IbisColumn) -> IbisColumn:
    if found.type().is_integer():
        return found.cast("int64")
    raise _refuse(table, column, found, "Write whole numbers without decimals.")


def _as_text(table: str, column: Column, found: IbisColumn) -> IbisColumn:
    if found.type().is_string():
        return found.nullif("")
    if found.type().is_integer() or found.type().is_boolean():
        return found.cast("string")
    raise _refuse(table, column, found, "Write text.")


EMPTY_TYPE = {
    Kind.ID: "string",
    Kind.TIME: "timestamp",
    Kind.DATE: "date",
    Kind.MONEY: "int64",
    Kind.NUMBER: "float64",
    Kind.WHOLE: "int64",
    Kind.TEXT: "string",
}
_CASTS = {
    Kind.ID: _as_id,
    Kind.TIME: _as_time,
    Kind.DATE: _as_date,
    Kind.MONEY: _as_money,
    Kind.NUMBER: _as_number,
    Kind.WHOLE: _as_whole,
    Kind.TEXT: _as_text,
}


def check_cells(tables: dict[str, Table]) -> None:
    """Refuse empty cells where none may be, a key that stands twice, and ids of mixed types.

    One aggregate per table.

    Raises:
        TableError: names the table, the column and how many rows are concerned.
    """
    for name, table in tables.items():
        spec = TABLES[name]
        solid = [column.name for column in spec.columns if not column.nullable]
        # Counting what is there, because Parquet's statistics answer that without a scan.
        measures = {column: table[column].count() for column in solid}
        if spec.key:
            measures["distinct_keys"] = table[spec.key].nunique()
        counts = table.aggregate(rows=table.count(), **measures).to_pyarrow().to_pylist()[0]
        _refuse_gaps(spec, solid, counts)
    _refuse_mixed_ids(tables, "customer_id", ("lines", "customers", "events"))
    _refuse_mixed_ids(tables, "product_id", ("lines", "products"))


def _refuse_gaps(spec: TableSpec, solid: Sequence[str], counts: dict[str, int]) -> None:
    for column in solid:
        empty = counts["rows"] - counts[column]
        if empty:
            problem = f"{empty:,} of {counts['rows']:,} rows are empty."
            raise TableError(spec.name, column, problem, "Fill them or leave those rows out.")
    if spec.key and counts["distinct_keys"] != counts["rows"]:
        doubled = counts["rows"] - counts["distinct_keys"]
        problem = f"{doubled:,} rows repeat an id that should stand once."
        raise TableError(spec.name, spec.key, problem, "Keep one row per id.")


def _refuse_mixed_ids(tables: dict[str, Table], column: str, names: Sequence[str]) -> None:
    lines_type = tables["lines"][column].type()
    for name in names:
        if name not in tables or tables[name][column].type().is_string() == lines_type.is_string():
            continue
        problem = f"is {tables[name][column].type()} here and {lines_type} in lines."
        raise TableError(name, column, problem, "Use the same type in every table.")
