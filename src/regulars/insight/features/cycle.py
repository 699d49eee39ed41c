"""Purchase cycle and regularity in classes: how long between visits, and how steady."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import total

CYCLE_FROM = (0, 8, 15, 31, 61, 91, 181, 366)
"""Where each class of usual gaps begins, days; the last is open and called "366-plus"."""

REGULARITY_FROM: Mapping[str, float] = {"clockwork": 0.6, "regular": 0.2, "random": -0.2}
"""Name -> the least regularity of the class; below the last is "bursts".

Regularity is 1 for a clock, 0 for someone who comes at random and below 0 for someone who comes in
bursts (see ``features.rhythm``); the steps between are ours.
"""

GAPS_FOR_REGULARITY = 4
"""From fewer gaps the coefficient of variation says next to nothing about a person."""


def with_cycle(rhythms: Table) -> Table:
    """A table shaped like ``rhythm`` with cycle_band and regularity_band.

    cycle_band is the class of the usual gap of who came at least twice ("15-30" days, "366-plus");
    regularity_band is "clockwork", "regular", "random" or "bursts", from 4 gaps on.
    """
    known = rhythms.gaps >= GAPS_FOR_REGULARITY
    classes = [(rhythms.regularity >= least, name) for name, least in REGULARITY_FROM.items()]
    regularity = ibis.cases(*classes, else_="bursts")
    told = known & rhythms.regularity.notnull()
    return rhythms.mutate(
        cycle_band=(rhythms.gaps > 0).ifelse(_cycle(rhythms.usual_gap_days), None),
        regularity_band=told.ifelse(regularity, None),
    )


def _cycle(days: Column) -> Column:
    ends = list(pairwise(CYCLE_FROM))
    # A gap of 7.5 days belongs with 7: the classes are whole days.
    classes = [(days < end, f"{start}-{end - 1}") for start, end in ends]
    return ibis.cases(*classes, else_=f"{CYCLE_FROM[-1]}-plus")


def cycle(customers: Table) -> Table:
    """cycle_band, customers, spend_365d, median_gap_days, at_risk: who ever bought, by usual gap.

    From the customer table. An empty band holds those who came on one day only. ``at_risk`` counts
    those of them whose stage is at risk or lost.
    """
    return _by(customers, "cycle_band")


def regularity(customers: Table) -> Table:
    """regularity_band and the same columns; an empty band holds those with fewer than 4 gaps."""
    return _by(customers, "regularity_band")


def _by(customers: Table, band: str) -> Table:
    buyers = customers.filter(customers.purchase_days > 0)
    return (
        buyers.group_by(band)
        .aggregate(
            customers=buyers.count(),
            spend_365d=total(buyers.spend_365d),
            median_gap_days=buyers.usual_gap_days.median(),
            at_risk=buyers.count(where=buyers.stage.isin(("at_risk", "lost"))),
        )
        .order_by(band)
    )
