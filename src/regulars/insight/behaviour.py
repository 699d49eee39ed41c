"""Who customers are and how they buy: what a run tells about it, columns and figures."""

from __future__ import annotations

from datetime import date
from weakref import WeakKeyDictionary

from ibis.expr.types import Table

from regulars.insight.features.cycle import cycle, regularity
from regulars.insight.features.line_counts import line_counts, product_months
from regulars.insight.features.novelty import new_products, novelty, novelty_bands
from regulars.insight.features.price import price, price_bands
from regulars.insight.features.price_response import price_response
from regulars.insight.features.relations import who_relations
from regulars.insight.features.timing import hours_by_season
from regulars.insight.features.trends import amount_trends, trends
from regulars.insight.features.who import who
from regulars.insight.features.who_figures import who_figure
from regulars.insight.shop import Shop, Snapshot

_HELD: WeakKeyDictionary[Snapshot, Table] = WeakKeyDictionary()
"""Items by month of the snapshots at hand: columns and figures ask for the same."""


def _items(shop: Shop, as_of: date) -> Table:
    snapshot = shop.at(as_of)
    if snapshot not in _HELD:
        _HELD[snapshot] = shop.engine.hold(product_months(shop, as_of=as_of))
    return _HELD[snapshot]


def held_counts(shop: Shop, *, as_of: date) -> Table:
    """``features.line_counts``, computed once for a snapshot and kept by the engine."""
    items = _items(shop, as_of)
    return shop.at(as_of).kept("line counts", lambda: line_counts(shop, as_of=as_of, items=items))


def columns(shop: Shop, counts: Table, *, as_of: date) -> list[Table]:
    """Tables of one row per known customer, to stand beside each other in the customer table.

    Args:
        counts: ``held_counts`` of the same date.
    """
    return [
        who(shop, as_of=as_of),
        trends(shop, as_of=as_of),
        price(shop, as_of=as_of, counts=counts),
        novelty(shop, as_of=as_of, counts=counts),
    ]


def figures(shop: Shop, customers: Table, *, as_of: date, seed: int) -> dict[str, Table]:
    """The figures by name, each with the columns its function names; of the customer table."""
    items = _items(shop, as_of)
    return {
        "who": who_figure(customers),
        "who_relations": who_relations(shop.engine, customers, seed=seed),
        "cycle": cycle(customers),
        "regularity": regularity(customers),
        "amount_trends": amount_trends(customers),
        "hours_by_season": hours_by_season(shop, as_of=as_of),
        "price_bands": price_bands(customers),
        "price_response": price_response(shop, as_of=as_of, items=items),
        "novelty": novelty_bands(customers),
        "new_products": new_products(shop, as_of=as_of, items=items),
    }
