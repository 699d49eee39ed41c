"""Expected margin: what each customer buys, leaning on the shop's mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

import pyarrow as pa
import pytest

from regulars import insight
from regulars.insight.models import clv
from regulars.insight.models.clv.margin import LINES, Margin, fit_margin, own_margins
from tests.unit.insight.models.clv.simulated import FIRST, lines
from tests.unit.insight.shops import AS_OF, SCHEMA, line, rows_of

COSTS = {1: 20, 2: 80, 3: None}
"""Item 3 has no cost on record, item 4 is listed nowhere."""
DAY = date(2025, 5, 1)


@contextmanager
def costed(rows: list[dict], costs: dict = COSTS) -> Iterator[insight.Shop]:
    items = [{"product_id": item, "cost": cost} for item, cost in costs.items()]
    products = pa.Table.from_pylist(
        items, pa.schema({"product_id": pa.int64(), "cost": pa.int64()})
    )
    tables = {"lines": pa.Table.from_pylist(rows, SCHEMA), "products": products}
    with insight.open_shop(tables) as shop:
        yield shop


ROWS = [
    *(line("rich", DAY, 100, order_id=n, product_id=1) for n in range(50)),
    *(line("poor", DAY, 100, order_id=n, product_id=2) for n in range(50)),
    line("once", DAY, 100, product_id=2),
    line("back", DAY, 100, product_id=1),
    line("back", DAY, -100, product_id=1, quantity=-1.0),
    line("unknown", DAY, 5000, product_id=3),
    line("unlisted", DAY, 5000, product_id=4),
    line(None, DAY, 300, product_id=1, quantity=2.5),
    line("rich", AS_OF, 9000, product_id=2),
]


def by_hand() -> dict[str | None, float]:
    """The share of each customer in plain Python; the shop's under None."""
    known = [
        (row["customer_id"], row["amount"], row["amount"] - row["quantity"] * cost)
        for row in ROWS
        if (cost := COSTS.get(row["product_id"])) is not None and row["ordered_at"].date() < AS_OF
    ]
    spent = sum(amount for _, amount, _ in known)
    shop = sum(margin for *_, margin in known) / spent
    weight = LINES * spent / len(known)
    shares = {None: shop}
    for who in {row["customer_id"] for row in ROWS} - {None}:
        amount = sum(a for one, a, _ in known if one == who)
        margin = sum(m for one, _, m in known if one == who) if amount > 0 else 0.0
        shares[who] = (margin + weight * shop) / (max(amount, 0) + weight)
    return shares


def test_own_shares_lean_on_the_shops_as_by_hand() -> None:
    with costed(ROWS) as shop:
        margin = fit_margin(shop, AS_OF)
        own = own_margins(shop, AS_OF)
        assert margin is not None
        assert own is not None
        columns = own.order_by("customer_id").to_pyarrow()
    expected = by_hand()
    assert margin.share == pytest.approx(expected[None])
    names = columns.column_names[1:]
    told = margin.shares({name: columns[name].to_numpy().astype(float) for name in names})
    found = dict(zip(columns["customer_id"].to_pylist(), told, strict=True))
    # Who bought nothing of known cost has no row and gets the shop's share.
    assert found == pytest.approx({who: expected[who] for who in ("rich", "poor", "once", "back")})
    assert found["poor"] < expected["unknown"] == margin.share < found["rich"]
    assert abs(found["once"] - margin.share) < abs(found["poor"] - margin.share) / 4


def test_without_costs_or_earnings_there_is_no_margin() -> None:
    with costed(ROWS, {1: None}) as shop:
        assert (fit_margin(shop, AS_OF), own_margins(shop, AS_OF)) == (None, None)
    with costed([line("a", DAY, -100, product_id=1)]) as shop:
        assert fit_margin(shop, AS_OF) is None
    with insight.open_shop({"lines": pa.Table.from_pylist(ROWS, SCHEMA)}) as shop:
        assert fit_margin(shop, AS_OF) is None


def test_expected_margin_is_the_own_share_of_expected_spend() -> None:
    """Even customers buy what earns more; the shop's share alone (the control) misses that."""
    table, at = lines(120), FIRST + timedelta(days=400)
    item = pa.array([1 + who % 2 for who in table["customer_id"].to_pylist()])
    table = table.set_column(table.column_names.index("product_id"), "product_id", item)
    products = pa.table({"product_id": [1, 2], "cost": [1000, 6000]})
    with insight.open_shop({"lines": table, "products": products}) as shop:
        fitted = clv.fit(shop, as_of=at, horizon_days=140)
        rows = rows_of(fitted.score(shop, as_of=at))
        assert clv.CustomerValue.from_json(fitted.to_json()) == fitted
        margin = fitted.model.margin
        everyones = replace(margin, weight=1e15)
        same = replace(fitted, model=replace(fitted.model, margin=everyones))
        flat = rows_of(same.score(shop, as_of=at))
    shares = {
        who: row["expected_margin"] / row["expected_spend"]
        for who, row in rows.items()
        if row["expected_spend"] > 5000
    }
    even, odd = ([s for who, s in shares.items() if who % 2 == half] for half in (0, 1))
    assert sum(even) / len(even) > margin.share + 0.05
    assert sum(odd) / len(odd) < margin.share - 0.05
    for row in flat.values():
        assert row["expected_margin"] == pytest.approx(row["expected_spend"] * margin.share, abs=1)


def test_a_customer_at_a_loss_has_a_share_below_nothing() -> None:
    told = Margin(0.3, 1000.0).shares(
        {"costed_amount": pa.array([10_000.0]).to_numpy(), "costed_margin": [-2000.0]}
    )
    assert told[0] == pytest.approx((-2000 + 300) / 11_000)
