"""The groups a customer belongs to, as codes.

A figure that parts customers into groups must be able to name them again: "tier:elite" or
"age:30-39" in a customer's ``traits`` is that group. Whoever adds a way to part customers adds its
column here, and every list can be narrowed by it.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
from ibis.expr.types import Table

from regulars.insight.features.who import DIMENSIONS

TRAITS: Mapping[str, str] = {
    **DIMENSIONS,
    "cycle_band": "cycle",
    "regularity_band": "regularity",
    "cohort": "cohort",
    "trend": "trend",
    "basket_trend": "basket",
    "price_band": "price",
    "novelty_band": "novelty",
    "cluster": "cluster",
    "value_tier": "tier",
    "spend_band": "spend",
    "frequency_band": "frequency",
    "satisfaction_band": "satisfaction",
    "motive": "motive",
    "adopter": "adopter",
    "channel_habit": "channel",
    "potential": "potential",
}
"""Column of the customer table -> dimension, the part of the code before the colon."""


def with_traits(customers: Table, dimensions: Mapping[str, str] = TRAITS) -> Table:
    """The customer table with ``traits``: a list of codes, without those that are unknown."""
    codes = [
        (dimension + ":" + customers[column].cast("string")).cast("string")
        for column, dimension in dimensions.items()
        if column in customers.columns
    ]
    if not codes:
        return customers.mutate(traits=ibis.literal([], "array<string>"))
    return customers.mutate(traits=ibis.array(codes).filter(lambda code: code.notnull()))
