"""Every quality figure counts the rows it says, and can show them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import ibis
import pyarrow as pa
import pytest

from regulars.insight import quality
from regulars.insight.engines import open_engine
from regulars.insight.quality import Dimension, Score
from tests.unit.insight.shops import AS_OF

TABLES = {
    "lines": pa.table(
        {
            "customer_id": ["a", "a", None, "ghost", "b"],
            "order_id": ["1", "1", "2", "3", "4"],
            "ordered_at": [
                datetime(2025, 5, 1, 9),
                datetime(2025, 5, 1, 9),
                datetime(2025, 5, 2),
                datetime(1970, 1, 1),
                datetime(2026, 1, 1),
            ],
            "product_id": ["p", "p", "q", "p", "p"],
            "quantity": [1.0, 1.0, 0.0, 1.0, 1.0],
            "amount": [100, 100, 0, -50, 70],
            "store": ["north", "north", "north", "south", None],
        }
    ),
    "customers": pa.table(
        {
            "customer_id": ["a", "b", "b"],
            "sex": ["female", "Mrs", " "],
            "birth_year": [1990, 2030, None],
            "joined_on": [date(2025, 1, 1), date(2027, 1, 1), None],
        }
    ),
    "products": pa.table({"product_id": ["p"], "price": [100], "cost": [120]}),
}


@pytest.fixture
def tables() -> Iterator[dict[str, ibis.Table]]:
    engine = open_engine("duckdb")
    yield {name: engine.read(name, table) for name, table in TABLES.items()}
    engine.close()


def failed(scores: list[Score], table: str) -> dict[tuple[str, str], int]:
    """(field, check) -> failed rows, the perfect ones left out."""
    return {
        (score.field, score.check): score.failed
        for score in scores
        if score.table == table and score.failed
    }


def test_counts_by_hand(tables: dict[str, ibis.Table]) -> None:
    scores = quality.assess(tables, as_of=AS_OF)
    assert failed(scores, "lines") == {
        ("customer_id", "filled"): 1,
        ("customer_id", "refers_to_customers"): 1,
        ("customer_id", "usable"): 2,
        ("order_id", "no_possible_duplicate"): 2,
        ("order_id", "usable"): 2,
        ("ordered_at", "within"): 1,
        ("ordered_at", "not_in_future"): 1,
        ("ordered_at", "usable"): 1,
        ("product_id", "refers_to_products"): 1,
        ("product_id", "usable"): 1,
        ("quantity", "not_zero"): 1,
        ("quantity", "usable"): 1,
        ("amount", "same_sign_as_quantity"): 1,
        ("amount", "usable"): 1,
    }
    assert failed(scores, "customers") == {
        ("customer_id", "stands_once"): 2,
        ("sex", "filled"): 1,
        ("sex", "one_of"): 2,
        ("sex", "usable"): 2,
        ("birth_year", "filled"): 1,
        ("birth_year", "within"): 1,
        ("birth_year", "usable"): 2,
        ("joined_on", "filled"): 1,
        ("joined_on", "not_in_future"): 1,
        ("joined_on", "usable"): 1,
    }
    assert failed(scores, "products") == {("cost", "not_above_price"): 1, ("cost", "usable"): 1}


def test_the_rows_behind_each_figure_are_as_many_as_it_says(tables: dict[str, ibis.Table]) -> None:
    for score in quality.assess(tables, as_of=AS_OF):
        rows = quality.failing_rows(tables, score, as_of=AS_OF).to_pyarrow()
        assert rows.num_rows == score.failed, score


def test_the_sql_of_a_figure_selects_the_same_rows() -> None:
    engine = open_engine("duckdb")
    rows = {"customers": engine.read("customers", TABLES["customers"])}
    for score in quality.assess(rows, as_of=AS_OF):
        found = engine.connection.raw_sql(score.sql).fetchall()  # type: ignore[attr-defined]
        assert len(found) == score.failed, score.check
    engine.close()


def test_sources_are_scored_apart(tables: dict[str, ibis.Table]) -> None:
    scores = quality.assess({"lines": tables["lines"]}, as_of=AS_OF, source_column="store")
    filled = {
        score.source: (score.checked, score.failed)
        for score in scores
        if (score.field, score.dimension) == ("customer_id", Dimension.COMPLETENESS)
    }
    assert filled == {"north": (3, 1), "south": (1, 0), "": (1, 0)}


def test_scores_of_a_field_weigh_the_rows(tables: dict[str, ibis.Table]) -> None:
    scores = quality.by_field(quality.assess(tables, as_of=AS_OF))
    assert scores["lines", "lines", "customer_id", Dimension.COMPLETENESS] == pytest.approx(0.8)
    assert scores["lines", "lines", "customer_id", Dimension.USABILITY] == pytest.approx(0.6)
    assert all(0 <= score <= 1 for score in scores.values())


def test_freshness_ignores_the_future_and_falls_with_age(tables: dict[str, ibis.Table]) -> None:
    as_of = date(2025, 5, 16)
    found = {f.table: f for f in quality.freshness(tables, as_of=as_of)}
    assert found["lines"].newest == datetime(2025, 5, 2)
    assert found["lines"].age_days == 14
    assert found["lines"].score == pytest.approx(0.75)
    assert found["customers"].score == 0


def test_checks_of_absent_columns_and_tables_are_left_out(tables: dict[str, ibis.Table]) -> None:
    only = {"products": tables["products"]}
    assert {score.field for score in quality.assess(only, as_of=AS_OF)} == {
        "product_id",
        "price",
        "cost",
    }


def test_own_checks_can_be_declared(tables: dict[str, ibis.Table]) -> None:
    checks = (
        quality.matches("customers", "customer_id", "[a-z]"),
        quality.filled("lines", "store"),
    )
    scores = quality.assess(tables, as_of=AS_OF, checks=checks)
    assert [(score.field, score.check, score.failed) for score in scores] == [
        ("store", "filled", 1),
        ("store", "usable", 1),
        ("customer_id", "matches", 0),
    ]


def test_an_empty_table_has_no_score() -> None:
    engine = open_engine("duckdb")
    empty = {"lines": engine.read("lines", TABLES["lines"].slice(0, 0))}
    assert quality.assess(empty, as_of=AS_OF) == []
    assert quality.freshness(empty, as_of=AS_OF) == []
    engine.close()
