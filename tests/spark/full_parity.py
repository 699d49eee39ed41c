"""Every feature, every model and the whole run on Spark equal DuckDB's: ``make spark``.

Not collected by ``make test``: a few minutes of Java for what changes rarely.
"""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars import insight
from tests.spark.parity import assert_same_on_both, assert_tables_agree, both, same
from tests.unit.insight.known import FEATURES, MODELS, lively_rows
from tests.unit.insight.shops import AS_OF, PRODUCTS, SCHEMA, busy_lines, line

ROWS = busy_lines(800)
EVENTS = pa.Table.from_pylist(
    [
        {
            "customer_id": f"c{number % 30}",
            "at": line("x", AS_OF - timedelta(days=10 * number))["ordered_at"],
            "kind": ("complaint", "no_show", "survey", "cancellation")[number % 4],
            "key": ("satisfaction:4", "motive:price", "5", None)[number // 4 % 4],
        }
        for number in range(1, 60)
    ]
)
LISTED = pa.Table.from_pylist(
    [
        {
            "customer_id": f"c{number}",
            "joined_on": AS_OF - timedelta(days=400 - 10 * number),
            "sex": ("female", "male", " other ", "")[number % 4],
            "birth_year": (1950 + 3 * number) if number % 5 else None,
            "region": ("上海", "Leeds ", None)[number % 3],
        }
        for number in range(40)
    ]
)


@pytest.mark.parametrize("name", FEATURES)
def test_feature(name: str, spark: Any) -> None:
    assert_same_on_both(
        ROWS,
        spark,
        lambda shop: FEATURES[name](shop, as_of=AS_OF),
        events=EVENTS,
        customers=LISTED,
    )


@pytest.mark.parametrize("name", FEATURES)
def test_feature_of_an_empty_shop(name: str, spark: Any) -> None:
    assert_same_on_both([], spark, lambda shop: FEATURES[name](shop, as_of=AS_OF))


@pytest.mark.parametrize("name", MODELS)
def test_model(name: str, spark: Any) -> None:
    rows = list(lively_rows())
    with both(rows, spark) as (ours, theirs):
        model, other = (MODELS[name].fit(shop, as_of=AS_OF) for shop in (ours, theirs))
        assert same(json.loads(other.to_json()), json.loads(model.to_json()))
        # The same fitted model, so that only the scoring is compared.
        assert_tables_agree(
            *(model.score(shop, as_of=AS_OF).to_pyarrow() for shop in (theirs, ours))
        )


@cache
def finished(folder: Path, engine: str, session: Any) -> insight.Run:
    products = pa.Table.from_pylist([{"product_id": key, **one} for key, one in PRODUCTS.items()])
    lines = pa.Table.from_pylist(list(lively_rows()), SCHEMA)
    source = {"lines": lines, "products": products, "events": EVENTS}
    options = {"session": session} if engine == "spark" else {}
    return insight.run(source, as_of=AS_OF, out=folder / engine, engine=engine, **options)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, spark: Any) -> tuple[Any, Any]:
    folder = tmp_path_factory.mktemp("runs")
    return finished(folder, "duckdb", None), finished(folder, "spark", spark)


def test_the_whole_run_has_the_same_files(runs: tuple[Any, Any]) -> None:
    ours, theirs = runs
    assert theirs.manifest["results"] == ours.manifest["results"]
    assert len(ours.manifest["results"]) > 20


def test_the_whole_run_agrees_to_the_last_row(runs: tuple[Any, Any]) -> None:
    ours, theirs = runs
    wrong = {}
    for name in ours.manifest["results"]:
        file = f"{name}.parquet"
        try:
            assert_tables_agree(*(pq.read_table(run.path / file) for run in (theirs, ours)))
        except AssertionError as difference:
            wrong[name] = str(difference)[:500]
    assert not wrong


def test_what_the_manifest_tells_of_the_models_agrees(runs: tuple[Any, Any]) -> None:
    ours, theirs = (run.manifest for run in runs)
    own = {"engine", "versions", "steps"}
    differing = [key for key in ours if key not in own and not same(theirs[key], ours[key])]
    assert not differing
