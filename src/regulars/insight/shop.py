"""A shop opened for analysis, and what it looked like on a date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
from ibis.expr.types import Table

from regulars.insight.engines import Engine, open_engine
from regulars.insight.tables import LINES, TABLES, TableError, check_cells, conform


def open_shop(source: str | Path | Mapping[str, Any], engine: str = "duckdb", **options: Any) -> Shop:
    """Open a shop's tables for analysis.

    Args:
        source: a folder holding ``lines.parquet``, ``lines.csv`` or a folder ``lines/`` of Parquet
            files, and likewise for ``customers``, ``products`` and ``events``; or a mapping from
            table name to an Arrow, pandas or Ibis table.
        engine: where to compute; "duckdb" is the only one so far.
        options: passed to the engine (``memory_limit``, ``threads``, ``temp_directory``).

    Raises:
        TableError: a table is missing, lacks a column, or holds values that cannot be trusted.
        EngineError: the engine is unknown.
    """
    sources = find_tables(source)
    opened = open_engine(engine, **options)
    try:
        tables = {name: conform(name, opened.read(name, item)) for name, item in sources.items()}
        check_cells(tables)
    except BaseException:
        opened.close()
        raise
    return Shop(opened, tables)


def find_tables(source: str | Path | Mapping[str, Any]) -> dict[str, Any]:
    """Which tables stand in the source: name -> path or data.

    Raises:
        TableError: no such folder, no lines in it, or a table of an unknown name in a mapping.
    """
    if isinstance(source, Mapping):
        found = dict(source)
        unknown = sorted(set(found) - set(TABLES))
        if unknown:
            remedy = f"Known tables: {', '.join(TABLES)}."
            raise TableError(unknown[0], None, "is not a table of a shop.", remedy)
    else:
        folder = Path(source)
        if not folder.is_dir():
            raise TableError("lines", None, f"{folder} is not a folder.", "Name the folder.")
        found = {}
        for name in TABLES:
            for candidate in (f"{name}.parquet", f"{name}.csv", name):
                if (folder / candidate).exists():
                    found[name] = folder / candidate
                    break
    if LINES.name not in found:
        remedy = "Put lines.parquet or lines.csv there."
        raise TableError("lines", None, "is missing.", remedy)
    return found


class Shop:
    """The conformed tables of a shop on one engine. Use as a context manager or call close()."""

    def __init__(self, engine: Engine, tables: dict[str, Table]) -> None:
        self.engine = engine
        self.tables = tables
        self._snapshots: dict[date, Snapshot] = {}

    def at(self, as_of: date) -> Snapshot:
        """The shop as known at 00:00 of a date; the same object for the same date."""
        if isinstance(as_of, datetime) or not isinstance(as_of, date):
            raise TypeError(f"as_of is a date without time, not {as_of!r}.")
        return self._snapshots.setdefault(as_of, Snapshot(self, as_of))

    def close(self) -> None:
        self.engine.close()

    def __enter__(self) -> Shop:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


class Snapshot:
    """What was known of a shop at 00:00 of ``as_of``, as expressions that build on each other.

    Nothing is computed until asked for. ``hold`` computes the shared ones once, which pays off
    when several features follow.
    """

    def __init__(self, shop: Shop, as_of: date) -> None:
        self.shop = shop
        self.as_of = as_of

    @property
    def today(self) -> Any:
        """``as_of`` as a literal of the expressions."""
        return ibis.literal(self.as_of, "date")

    def _before(self, table: Table, column: str) -> Table:
        return table.filter(table[column] < datetime.combine(self.as_of, time.min))

    @cached_property
    def lines(self) -> Table:
        return self._before(self.shop.tables["lines"], "ordered_at")

    @cached_property
    def events(self) -> Table | None:
        events = self.shop.tables.get("events")
        return None if events is None else self._before(events, "at")

    @cached_property
    def orders(self) -> Table:
        """One row per order: customer_id (may be empty), order_id, ordered_at, amount."""
        lines = self.lines
        return lines.group_by("customer_id", "order_id").aggregate(
            ordered_at=lines.ordered_at.min(),
            amount=lines.amount.sum().cast("int64"),
        )

    @cached_property
    def days(self) -> Table:
        """One row per customer and day with an order.

        Columns: customer_id, day, purchases (orders above zero), amount (net, minor units),
        purchased (sum of the purchases), largest and smallest purchase (empty without one).
        """
        orders = self.orders.filter(self.orders.customer_id.notnull())
        bought = orders.amount > 0
        return orders.group_by("customer_id", day=orders.ordered_at.date()).aggregate(
            purchases=bought.sum().cast("int64"),
            amount=orders.amount.sum().cast("int64"),
            purchased=orders.amount.sum(where=bought).fill_null(0).cast("int64"),
            largest=orders.amount.max(where=bought),
            smallest=orders.amount.min(where=bought),
        )

    @cached_property
    def purchase_days(self) -> Table:
        """The rows of ``days`` with at least one purchase."""
        return self.days.filter(self.days.purchases > 0)

    @cached_property
    def customers(self) -> Table:
        """One row per known customer: customer_id. Known by an order or by the customers table.

        Someone who joined on or after ``as_of`` is not known yet, unless they have ordered.
        """
        buyers = self.days.select("customer_id").distinct()
        listed = self.shop.tables.get("customers")
        if listed is None:
            return buyers
        known = listed.filter(listed.joined_on.isnull() | (listed.joined_on < self.as_of))
        return buyers.union(known.select("customer_id"), distinct=True)

    def hold(self) -> Snapshot:
        """Compute orders, days and customers once, from one scan of the lines."""
        for name in ("orders", "days", "customers"):
            self.__dict__[name] = self.shop.engine.hold(getattr(self, name))
        self.__dict__.pop("purchase_days", None)
        return self

    def per_customer(self, features: Table, zero: tuple[str, ...] = ()) -> Table:
        """The features of every known customer; empty where there are none, 0 for ``zero``."""
        joined = self.customers.left_join(features, "customer_id").drop("customer_id_right")
        return joined.fill_null(dict.fromkeys(zero, 0)) if zero else joined
