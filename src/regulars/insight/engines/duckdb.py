"""DuckDB inside the process: the default engine."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import ibis
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.types import Table
from threadpoolctl import threadpool_limits

from regulars.insight.engines.aligned import aligned
from regulars.insight.engines.errors import EngineShortage
from regulars.insight.engines.joins import Finish, as_is
from regulars.insight.tables import EMPTY_TYPE, TABLES, Kind, TableError

BATCH_ROWS = 20_000
SLICE_ROWS = 500_000
"""Wide tables are put together so many keys at a time."""
ROW_GROUP = 122_880
"""Rows of a piece of a file, as DuckDB has them."""
MEMORY_SHARE = 0.6
"""Of the machine's memory, when nobody says how much."""


class DuckDB:
    """One DuckDB database in a temporary folder: what is held lies on disk, packed.

    Args:
        memory_limit: such as "4GB"; 60% of the machine when None.
        threads: worker threads; None leaves it to DuckDB.
        temp_directory: where to make the folder to work in; that of the system when None.
    """

    name = "duckdb"
    shortages: tuple[type[Exception], ...] = (duckdb.IOException, duckdb.OutOfMemoryException)

    def __init__(
        self,
        memory_limit: str | None = None,
        threads: int | None = None,
        temp_directory: Path | None = None,
    ) -> None:
        if temp_directory:
            temp_directory.mkdir(parents=True, exist_ok=True)
        self._folder = tempfile.TemporaryDirectory("-regulars", dir=temp_directory)
        self._spill = Path(self._folder.name)
        self._files: dict[str, Path] = {}
        self._ordered: dict[str, str] = {}
        self._threads = threads or psutil.cpu_count() or 1
        settings: dict[str, Any] = {
            "temp_directory": str(self._spill),
            "preserve_insertion_order": False,
        }
        settings["memory_limit"] = memory_limit or f"{_machine_mb() * MEMORY_SHARE:.0f}MB"
        if threads:
            settings["threads"] = threads
        self.connection = ibis.duckdb.connect(**settings)
        self.connection.raw_sql("SET enable_progress_bar = false")
        # Held tables lie in a file: packed there, and in memory only as far as there is room.
        place = str(self._spill / "held.duckdb").replace("'", "''")
        try:
            self.connection.raw_sql(f"ATTACH '{place}' AS held")
        except duckdb.IOException as error:
            raise EngineShortage(f"No room to work in {self._spill}: {error}") from error

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
        self.connection.raw_sql(f'CREATE TABLE held.main."{held}" AS {self._typed(table)}')
        return self.connection.table(held, database=("held", "main"))

    def beside(self, tables: Sequence[Table], key: str, finish: Finish = as_is) -> Table:
        # By columns and slice by slice into a file: joins carry whole rows through memory, which
        # for a hundred columns costs more than everything that was computed for them.
        beside = ibis.util.gen_name("beside")
        path = self._spill / f"{beside}.parquet"
        parts = _without_repeats(tables, key)
        # The pool is left first: the file must not be closed under a thread that writes to it.
        with self._in_order(), ExitStack() as stack, ThreadPoolExecutor(self._threads) as pool:
            writer: pq.ParquetWriter | None = None
            written: Future[None] | None = None
            for keys in self._slices(tables[0], key):
                whole = self._finished(self._side_by_side(parts, key, keys, pool), finish)
                if writer is None:
                    writer = stack.enter_context(pq.ParquetWriter(path, whole.schema))
                if written is not None:
                    written.result()
                written = pool.submit(writer.write_table, whole, ROW_GROUP)
            if written is not None:
                written.result()
        self._files[beside], self._ordered[beside] = path, key
        return self.connection.read_parquet(str(path), table_name=beside)

    def _slices(self, table: Table, key: str) -> Iterator[pa.Array]:
        """The keys in order, so many at a time; one empty slice of an empty table."""
        ordered = self.connection.raw_sql(self._typed(table.select(key)) + f' ORDER BY "{key}"')
        keys = ordered.to_arrow_table().column(key).combine_chunks()
        for start in range(0, max(len(keys), 1), SLICE_ROWS):
            yield keys.slice(start, SLICE_ROWS)

    def _side_by_side(
        self, parts: Sequence[Table], key: str, keys: pa.Array, pool: ThreadPoolExecutor
    ) -> pa.Table:
        """The parts' rows of some keys; the next is read while the last is put in order."""
        if len(keys):
            low, high = keys[0].as_py(), keys[-1].as_py()
            parts = [part.filter(part[key].between(low, high)) for part in parts]
        told = (self.connection.raw_sql(self._typed(part)).to_arrow_table() for part in parts)
        waiting = [pool.submit(aligned, one, key, keys) for one in told]
        columns: dict[str, pa.Array] = {key: keys}
        for one in waiting:
            columns |= one.result()
        return pa.table(columns)

    def _finished(self, table: pa.Table, finish: Finish) -> pa.Table:
        """The slice with the columns that ``finish`` adds, without those that it drops."""
        view = ibis.util.gen_name("slice")
        self.connection.con.register(view, table)
        finished = finish(self.connection.table(view))
        added = [name for name in finished.columns if name not in table.column_names]
        if added:
            told = self.connection.raw_sql(self._typed(finished.select(*added))).to_arrow_table()
            for name in added:
                table = table.append_column(name, told.column(name))
        self.connection.con.unregister(view)
        return table.select(finished.columns)

    @contextmanager
    def _in_order(self) -> Iterator[None]:
        """Rows come out as they went in, which takes a little longer."""
        self.connection.raw_sql("SET preserve_insertion_order = true")
        try:
            yield
        finally:
            self.connection.raw_sql("SET preserve_insertion_order = false")

    def drop(self, table: Table) -> None:
        name = table.op().name
        if name in self._files:
            self.connection.raw_sql(f'DROP VIEW "{name}"')
            self._files.pop(name).unlink()
        else:
            self.connection.raw_sql(f'DROP TABLE held.main."{name}"')

    def apply(
        self, table: Table, function: Callable[[pa.RecordBatch], pa.RecordBatch], schema: pa.Schema
    ) -> Table:
        applied = ibis.util.gen_name("applied")
        path = self._spill / f"{applied}.parquet"
        reader = self.connection.raw_sql(self._typed(table)).to_arrow_reader(BATCH_ROWS)
        # A batch has a thread of its own: those of the linear algebra would only get in its way.
        with pq.ParquetWriter(path, schema) as writer, threadpool_limits(limits=1):
            for batch in _sent(reader, function, self._threads):
                writer.write_batch(batch)
        self._files[applied] = path
        return self.connection.read_parquet(str(path), table_name=applied)

    def write_parquet(self, table: Table, path: Path, order_by: str | None = None) -> None:
        name = getattr(table.op(), "name", "")
        if order_by and self._ordered.get(name) == order_by:
            shutil.copyfile(self._files[name], path)
            return
        target = str(path).replace("'", "''")
        rows = self._typed(table) + (f' ORDER BY "{order_by}"' if order_by else "")
        with self._in_order():
            self.connection.raw_sql(f"COPY ({rows}) TO '{target}' (FORMAT parquet)")

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
        self._folder.cleanup()


def _machine_mb() -> float:
    """Memory of the machine, or of the container where it has less."""
    whole = psutil.virtual_memory().total
    limit = Path("/sys/fs/cgroup/memory.max")
    told = limit.read_text().strip() if limit.exists() else "max"
    return float(min(whole, int(told) if told.isdigit() else whole)) / 1_000_000


def _without_repeats(tables: Sequence[Table], key: str) -> list[Table]:
    """Each table with the columns that none before it has, and the key."""
    seen = {key}
    parts = []
    for table in tables:
        fresh = [name for name in table.columns if name not in seen]
        seen.update(fresh)
        if fresh:
            parts.append(table.select(key, *fresh))
    return parts


def _sent(
    batches: pa.RecordBatchReader,
    function: Callable[[pa.RecordBatch], pa.RecordBatch],
    threads: int,
) -> Iterator[pa.RecordBatch]:
    """Answers to the batches, a few of them in work at a time."""
    waiting: deque[Future[pa.RecordBatch]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for batch in batches:
            waiting.append(pool.submit(function, batch))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


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
