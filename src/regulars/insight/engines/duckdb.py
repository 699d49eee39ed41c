"""DuckDB inside the process: the default engine."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.types import Table

from regulars.insight.tables import EMPTY_TYPE, TABLES, Kind, TableError

BATCH_ROWS = 131_072


class DuckDB:
    """One in-memory DuckDB database, spilling to a temporary folder when memory is short.

    Args:
        memory_limit: such as "4GB"; DuckDB's own default is 80% of the machine.
        threads: worker threads; None leaves it to DuckDB.
        temp_directory: where to spill; a fresh temporary folder when None.
    """

    name = "duckdb"
    shortages: tuple[type[Exception], ...] = (duckdb.IOException, duckdb.OutOfMemoryException)

    def __init__(
        self,
        memory_limit: str | None = None,
        threads: int | None = None,
        temp_directory: Path | None = None,
    ) -> None:
        self._own_folder = None if temp_directory else tempfile.TemporaryDirectory("-regulars")
        self._spill = temp_directory or Path(self._own_folder.name)  # type: ignore[union-attr]
        self._spill.mkdir(parents=True, exist_ok=True)
        self._files: dict[str, Path] = {}
        settings: dict[str, Any] = {
            "temp_directory": str(self._spill),
            "preserve_insertion_order": False,
        }
        if memory_limit:
            settings["memory_limit"] = memory_limit
        if threads:
            settings["threads"] = threads
        self.connection = ibis.duckdb.connect(**settings)
        self.connection.raw_sql("SET enable_progress_bar = false")

    def read(self, name: str, source: Any) -> Table:
        if isinstance(source, Path):
            return self._read_path(name, source)
        if isinstance(source, Table):
            source = source.to_pyarrow()
        if not isinstance(source, pa.Table):
            source = pa.Table.from_pandas(source, preserve_index=False)
        if source.num_columns == 0:
            raise TableError(name, None, "has no columns.", "Pass a table with a header.")
        view = ibis.util.gen_name(name)
        self.connection.con.register(view, source)
        return self.connection.table(view)

    def _read_path(self, name: str, path: Path) -> Table:
        view = ibis.util.gen_name(name)
        if path.suffix == ".csv":
            return self._read_csv(name, path, view)
        files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        if not files:
            raise TableError(name, None, f"{path} holds no Parquet file.", "Put one there.")
        try:
            return self.connection.read_parquet([str(file) for file in files], table_name=view)
        except Exception as error:
            remedy = "Write the file again with a Parquet library."
            raise TableError(name, None, f"{path.name} cannot be read: {error}.", remedy) from error

    def _read_csv(self, name: str, path: Path, view: str) -> Table:
        # A CSV knows no types: ids are kept as text so that 00012 stays 00012.
        ids = {c.name for c in TABLES[name].columns if c.kind in (Kind.ID, Kind.TEXT)}
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                header = next(csv.reader(file), [])
            types = {column: "VARCHAR" for column in header if column in ids}
            raw = self.connection.read_csv(
                str(path), table_name=view, header=True, columns=None, types=types or None
            )
            # Parsed once here instead of once per query.
            return _without_guesses(name, self.hold(raw))
        except UnicodeDecodeError as error:
            remedy = "Save it as UTF-8."
            raise TableError(name, None, f"{path.name} is not UTF-8 text.", remedy) from error
        except Exception as error:
            first = str(error).strip().splitlines()[0]
            remedy = "Check that every row has as many columns as the header."
            raise TableError(name, None, f"{path.name} cannot be read: {first}.", remedy) from error

    def hold(self, table: Table) -> Table:
        # Plain SQL because Ibis 12 creates the table empty first and inserts, which is slower.
        held = ibis.util.gen_name("held")
        self.connection.raw_sql(f'CREATE TEMP TABLE "{held}" AS {self._typed(table)}')
        return self.connection.table(held, database=("temp", "main"))

    def drop(self, table: Table) -> None:
        name = table.op().name
        if name in self._files:
            self.connection.raw_sql(f'DROP VIEW "{name}"')
            self._files.pop(name).unlink()
        else:
            self.connection.raw_sql(f'DROP TABLE "{name}"')

    def apply(
        self, table: Table, function: Callable[[pa.RecordBatch], pa.RecordBatch], schema: pa.Schema
    ) -> Table:
        applied = ibis.util.gen_name("applied")
        path = self._spill / f"{applied}.parquet"
        reader = self.connection.raw_sql(self._typed(table)).to_arrow_reader(BATCH_ROWS)
        with pq.ParquetWriter(path, schema) as writer:
            for batch in reader:
                writer.write_batch(function(batch))
        self._files[applied] = path
        return self.connection.read_parquet(str(path), table_name=applied)

    def write_parquet(self, table: Table, path: Path) -> None:
        target = str(path).replace("'", "''")
        self.connection.raw_sql(f"COPY ({self._typed(table)}) TO '{target}' (FORMAT parquet)")

    def _typed(self, table: Table) -> str:
        """SQL whose columns have the types Ibis declares.

        A sum of BIGINT is a HUGEINT in DuckDB, which Parquet would turn into a float.
        """
        kinds = self.connection.compiler.type_mapper
        columns = ", ".join(
            f'CAST("{name}" AS {kinds.to_string(kind)}) AS "{name}"'
            for name, kind in table.schema().items()
        )
        return f"SELECT {columns} FROM ({self.connection.compile(table)})"

    def versions(self) -> Mapping[str, str]:
        return {package: version(package) for package in ("ibis-framework", "duckdb", "pyarrow")}

    def close(self) -> None:
        self.connection.disconnect()
        if self._own_folder:
            self._own_folder.cleanup()


def _without_guesses(name: str, table: Table) -> Table:
    """A column without a single value is guessed to be text; it is nothing of its own kind."""
    declared = {column.name: column.kind for column in TABLES[name].columns}
    guessed = [
        column
        for column, kind in table.schema().items()
        if kind.is_string() and declared.get(column, Kind.TEXT) not in (Kind.ID, Kind.TEXT)
    ]
    if not guessed:
        return table
    counted = table.aggregate(**{column: table[column].count() for column in guessed})
    values = counted.to_pyarrow().to_pylist()[0]
    nothing = {
        column: ibis.null(EMPTY_TYPE[declared[column]]) for column in guessed if not values[column]
    }
    return table.mutate(**nothing)
