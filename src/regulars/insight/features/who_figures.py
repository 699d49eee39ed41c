"""Who buys, how often and for how much: every recorded trait crossed with value and frequency."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import total
from regulars.insight.features.who import DIMENSIONS

MOST_VALUES = 30
"""A dimension with more values shows those with the most customers."""
ENOUGH_BUYERS = 10
"""From fewer buyers a mean gets no interval, and nothing should be read off it."""
LEVEL = 0.8
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)

MEANS: Mapping[str, str] = {
    "mean_spend": "spend_365d",
    "days_a_year": "purchase_days_365d",
}
"""Mean of the figure -> the column of the customer table it is of."""


def who_figure(customers: Table, dimensions: Mapping[str, str] = DIMENSIONS) -> Table:
    """The customer table told by each recorded trait, one row per dimension and value.

    Columns: dimension, value (empty: not recorded), customers (on record), share (of all on
    record), buyers (who ever bought), spend_365d (minor units), average_order (their purchases'
    mean, minor units), expected_spend (of the next 365 days; empty where no model told it),
    mean_spend (spend_365d per buyer) and days_a_year (purchase days of the last 365 days per
    buyer), both with _low and _high: the 80% interval mean ± z·s/√n, empty under 10 buyers.
    Values beyond the 30 largest of a dimension are left out.
    """
    parts = [_one(customers, column, name) for column, name in dimensions.items()]
    return ibis.union(*parts).order_by("dimension", ibis.desc("customers"), "value")


def _one(customers: Table, column: str, dimension: str) -> Table:
    buys = customers.purchase_days > 0
    paid = (customers.average_order * customers.purchases).round().cast("int64")
    expected = (
        customers.expected_spend if "expected_spend" in customers.columns else ibis.null("int64")
    )
    sums = {
        name: measure
        for mean, measured in MEANS.items()
        for name, measure in _moments(mean, customers[measured], buys).items()
    }
    counted = customers.group_by(value=customers[column]).aggregate(
        customers=customers.count(),
        buyers=customers.count(where=buys),
        spend_365d=total(customers.spend_365d),
        paid=total(paid),
        purchases=total(customers.purchases),
        expected_spend=total(expected),
        **sums,
    )
    order = [ibis.desc("customers"), ibis.asc("value")]
    recorded = counted.value.notnull()
    ranked = counted.mutate(
        share=counted.customers / counted.customers.sum().over(ibis.window()),
        place=ibis.row_number().over(group_by=recorded, order_by=order),
    )
    kept = ranked.filter(ranked.place < MOST_VALUES)
    return kept.select(
        "value",
        "customers",
        "share",
        "buyers",
        "spend_365d",
        "expected_spend",
        dimension=ibis.literal(dimension),
        average_order=kept.paid / kept.purchases.nullif(0),
        **{name: mean for one in MEANS for name, mean in _mean(kept, one).items()},
    )


def _moments(name: str, value: Column, where: Column) -> dict[str, Column]:
    # Squares in hundreds: whole numbers add up the same in any order, and 5 million fit.
    rough = (value / 100).round().cast("int64") if name == "mean_spend" else value
    return {
        f"{name}_sum": total(value, where=where).fill_null(0),
        f"{name}_rough": total(rough, where=where).fill_null(0),
        f"{name}_squares": total(rough * rough, where=where).fill_null(0),
    }


def _mean(counted: Table, name: str) -> dict[str, Column]:
    n = counted.buyers.cast("float64")
    mean = counted[f"{name}_sum"] / counted.buyers.nullif(0)
    rough, squares = counted[f"{name}_rough"].cast("float64"), counted[f"{name}_squares"]
    variance = (squares - rough * rough / n).clip(lower=0.0) / (n - 1)
    unit = 100 if name == "mean_spend" else 1
    half = Z * unit * (variance / n).sqrt()
    enough = counted.buyers >= ENOUGH_BUYERS
    return {
        name: mean,
        f"{name}_low": enough.ifelse(mean - half, None),
        f"{name}_high": enough.ifelse(mean + half, None),
    }
