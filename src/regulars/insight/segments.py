"""The segments of a run: fitted once, scored for everybody, drawn for the pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.features.rhythm import RULES, RhythmRules
from regulars.insight.features.segmentations import (
    SegmentationCuts,
    banded,
    fit_cuts,
    held_measures,
)
from regulars.insight.models import clusters, potential
from regulars.insight.models.clusters.figures import cluster_map, cluster_months
from regulars.insight.models.clusters.inputs import inputs
from regulars.insight.shop import Shop

READY = {
    "value_tier": "tier",
    "spend_band": "spend",
    "frequency_band": "frequency",
    "satisfaction_band": "satisfaction",
    "motive": "motive",
    "adopter": "adopter",
    "channel_habit": "channel",
    "potential": "potential",
}
"""Columns of the ready segmentations -> their dimension in ``features.traits``."""


@dataclass(frozen=True)
class Segments:
    """What was learned about the groups of a shop's customers on a date.

    ``known`` is what the clusters, ``measured`` what the ready segmentations are told from, both
    held by the engine.
    """

    as_of: date
    model: clusters.Clusters
    growth: potential.Potential
    cuts: SegmentationCuts
    known: Table
    measured: Table

    def columns(self, shop: Shop, stages: Table) -> Table:
        """customer_id and the columns of ``banded``, ``Clusters.score``, ``Potential.score``."""
        table = banded(self.measured, stages, self.cuts)
        placed = self.model.score_inputs(shop, self.known, as_of=self.as_of)
        for scored in (placed, self.growth.score(shop, as_of=self.as_of)):
            table = table.left_join(scored, "customer_id").drop("customer_id_right")
        return table

    def figures(self, shop: Shop) -> dict[str, Table]:
        """``cluster_map`` and ``cluster_months``."""
        return {
            "cluster_map": cluster_map(shop, self.model, self.known),
            "cluster_months": cluster_months(shop, self.model, as_of=self.as_of),
        }

    def as_data(self) -> dict[str, Any]:
        """For the manifest: the models as JSON reads them."""
        return {
            "clusters": json.loads(self.model.to_json()),
            "potential": json.loads(self.growth.to_json()),
            "segmentations": json.loads(self.cuts.to_json()),
        }


def fit(
    shop: Shop,
    *,
    as_of: date,
    seed: int = 0,
    rules: RhythmRules = RULES,
    before: Mapping[str, Any] | None = None,
) -> Segments:
    """Learn the segments of a shop.

    Args:
        rules: of the rhythm that the snapshot keeps.
        before: the manifest of an earlier run, whose clusters keep their numbers.
    """
    measured = held_measures(shop, as_of=as_of)
    known = shop.engine.hold(inputs(shop, as_of=as_of, rules=rules))
    earlier = (before or {}).get("clusters")
    previous = clusters.Clusters.from_json(json.dumps(earlier)) if earlier else None
    model = clusters.fit(shop, as_of=as_of, seed=seed, previous=previous, known=known)
    growth = potential.fit(shop, as_of=as_of, seed=seed)
    return Segments(as_of, model, growth, fit_cuts(shop, measured, seed=seed), known, measured)


def by_segment(customers: Table) -> Table:
    """dimension, value, customers, spend_365d, spend, purchase_days and, where the customer table
    has it, expected_spend: sums over everybody in each group of the ready segmentations.
    """
    summed = ["spend_365d", "spend", "purchase_days"]
    if "expected_spend" in customers.columns:
        summed.append("expected_spend")
    parts = []
    for column, dimension in READY.items():
        if column not in customers.columns:
            continue
        placed = customers.filter(customers[column].notnull())
        grouped = placed.group_by(value=placed[column].cast("string")).aggregate(
            customers=placed.count(), **{name: total(placed[name]) for name in summed}
        )
        parts.append(grouped.mutate(dimension=ibis.literal(dimension)))
    whole = ibis.union(*parts) if len(parts) > 1 else parts[0]
    columns = ("dimension", "value", "customers", *summed)
    return whole.select(*columns).order_by("dimension", "value")
