"""What customers are grouped by: told of everybody on one date, or of a sample on many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ibis.expr.types import Table

from regulars.insight.features.breadth import breadth_at
from regulars.insight.features.history import history
from regulars.insight.features.rhythm import RULES, RhythmRules, dates_table, held_rhythm
from regulars.insight.features.segmentations import held_measures
from regulars.insight.shop import Shop

FEATURES = (
    *("recency_days", "purchase_days", "day_amount"),
    *("distinct_category", "discount_share", "regularity"),
)
"""Columns as in ``features.history``: one for each side of buying."""

VALUE = "spend_365d"
BREADTH = "category"


def inputs(shop: Shop, *, as_of: date, rules: RhythmRules = RULES) -> Table:
    """at, customer_id, ``FEATURES`` and ``VALUE`` of everybody who ever bought.

    What ``history`` says on ``as_of``, in fewer passes: measures and rhythm are those that a
    snapshot keeps for other uses. ``rules`` change none of these columns.
    """
    snapshot = shop.at(as_of)
    measured = held_measures(shop, as_of=as_of)
    buyers = measured.filter(measured.purchase_days > 0)
    rhythms = held_rhythm(shop, as_of=as_of, rules=rules).select("customer_id", "regularity")
    broad = breadth_at(snapshot, [as_of], BREADTH, BREADTH).drop("at")
    dated = buyers.cross_join(dates_table([as_of]))
    for part in (rhythms, broad):
        dated = dated.left_join(part, "customer_id").drop("customer_id_right")
    told = dated.select("at", "customer_id", *FEATURES, VALUE)
    return told.fill_null({f"distinct_{BREADTH}": 0})


def sampled_inputs(
    shop: Shop, dates: Sequence[date], *, share: float, seed: int, as_of: date
) -> Table:
    """The same of a sample of customers on several dates, none after ``as_of``, and spend_30d."""
    told = history(
        shop,
        dates,
        share=share,
        seed=seed,
        known_at=as_of,
        parts=("lines", "breadth"),
        subjects=(BREADTH,),
    )
    bought = told.filter(told.purchase_days > 0)
    return bought.select("at", "customer_id", *FEATURES, VALUE, "spend_30d")
