"""Random small shops and the way to compare a feature with its oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from math import isclose
from random import Random

import pyarrow as pa
from hypothesis import strategies as st
from ibis.expr.types import Table

from regulars import insight

AS_OF = date(2026, 1, 1)
FIRST = datetime(2023, 6, 1)

SCHEMA = pa.schema(
    {
        "customer_id": pa.string(),
        "order_id": pa.int64(),
        "ordered_at": pa.timestamp("us"),
        "product_id": pa.int64(),
        "quantity": pa.float64(),
        "amount": pa.int64(),
        "discount": pa.int64(),
        "staff_id": pa.string(),
        "store_id": pa.int64(),
        "channel": pa.string(),
    }
)

PRODUCTS = {
    1: {"category": "hair", "brand": "A"},
    2: {"category": "hair", "brand": None},
    3: {"category": "skin", "brand": "B"},
}
"""Product 4 is sold but listed nowhere."""

# Few values and short spans on purpose: ties, shared days and returns are the hard cases.
moments = st.builds(
    lambda days, hours: FIRST + timedelta(days=days, hours=hours),
    st.one_of(st.integers(0, 20), st.integers(900, 960)),
    st.sampled_from((0, 9, 9.5, 13, 18, 23)),
)
lines = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from((None, "a", "b", "c", "d", "e", "f", "g")),
            "order_id": st.integers(1, 9),
            "ordered_at": moments,
            "product_id": st.integers(1, 4),
            "quantity": st.just(1.0),
            "amount": st.sampled_from((-300, -100, 0, 100, 100, 200, 300)),
            "discount": st.sampled_from((None, 0, 50)),
            "staff_id": st.sampled_from((None, "x", "y")),
            "store_id": st.integers(1, 2),
            "channel": st.sampled_from(("store", "web")),
        }
    ),
    max_size=60,
)


def line(customer: str | None, day: date, amount: int = 100, **more: object) -> dict:
    """One line with everything that does not matter filled in."""
    at = datetime.combine(day, datetime.min.time()) + timedelta(hours=12)
    plain = {"customer_id": customer, "order_id": 1, "ordered_at": at, "product_id": 1}
    return {**dict.fromkeys(SCHEMA.names), **plain, "quantity": 1.0, "amount": amount} | more


def busy_lines(n: int, seed: int = 7) -> list[dict]:
    """n lines of 30 customers over three years, repeatable."""
    random = Random(seed)
    rows = []
    for _ in range(n):
        who = random.choice((None, *range(30)))
        at = FIRST + timedelta(days=random.randrange(940), hours=random.choice((0, 9, 13.5, 20)))
        rows.append(
            line(
                None if who is None else f"c{who}",
                at.date(),
                random.choice((-200, -100, 50, 100, 100, 400)),
                order_id=random.randrange(40),
                ordered_at=at,
                product_id=random.randint(1, 4),
                discount=random.choice((None, 0, 20)),
                staff_id=random.choice((None, "x", "y")),
                store_id=random.randint(1, 2),
                channel=random.choice(("store", "web")),
            )
        )
    return rows


@contextmanager
def opened(rows: list[dict], **tables: pa.Table) -> Iterator[insight.Shop]:
    """A shop of these lines, with products and further tables."""
    listed = [{"product_id": key, **product} for key, product in PRODUCTS.items()]
    products = pa.Table.from_pylist(listed)
    arrow = pa.Table.from_pylist(rows, SCHEMA)
    with insight.open_shop({"lines": arrow, "products": products, **tables}) as shop:
        yield shop


def rows_of(table: Table) -> dict:
    """customer_id -> row of a table with one row per customer."""
    rows = table.to_pyarrow().to_pylist()
    found = {row.pop("customer_id"): row for row in rows}
    assert len(found) == len(rows), "a customer stands twice"
    return found


def assert_same(found: dict, expected: dict) -> None:
    """Rows agree column by column; floats to the ninth digit."""
    assert found.keys() == expected.keys()
    for customer, row in expected.items():
        assert found[customer].keys() == row.keys()
        for column, value in row.items():
            other = found[customer][column]
            if isinstance(value, float) and other is not None:
                assert isclose(other, value, rel_tol=1e-9, abs_tol=1e-9), (customer, column)
            else:
                assert other == value, (customer, column)


Feature = Callable[..., Table]
