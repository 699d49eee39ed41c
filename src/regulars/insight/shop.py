"""A shop opened for analysis, and what it looked like on a date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
from ibis.expr.types import Table

from regulars.insight.engines import Engine, open_engine
from regulars.insight.engines.functions import total
from regulars.insight.tables import LINES, TABLES, TableError, check_cells, conform


def open_shop(
    source: str | Path | Mapping[str, Any], engine: str = "duckdb", **options: Any
) -> Shop:
    """Open a shop's tables for analysis.

    Args:
        source: a folder holding ``lines.parquet``, ``lines.csv`` or a folder ``lines/`` of Parquet
            files, and likewise for ``customers``, ``products`` and ``events``; or a mapping from
            table name to an Arrow, pandas or Ibis table.
        engine: where to compute: "duckdb" inside this process, or "spark".
        options: passed to the engine (``memory_limit``, ``threads``, ``temp_directory``; for Spark
            also ``master``, ``conf`` and ``session``, see ``engines.spark``).

    Raises:
        TableError: a table is missing, lacks a column, or holds values that cannot be trusted.
        EngineError: the engine is unknown or cannot start here.
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
        found = {
            name: Path(item) if isinstance(item, str) else item for name, item in source.items()
        }
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
        self._kept: dict[str, Table] = {}

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
        """One row per order: customer_id (may be empty), order_id, day, ordered_at, amount."""
        lines = self.lines
        grain = lines.group_by("customer_id", "order_id", day=lines.ordered_at.date())
        return grain.aggregate(ordered_at=lines.ordered_at.min(), amount=total(lines.amount))

    @cached_property
    def days(self) -> Table:
        """One row per customer and day with an order.

        Columns: customer_id, day, amount (net, minor units), bought (is it a purchase day),
        purchases (orders above zero), purchased (sum of the purchases), largest and smallest
        purchase (empty without one).
        """
        orders = self.orders.filter(self.orders.customer_id.notnull())
        above = orders.amount > 0
        return orders.group_by("customer_id", "day").aggregate(
            amount=total(orders.amount),
            bought=above.any(),
            purchases=orders.count(where=above),
            purchased=total(orders.amount, where=above).fill_null(0),
            largest=orders.amount.max(where=above),
            smallest=orders.amount.min(where=above),
        )

    @cached_property
    def day_totals(self) -> Table:
        """customer_id, day, amount and bought, as in ``days`` but in half the time.

        A day whose total is above zero has a purchase for certain, so orders are only added up
        for the few days where the total leaves it open.
        """
        lines = self.lines
        grain = lines.filter(lines.customer_id.notnull())
        totals = grain.group_by("customer_id", day=grain.ordered_at.date()).aggregate(
            amount=total(grain.amount)
        )
        open_days = totals.filter(totals.amount <= 0)
        # Told by day, not from self.lines: DuckDB would keep a copy of lines that are read twice.
        lines = self.shop.tables["lines"]
        lines = lines.select("customer_id", "order_id", "amount", day=lines.ordered_at.date())
        orders = (
            lines.filter(lines.day < self.today)
            .semi_join(open_days, ["customer_id", "day"])
            .group_by("customer_id", "day", "order_id")
            .aggregate(amount=total(lines.amount))
        )
        proven = orders.filter(orders.amount > 0).select("customer_id", "day").distinct()
        joined = totals.left_join(proven, ["customer_id", "day"])
        return joined.select(
            "customer_id",
            "day",
            "amount",
            bought=(joined.amount > 0) | joined.day_right.notnull(),
        )

    @property
    def purchase_days(self) -> Table:
        """The rows of ``day_totals`` with a purchase."""
        return self.day_totals.filter(self.day_totals.bought)

    @cached_property
    def customers(self) -> Table:
        """One row per known customer: customer_id. Known by an order or by the customers table.

        Someone who joined on or after ``as_of`` is not known yet, unless they have ordered.
        """
        return self._known(self.lines.filter(self.lines.customer_id.notnull()))

    @property
    def listed(self) -> Table | None:
        """customer_id of the customers table on that date; None when there is no such table."""
        table = self.shop.tables.get("customers")
        if table is None:
            return None
        known = table.filter(table.joined_on.isnull() | (table.joined_on < self.as_of))
        return known.select("customer_id")

    def _known(self, ordered: Table) -> Table:
        buyers = ordered.select("customer_id").distinct()
        return buyers if self.listed is None else buyers.union(self.listed, distinct=True)

    def hold(self) -> Snapshot:
        """Compute orders, days and customers once, from one scan of the lines."""
        hold = self.shop.engine.hold
        self.orders = hold(self.orders)
        # Numbered once: most features ask for the gaps, and each would have to sort for them. In
        # order, so that what is told of some customers reads the part that is theirs.
        self.days = self.day_totals = hold(numbered(self.days).order_by("customer_id"))
        # In order, so that what is joined to them comes nearly in order too.
        self.customers = hold(self._known(self.days).order_by("customer_id"))
        return self

    def among(self, people: Table) -> Snapshot:
        """The same with the lines of some customers alone (customer_id), found once and held.

        For what is told of a few of many; everything else of it is that of the whole shop.
        """
        few = Snapshot(self.shop, self.as_of)
        few.lines = self.shop.engine.hold(self.lines.semi_join(people, "customer_id"))
        return few

    def kept(self, name: str, expression: Callable[[], Table]) -> Table:
        """The expression of this name, computed by the engine when it is asked for first."""
        if name not in self._kept:
            self._kept[name] = self.shop.engine.hold(expression())
        return self._kept[name]

    def release(self) -> None:
        """Give back what ``kept`` keeps; tables made of it can no longer be asked."""
        for table in self._kept.values():
            self.shop.engine.drop(table)
        self._kept.clear()

    def per_customer(self, features: Table, zero: tuple[str, ...] = ()) -> Table:
        """The features of every known customer; empty where there are none, 0 for ``zero``."""
        joined = self.customers.left_join(features, "customer_id").drop("customer_id_right")
        return joined.fill_null(dict.fromkeys(zero, 0)) if zero else joined

    def with_listed(self, features: Table, zero: tuple[str, ...] = ()) -> Table:
        """The same for features that have a row for everyone who ever ordered.

        Saves finding those once more; only customers without an order are added.
        """
        if self.listed is None:
            return features
        joined = self.listed.outer_join(features, "customer_id")
        either = joined.customer_id.coalesce(joined.customer_id_right)
        joined = joined.mutate(customer_id=either).drop("customer_id_right")
        return joined.fill_null(dict.fromkeys(zero, 0))


def numbered(days: Table) -> Table:
    """The days (customer_id, day, bought) with gap and number, unless they have them already.

    Columns: gap, the days since the purchase day before (empty for the first one, and for days
    without a purchase); number, that of the purchase day, 0 for the first (of days without a
    purchase, among those).
    """
    if "gap" in days.columns:
        return days
    earlier = {"group_by": ["customer_id", "bought"], "order_by": "day"}
    previous = days.day.lag().over(**earlier)
    return days.mutate(
        gap=days.bought.ifelse(days.day.delta(previous, unit="day"), None),
        number=days.bought.count().over(**earlier, rows=(None, 0)) - 1,
    )
