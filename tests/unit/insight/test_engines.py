"""The verbs of the default engine. ``tests/spark`` asks the same of Spark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.insight import EngineError, cli
from regulars.insight.engines import duckdb as module
from regulars.insight.engines import open_engine
from regulars.insight.engines.duckdb import DuckDB
from regulars.insight.engines.functions import rounded
from tests.unit.insight.shops import AS_OF, line, opened


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDB]:
    opened_engine = open_engine("duckdb", temp_directory=tmp_path)
    yield opened_engine  # type: ignore[misc]
    opened_engine.close()
    assert list(tmp_path.iterdir()) == [], "files were left behind"


IDS = [f"c{number:02d}" for number in range(20)]


def parts(engine: DuckDB) -> list[ibis.Table]:
    """Everyone in an order of chance, and two tables that know some of them."""
    everyone = pa.table({"customer_id": IDS[::-1], "a": list(range(20))})
    some = pa.table({"customer_id": IDS[3:9], "b": list(range(6)), "a": [99] * 6})
    others = pa.table({"customer_id": IDS[8:], "c": [[one] for one in IDS[8:]]})
    return [engine.read("part", table) for table in (everyone, some, others)]


@pytest.mark.parametrize("rows", [3, 7, 1000])
def test_tables_stand_beside_each_other_whatever_the_slices(
    engine: DuckDB, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SLICE_ROWS", rows)
    beside = engine.beside(
        parts(engine), "customer_id", lambda table: table.mutate(twice=table.a * 2)
    )
    found = beside.to_pyarrow().to_pylist()
    assert sorted(found, key=lambda row: row["customer_id"]) == [
        {
            "customer_id": who,
            "a": 19 - place,
            "b": place - 3 if 3 <= place < 9 else None,
            "c": [who] if place >= 8 else None,
            "twice": 2 * (19 - place),
        }
        for place, who in enumerate(IDS)
    ]


@pytest.mark.parametrize("rows", [3, 1000])
def test_they_are_written_in_the_order_of_the_key(
    engine: DuckDB,
    rows: int,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.setattr(module, "SLICE_ROWS", rows)
    path = tmp_path_factory.mktemp("out") / "customers.parquet"
    engine.write_parquet(engine.beside(parts(engine), "customer_id"), path, order_by="customer_id")
    assert pq.read_table(path)["customer_id"].to_pylist() == IDS
    engine.write_parquet(parts(engine)[0], path, order_by="customer_id")
    assert pq.read_table(path)["customer_id"].to_pylist() == IDS


def test_what_is_dropped_is_gone(engine: DuckDB, tmp_path: Path) -> None:
    schema = pa.schema({"a": pa.int64()})
    held = engine.hold(engine.read("x", pa.table({"a": [1, 2]})))
    applied = engine.apply(held, lambda batch: batch, schema)
    assert applied.count().to_pyarrow().as_py() == held.count().to_pyarrow().as_py() == 2
    for table in (held, applied):
        engine.drop(table)
        with pytest.raises(Exception, match="does not exist"):
            table.to_pyarrow()
    assert list(tmp_path.glob("*.parquet")) == []


def test_every_row_goes_through_the_function_once(
    engine: DuckDB, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_ROWS", 2048)
    schema = pa.schema({"a": pa.int64()})
    table = engine.read("x", pa.table({"a": list(range(10_000))}))
    told = engine.apply(
        table,
        lambda batch: pa.record_batch([pa.array(batch["a"].to_numpy() + 1)], schema=schema),
        schema,
    )
    assert sorted(told.to_pyarrow()["a"].to_pylist()) == list(range(1, 10_001))


def test_an_error_in_a_function_is_told(engine: DuckDB) -> None:
    def wrong(_: pa.RecordBatch) -> pa.RecordBatch:
        raise ZeroDivisionError("no such thing")

    with pytest.raises(ZeroDivisionError, match="no such thing"):
        engine.apply(engine.read("x", pa.table({"a": [1]})), wrong, pa.schema({"a": pa.int64()}))


def test_memory_is_bounded_even_when_nobody_says_how_much(engine: DuckDB) -> None:
    told = "SELECT current_setting('memory_limit')"
    ((limit,),) = engine.connection.raw_sql(told).fetchall()
    number, unit = limit.split()
    megabytes = float(number) * {"MiB": 1.048576, "GiB": 1073.741824, "TiB": 1099511.6}[unit]
    assert megabytes == pytest.approx(module.MEMORY_SHARE * module._machine_mb(), rel=0.05)


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (14.000000000000002, 6, 14.0),
        (1.005, 2, 1.0),
        (2.5, 0, 3.0),
        (-0.25, 1, -0.2),
        (None, 2, None),
    ],
)
def test_rounding_is_halves_up_of_the_stored_number(
    value: float | None, digits: int, expected: float | None
) -> None:
    (found,) = (
        ibis.memtable({"x": [value]}, schema={"x": "float64"})
        .select(x=lambda table: rounded(table.x, digits))
        .to_pyarrow()["x"]
        .to_pylist()
    )
    assert found == expected


def test_a_snapshot_keeps_a_table_under_its_name_until_it_is_released() -> None:
    with opened([line("a", date(2025, 1, 1)), line("b", date(2025, 2, 1))]) as shop:
        snapshot = shop.at(AS_OF)
        asked = []

        def customers() -> ibis.Table:
            asked.append(1)
            return snapshot.customers

        first = snapshot.kept("people", customers)
        assert snapshot.kept("people", customers) is first
        assert asked == [1]
        snapshot.release()
        snapshot.kept("people", customers)
        assert asked == [1, 1]


def test_the_lines_of_a_few_are_theirs_alone() -> None:
    with opened(
        [line("a", date(2025, 1, 1)), line("b", date(2025, 2, 1)), line(None, AS_OF)]
    ) as shop:
        people = shop.engine.read("people", pa.table({"customer_id": ["b", "nobody"]}))
        few = shop.at(AS_OF).among(people)
        assert few.lines.to_pyarrow()["customer_id"].to_pylist() == ["b"]


def test_a_master_needs_spark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["run", str(tmp_path), "--as-of", "2026-01-01", "--out", str(tmp_path / "out")]
    assert cli.main([*options, "--master", "spark://host:7077"]) == 2
    assert "--engine spark" in capsys.readouterr().err


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(EngineError, match="duckdb, spark"):
        open_engine("abacus")
