"""How sales of an item moved when its price moved: elasticities read off from months.

For each item, by least squares over the months it was sold in,

    log(units / lines of the whole shop) = a + e · log(mean price paid per unit) + b · month

The lines of the whole shop take out busy and quiet months, b a slow change of taste. The elasticity
e is an observed association: a shop that lowers prices when business is slow, or sells bundles
cheaper, shows one that a price tag alone would not. Items are pooled as a random effect:
DerSimonian & Laird (1986), Controlled Clinical Trials 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from statistics import NormalDist
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Table
from scipy import stats

from regulars.insight.engines.functions import total
from regulars.insight.features.line_counts import QUANTITY_PARTS, product_months
from regulars.insight.shop import Shop

ENOUGH_MONTHS = 8
MOVED_FROM = 0.03
"""Least standard deviation of the logarithm of the monthly price: 3%."""
MOST_ITEMS = 500
SHOWN_ITEMS = 30
LEVEL = 0.8


@dataclass(frozen=True)
class Response:
    """The elasticity of one item, or of all pooled (product_id None), with its 80% interval.

    −1.2: a price 1% higher goes with 1.2% fewer units. Prices are monthly means, minor units;
    months counts those it was sold in; items how many stand behind it; spend over those months.
    """

    product_id: str | None
    items: int
    months: int
    spend: int
    lowest_price: float | None
    highest_price: float | None
    elasticity: float
    error: float
    low: float
    high: float


def price_response(shop: Shop, *, as_of: date, items: Table | None = None) -> Table:
    """Columns as in ``Response``: all items pooled first, then those with the highest spend.

    Of the 500 items with the highest spend those whose price moved (standard deviation of its
    logarithm at least 3%) and which were sold in at least 8 months. No row when there is none.
    """
    items = product_months(shop, as_of=as_of) if items is None else items
    rows = _monthly(items, as_of).to_pyarrow().to_pylist()
    found = [
        one
        for product, own in groupby(rows, key=lambda row: row["product_id"])
        if (one := response(str(product), list(own)))
    ]
    found.sort(key=lambda one: (-one.spend, one.product_id))
    shown = ([pooled(found)] if found else []) + found[:SHOWN_ITEMS]
    return shop.engine.read(
        "price_response", pa.Table.from_pylist([asdict(one) for one in shown], _RESPONSES)
    )


def _monthly(items: Table, as_of: date) -> Table:
    """product_id, month (number), units, spend, shop_lines; whole months of items to look at."""
    sums = items.filter(items.month < as_of.year * 12 + as_of.month - 1)
    sums = sums.mutate(shop_lines=sums.lines.sum().over(group_by="month"))
    ranked = sums.group_by("product_id").aggregate(whole=total(sums.amount), months=sums.count())
    order = [ibis.desc("whole"), ibis.asc("product_id")]
    top = ranked.filter(ranked.months >= ENOUGH_MONTHS).order_by(order).limit(MOST_ITEMS)
    kept = sums.semi_join(top, "product_id")
    return kept.select(
        "product_id",
        "month",
        "shop_lines",
        spend=kept.amount,
        units=kept.parts / QUANTITY_PARTS,
    ).order_by("product_id", "month")


def response(product_id: str, rows: Sequence[dict[str, Any]]) -> Response | None:
    """The elasticity from monthly rows in the order of time; None when the price hardly moved."""
    units, spend, lines = (
        np.array([row[name] for row in rows], float) for name in ("units", "spend", "shop_lines")
    )
    price = spend / units
    if len(rows) < ENOUGH_MONTHS or np.log(price).std() < MOVED_FROM:
        return None
    when = np.array([row["month"] for row in rows], float) / 12
    design = np.column_stack([np.ones(len(rows)), np.log(price), when - when.mean()])
    outcome = np.log(units / lines)
    # A price that only rose with time cannot be told from time.
    if np.linalg.cond(design / np.linalg.norm(design, axis=0)) > 1e6:
        return None
    fitted, *_rest = np.linalg.lstsq(design, outcome, rcond=None)
    free = len(rows) - design.shape[1]
    scatter = float(((outcome - design @ fitted) ** 2).sum()) / free
    error = float(np.sqrt(scatter * np.linalg.inv(design.T @ design)[1, 1]))
    half = float(stats.t.ppf((1 + LEVEL) / 2, free)) * error
    slope = float(fitted[1])
    return Response(
        product_id=product_id,
        items=1,
        months=len(rows),
        spend=round(float(spend.sum())),
        lowest_price=float(price.min()),
        highest_price=float(price.max()),
        elasticity=slope,
        error=error,
        low=slope - half,
        high=slope + half,
    )


def pooled(found: Sequence[Response]) -> Response:
    """All items together, each weighing by how well its elasticity is known."""
    slopes = np.array([one.elasticity for one in found])
    variances = np.maximum(np.array([one.error for one in found]) ** 2, 1e-6)
    weights = 1 / variances
    fixed = (weights * slopes).sum() / weights.sum()
    spread = (weights * (slopes - fixed) ** 2).sum()
    scale = weights.sum() - (weights**2).sum() / weights.sum()
    between = max(0.0, (spread - (len(found) - 1)) / scale) if len(found) > 1 else 0.0
    weights = 1 / (variances + between)
    mean = float((weights * slopes).sum() / weights.sum())
    error = float(1 / np.sqrt(weights.sum()))
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) * error
    return Response(
        product_id=None,
        items=len(found),
        months=sum(one.months for one in found),
        spend=sum(one.spend for one in found),
        lowest_price=None,
        highest_price=None,
        elasticity=mean,
        error=error,
        low=mean - half,
        high=mean + half,
    )


_RESPONSES = pa.schema(
    {
        "product_id": pa.string(),
        "items": pa.int64(),
        "months": pa.int64(),
        "spend": pa.int64(),
        "lowest_price": pa.float64(),
        "highest_price": pa.float64(),
        "elasticity": pa.float64(),
        "error": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
    }
)
