"""The engine on Spark, and a few answers beside DuckDB's. ``make spark`` compares everything."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars import insight
from regulars.insight.engines import EngineError, open_engine
from regulars.insight.engines import spark as module
from regulars.insight.features.sample import part_of
from tests.spark.parity import assert_same_on_both, assert_tables_agree
from tests.unit.insight.known import FEATURES
from tests.unit.insight.shops import AS_OF, SCHEMA, busy_lines

ROWS = busy_lines(400)


@pytest.mark.parametrize("name", ["summary", "rhythm", "preference"])
def test_a_feature_equals_that_of_duckdb(name: str, spark: Any) -> None:
    assert_same_on_both(ROWS, spark, lambda shop: FEATURES[name](shop, as_of=AS_OF))


@pytest.mark.parametrize("kind", ["string", "int64"])
def test_a_sample_holds_the_same_people(kind: str, spark: Any) -> None:
    ids = pa.table({"id": pa.array(range(300), pa.int64())})

    def parts(engine: Any) -> pa.Table:
        table = engine.read("ids", ids)
        named = table.mutate(id=table.id.cast(kind))
        return named.mutate(customer_id=named.id, part=part_of(named.id, seed=3)).to_pyarrow()

    ours, theirs = open_engine("duckdb"), open_engine("spark", session=spark)
    assert_tables_agree(parts(theirs), parts(ours))
    ours.close()
    theirs.close()


def test_batches_go_through_a_function_and_come_back_whole(spark: Any) -> None:
    engine = open_engine("spark", session=spark)
    schema = pa.schema({"id": pa.int64(), "twice": pa.int64()})

    def twice(batch: pa.RecordBatch) -> pa.RecordBatch:
        ids = batch.column("id")
        doubled = pa.array([one.as_py() * 2 for one in ids], pa.int64())
        return pa.record_batch([ids, doubled], schema=schema)

    table = engine.read("ids", pa.table({"id": list(range(1000))}))
    answer = engine.apply(table, twice, schema).to_pyarrow().sort_by("id")
    assert answer["twice"].to_pylist() == [2 * one for one in range(1000)]
    engine.close()


def test_one_parquet_file_in_order_with_the_types_of_duckdb(spark: Any, tmp_path: Path) -> None:
    data = pa.table(
        {
            "customer_id": [3, 1, 2],
            "day": [date(2025, 1, day) for day in (1, 2, 3)],
            "amount": [5, None, 7],
            "traits": [["a", "b"], [], None],
        }
    )
    for name, engine in (
        ("spark", open_engine("spark", session=spark)),
        ("duckdb", open_engine("duckdb")),
    ):
        engine.write_parquet(engine.read("x", data), tmp_path / name, order_by="customer_id")
        engine.close()
    ours, theirs = (pq.read_table(tmp_path / name) for name in ("duckdb", "spark"))
    assert theirs.schema.types == ours.schema.types
    assert theirs.to_pylist() == ours.to_pylist()
    assert ours["customer_id"].to_pylist() == [1, 2, 3]


def test_a_csv_is_read_as_duckdb_reads_it(spark: Any, tmp_path: Path) -> None:
    (tmp_path / "lines.csv").write_text(
        "customer_id,order_id,ordered_at,product_id,quantity,amount\n"
        "00012,1,2025-01-02 10:00:00,p1,1,1250\n,2,2025-01-03 11:30:00,p2,2,-100\n"
    )
    with (
        insight.open_shop(tmp_path) as ours,
        insight.open_shop(tmp_path, "spark", session=spark) as theirs,
    ):
        assert_tables_agree(*(s.tables["lines"].to_pyarrow() for s in (theirs, ours)))


def test_a_time_with_a_zone_is_refused_as_everywhere(spark: Any) -> None:
    lines = pa.Table.from_pylist(ROWS[:3], SCHEMA)
    zoned = lines.set_column(2, "ordered_at", lines["ordered_at"].cast(pa.timestamp("us", "UTC")))
    with pytest.raises(insight.TableError, match="drop the zone"):
        insight.open_shop({"lines": zoned}, "spark", session=spark)


def test_a_given_session_is_left_running(spark: Any) -> None:
    engine = open_engine("spark", session=spark)
    held = engine.hold(engine.read("x", pa.table({"a": [1]})))
    engine.close()
    assert spark.range(3).count() == 3
    # What the engine kept is gone.
    assert not spark.catalog.tableExists(held.op().name)


def test_without_java_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    with pytest.raises(EngineError, match="Java 17"):
        open_engine("spark")


def test_without_pyspark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(EngineError, match="pip install"):
        open_engine("spark")


@pytest.mark.parametrize(("size", "java"), [("4GB", "4g"), ("512 MiB", "512m"), ("2g", "2g")])
def test_sizes_are_said_as_java_says_them(size: str, java: str) -> None:
    assert module.java_size(size) == java


@pytest.mark.parametrize("size", ["", "much", "4", "-1GB"])
def test_what_is_no_size_is_refused(size: str) -> None:
    with pytest.raises(EngineError, match="is not a size"):
        module.java_size(size)
