"""Whether two engines say the same: whole numbers, dates and text exactly, floats to 1e-9."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isclose, isnan
from typing import Any

import pyarrow as pa
from ibis.expr.types import Table

from regulars import insight
from tests.unit.insight.shops import PRODUCTS, SCHEMA

CLOSE = 1e-9


@contextmanager
def both(rows: list[dict], spark: Any, **tables: pa.Table) -> Iterator[tuple[Any, Any]]:
    """The same shop opened on DuckDB and on Spark."""
    products = pa.Table.from_pylist([{"product_id": key, **one} for key, one in PRODUCTS.items()])
    source = {"lines": pa.Table.from_pylist(rows, SCHEMA), "products": products, **tables}
    with (
        insight.open_shop(source) as ours,
        insight.open_shop(source, "spark", session=spark) as theirs,
    ):
        yield ours, theirs


def assert_same_on_both(
    rows: list[dict], spark: Any, ask: Callable[[Any], Table], **tables: Any
) -> None:
    with both(rows, spark, **tables) as (ours, theirs):
        assert_tables_agree(ask(theirs).to_pyarrow(), ask(ours).to_pyarrow())


def assert_tables_agree(found: pa.Table, expected: pa.Table) -> None:
    assert found.schema.names == expected.schema.names
    assert found.schema.types == expected.schema.types
    keys = [name for name in ("at", "customer_id") if name in expected.column_names]
    order = keys or list(expected.column_names)
    one, other = (_sorted(table, order) for table in (found, expected))
    assert len(one) == len(other)
    for left, right in zip(one, other, strict=True):
        differing = {
            name: (left[name], right[name]) for name in left if not same(left[name], right[name])
        }
        assert not differing, [right[key] for key in keys]


def _sorted(table: pa.Table, order: list[str]) -> list[dict]:
    return sorted(
        table.to_pylist(),
        key=lambda row: [(row[name] is not None, str(row[name])) for name in order],
    )


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, float) and isinstance(found, float):
        if isnan(expected) or isnan(found):
            return isnan(expected) and isnan(found)
        return isclose(found, expected, rel_tol=CLOSE, abs_tol=CLOSE)
    if isinstance(expected, list) and isinstance(found, list):
        pairs = zip(found, expected, strict=False)
        return len(found) == len(expected) and all(same(*pair) for pair in pairs)
    if isinstance(expected, dict) and isinstance(found, dict):
        return found.keys() == expected.keys() and all(same(found[k], expected[k]) for k in found)
    return bool(found == expected)
