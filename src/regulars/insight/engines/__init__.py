"""Where analyses run. One engine is one module; differences between engines live there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from ibis.expr.types import Table

from regulars.insight.engines.errors import EngineError, EngineShortage
from regulars.insight.engines.joins import Finish, as_is

__all__ = ["ENGINES", "Engine", "EngineError", "EngineShortage", "open_engine"]

ENGINES = ("duckdb", "spark")


class Engine(Protocol):
    """What an engine offers to the library. Tables are Ibis expressions bound to it."""

    name: str
    shortages: tuple[type[Exception], ...]
    """Errors that mean too little disk or memory, not a mistake."""

    def read(self, name: str, source: Any) -> Table:
        """A table from a Parquet or CSV file, a folder of Parquet files, or data in memory."""

    def hold(self, table: Table) -> Table:
        """The table computed once and kept by the engine for the expressions that follow."""

    def drop(self, table: Table) -> None:
        """Give back what ``hold`` or ``apply`` kept; nothing may be asked of it afterwards."""

    def beside(self, tables: Sequence[Table], key: str, finish: Finish = as_is) -> Table:
        """``joins.left_joined`` of tables with one row per key, finished and held, by key.

        For tables too wide for memory: an engine may put them together slice by slice, so
        ``finish`` must treat every row by itself, and only add columns and drop some.
        """

    def apply(
        self, table: Table, function: Callable[[pa.RecordBatch], pa.RecordBatch], schema: pa.Schema
    ) -> Table:
        """The table sent through a function batch by batch; the result is kept by the engine.

        The function sees batches of any size in any order and answers one of ``schema`` each, so
        it must treat every row by itself. On a cluster it runs on many machines: it may close
        over small values only. Memory stays bounded.
        """

    def write_parquet(self, table: Table, path: Path, order_by: str | None = None) -> None:
        """The table written as one Parquet file, streamed, never held whole in Python.

        With ``order_by`` by that column, else in the order the table has.
        """

    def versions(self) -> Mapping[str, str]:
        """Package versions that decide a result."""

    def close(self) -> None:
        """Give back memory and temporary files."""


def open_engine(name: str, **options: Any) -> Engine:
    """Open an engine by name.

    Raises:
        EngineError: the name is unknown or an option is.
    """
    if name == "duckdb":
        from regulars.insight.engines.duckdb import DuckDB

        return DuckDB(**options)
    if name == "spark":
        from regulars.insight.engines.spark import Spark

        return Spark(**options)
    raise EngineError(f"There is no engine “{name}”. Known engines: {', '.join(ENGINES)}.")
