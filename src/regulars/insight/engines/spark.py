"""Spark: one machine to try, a cluster when a shop has outgrown one.

The same expressions run here as on DuckDB. What the engines see differently is settled in
``spark_dialect``; what is left is that Spark plans and ships code, so that small shops take longer.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.expr.types import Table

from regulars.insight.engines.errors import EngineError, EngineShortage
from regulars.insight.engines.joins import Finish, as_is, left_joined
from regulars.insight.tables import TableError

LOCAL_PARTITIONS_PER_THREAD = 2
QUIET = """
rootLogger.level = error
rootLogger.appenderRef.told.ref = told
appender.told.type = Console
appender.told.name = told
appender.told.target = SYSTEM_ERR
appender.told.layout.type = PatternLayout
appender.told.layout.pattern = %p %c{1}: %m%n
"""
_SHORTAGES = ("No space left on device", "OutOfMemoryError", "SparkOutOfMemoryError")


class Spark:
    """A Spark session: one of its own on this machine, on a cluster, or one that is there already.

    Args:
        master: where Spark runs, such as "spark://host:7077" or "yarn"; None is this machine.
        memory_limit: such as "4GB", for the driver and for each executor; Spark's default is 1 GB.
        threads: worker threads on this machine; None takes all.
        temp_directory: where to spill and pass files on. On a cluster a folder that every machine
            sees; a fresh temporary folder when None.
        conf: further settings of Spark by name.
        session: a session to use; it is left running. None takes the active one or starts one.

    Raises:
        EngineError: pyspark or Java is missing, or Spark does not start.
    """

    name = "spark"
    shortages: tuple[type[Exception], ...] = (EngineShortage,)

    def __init__(
        self,
        master: str | None = None,
        memory_limit: str | None = None,
        threads: int | None = None,
        temp_directory: Path | None = None,
        conf: Mapping[str, str] | None = None,
        session: Any = None,
    ) -> None:
        _refuse_without_spark(session)
        from regulars.insight.engines.spark_dialect import ArrowSpark

        self._spill = Path(tempfile.mkdtemp("-regulars", dir=temp_directory))
        self._frames: list[Any] = []
        self._views: list[str] = []
        try:
            running = session or _active_session()
            self._own_session = running is None
            settings = {**_settings(master, memory_limit, threads, self._spill), **(conf or {})}
            self._session = running or _start(settings)
            self._set_for_queries(master, threads, conf or {})
            self.connection = ArrowSpark()
            self.connection.register_options()
            self.connection.do_connect(self._session)
        except BaseException:
            shutil.rmtree(self._spill, ignore_errors=True)
            raise

    def _set_for_queries(
        self, master: str | None, threads: int | None, conf: Mapping[str, str]
    ) -> None:
        """What a session that was there already needs too."""
        wanted = {
            # Times are the store's wall clock: without a zone, whatever the machine's is.
            "spark.sql.timestampType": "TIMESTAMP_NTZ",
            "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
            "spark.sql.execution.arrow.pyspark.enabled": "true",
            # A number too large is an error and not another number.
            "spark.sql.ansi.enabled": "true",
        }
        if self._own_session and master is None:
            partitions = LOCAL_PARTITIONS_PER_THREAD * (threads or os.cpu_count() or 1)
            wanted["spark.sql.shuffle.partitions"] = str(partitions)
        for name, value in {**wanted, **_of_queries(conf)}.items():
            self._session.conf.set(name, value)

    def read(self, name: str, source: Any) -> Table:
        if isinstance(source, Path):
            return self._read_path(name, source)
        if isinstance(source, Table):
            source = source.to_pyarrow()
        if not isinstance(source, pa.Table):
            source = pa.Table.from_pandas(source, preserve_index=False)
        if source.num_columns == 0:
            raise TableError(name, None, "has no columns.", "Pass a table with a header.")
        with _shortages_told():
            return self._view(name, self._session.createDataFrame(_plain(source)))

    def _read_path(self, name: str, path: Path) -> Table:
        if path.suffix == ".csv":
            path = self._parsed(name, path)
        files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        if not files:
            raise TableError(name, None, f"{path} holds no Parquet file.", "Put one there.")
        try:
            frame = self._session.read.parquet(*(str(file.resolve()) for file in files))
            return self._view(name, frame)
        except Exception as error:
            told = str(error).strip().splitlines()[0]
            remedy = "Write the file again with a Parquet library; times in microseconds."
            raise TableError(name, None, f"{path.name} cannot be read: {told}.", remedy) from error

    def _parsed(self, name: str, path: Path) -> Path:
        """A CSV as Parquet. One parser for all engines, so that guesses of types are the same."""
        from regulars.insight.engines.duckdb import DuckDB

        parser = DuckDB(temp_directory=self._spill)
        try:
            parsed = self._spill / f"{ibis.util.gen_name(name)}.parquet"
            parser.write_parquet(parser.read(name, path), parsed)
        finally:
            parser.close()
        return parsed

    def hold(self, table: Table) -> Table:
        with _shortages_told():
            return self._kept("held", self._frame(table))

    def beside(self, tables: Sequence[Table], key: str, finish: Finish = as_is) -> Table:
        return self.hold(finish(left_joined(tables, key)))

    def drop(self, table: Table) -> None:
        name = table.op().name
        for index, view in enumerate(self._views):
            if view == name:
                self._release(self._frames.pop(index), self._views.pop(index))
                return

    def apply(
        self, table: Table, function: Callable[[pa.RecordBatch], pa.RecordBatch], schema: pa.Schema
    ) -> Table:
        from pyspark.sql.pandas.types import from_arrow_schema

        def send(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                yield function(batch)

        with _shortages_told():
            frame = self._frame(table)
            answer = frame.mapInArrow(send, from_arrow_schema(schema, prefer_timestamp_ntz=True))
            return self._kept("applied", answer)

    def write_parquet(self, table: Table, path: Path, order_by: str | None = None) -> None:
        table = table.order_by(order_by) if order_by else table
        parts = self._spill / ibis.util.gen_name("parts")
        schema = table.schema().to_pyarrow()
        with _shortages_told():
            self._frame(table).write.parquet(str(parts))
        with pq.ParquetWriter(path, schema) as writer:
            for part in sorted(parts.glob("part-*.parquet")):
                for batch in pq.ParquetFile(part).iter_batches():
                    writer.write_table(pa.Table.from_batches([batch]).cast(schema))
        shutil.rmtree(parts)

    def _frame(self, table: Table) -> Any:
        """The data frame of an expression, its columns of the types Ibis declares."""
        return self.connection.frame(table)

    def _kept(self, name: str, frame: Any) -> Table:
        # A checkpoint and not a cache: later plans start from it instead of from the beginning.
        held = frame.localCheckpoint(eager=True)
        return self._view(name, held)

    def _view(self, name: str, frame: Any) -> Table:
        view = ibis.util.gen_name(name)
        frame.createOrReplaceTempView(view)
        self._frames.append(frame)
        self._views.append(view)
        return self.connection.table(view)

    def _release(self, frame: Any, view: str) -> None:
        self._session.catalog.dropTempView(view)
        frame.unpersist()

    def versions(self) -> Mapping[str, str]:
        packages = ("ibis-framework", "pyspark", "pyarrow")
        java = self._session.sparkContext._jvm.System.getProperty("java.version")
        return {**{package: version(package) for package in packages}, "java": str(java)}

    def close(self) -> None:
        try:
            for frame, view in zip(self._frames, self._views, strict=True):
                self._release(frame, view)
            if self._own_session:
                self._session.stop()
        finally:
            shutil.rmtree(self._spill, ignore_errors=True)


def _refuse_without_spark(session: Any) -> None:
    if session is not None:
        return
    if find_spec("pyspark") is None:
        raise EngineError("Spark is not installed here: pip install “pyspark>=4,<5”.")
    home = os.environ.get("JAVA_HOME")
    if not (home and (Path(home) / "bin" / "java").exists()) and shutil.which("java") is None:
        raise EngineError(
            "Spark needs Java 17 or later, and there is none on this machine: install it "
            "(Debian and Ubuntu: apt install openjdk-17-jre-headless) or set JAVA_HOME."
        )


def _active_session() -> Any:
    from pyspark.sql import SparkSession

    return SparkSession.getActiveSession()


def _start(settings: Mapping[str, str]) -> Any:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        told = str(error).strip().splitlines()[0]
        raise EngineError(f"Spark does not start: {told}") from error


def _settings(
    master: str | None, memory_limit: str | None, threads: int | None, spill: Path
) -> dict[str, str]:
    """What has to be known before Java starts."""
    logging = spill / "log4j2.properties"
    logging.write_text(QUIET)
    settings = {
        "spark.app.name": "regulars",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={logging.as_uri()}",
        "spark.sql.warehouse.dir": str(spill / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.master": master or f"local[{threads or '*'}]",
    }
    if master is None:
        # Nobody else needs to reach it.
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        # Functions run in a Python with the same packages as this one.
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        local = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        settings |= {**local, "spark.local.dir": str(spill)}
    if memory_limit:
        size = java_size(memory_limit)
        settings |= {"spark.driver.memory": size, "spark.executor.memory": size}
    return settings


def java_size(size: str) -> str:
    """“4GB” and “4 GiB” as Java says it: 4g.

    Raises:
        EngineError: no such size.
    """
    plain = size.strip().lower().removesuffix("b").removesuffix("i").strip()
    if not plain[:-1].strip().isdigit() or plain[-1:] not in ("k", "m", "g", "t"):
        raise EngineError(f"“{size}” is not a size such as 4GB.")
    return plain[:-1].strip() + plain[-1]


def _of_queries(conf: Mapping[str, str]) -> dict[str, str]:
    """The settings that a running session takes; others count from the start only."""
    return {name: value for name, value in conf.items() if name.startswith("spark.sql.shuffle.")}


def _plain(data: pa.Table) -> pa.Table:
    """The table without the Arrow types that Spark does not take."""
    columns = []
    for column in data.columns:
        kind = column.type
        if pa.types.is_dictionary(kind):
            column = column.cast(kind.value_type)
        elif pa.types.is_unsigned_integer(kind) or pa.types.is_null(kind):
            column = column.cast(pa.int64() if pa.types.is_unsigned_integer(kind) else pa.string())
        elif pa.types.is_timestamp(kind) and kind.unit != "us":
            column = column.cast(pa.timestamp("us", kind.tz))
        elif pa.types.is_date64(kind):
            column = column.cast(pa.date32())
        columns.append(column)
    return pa.table(columns, names=data.column_names)


@contextmanager
def _shortages_told() -> Iterator[None]:
    """Turns what Java says about memory and disk into ``EngineShortage``."""
    try:
        yield
    except Exception as error:
        told = str(error)
        found = next((sign for sign in _SHORTAGES if sign in told), None)
        if found is None:
            raise
        raise EngineShortage(f"Spark ran out of room: {found}.") from error
