"""Recency, frequency and spend in five bands each, with cut-offs that can be reproduced.

Cut-offs are found band by band: the first is the smallest value that takes in at least a fifth of
the buyers, the second the smallest that takes in at least a quarter of those left, then a third,
then half. Without ties these are the plain quintiles; with ties (half of the buyers bought once)
no band stays empty while five different values exist. Equal values always get equal scores.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.features.summary import summary
from regulars.insight.shop import Shop

BANDS = 5
MEASURES = {"recency": "recency_days", "frequency": "purchase_days", "spend": "spend"}
"""Measure of ``RfmCuts`` -> column of ``summary``."""

SEGMENTS = {
    5: ("new", "potential", "potential", "champion", "champion"),
    4: ("potential", "potential", "potential", "champion", "champion"),
    3: ("needs_attention", "needs_attention", "needs_attention", "loyal", "loyal"),
    2: ("sleeping", "sleeping", "sleeping", "cannot_lose", "cannot_lose"),
    1: ("lost", "lost", "lost", "cannot_lose", "cannot_lose"),
}
"""Recency score -> segment for frequency scores 1 to 5."""


@dataclass(frozen=True)
class RfmCuts:
    """Upper ends of the bands but the last, ascending; at most four per measure.

    A customer with ``recency_days`` at or below the first recency cut scores 5; one with a
    frequency at or below the first frequency cut scores 1. Fewer than four cuts mean fewer bands.
    ``recency`` in days, ``frequency`` in purchase days, ``spend`` in minor units.
    """

    recency: tuple[int, ...]
    frequency: tuple[int, ...]
    spend: tuple[int, ...]

    def __post_init__(self) -> None:
        for name, cuts in asdict(self).items():
            if len(cuts) >= BANDS or any(low >= high for low, high in pairwise(cuts)):
                raise ValueError(f"{name} cut-offs must be at most {BANDS - 1} rising numbers.")

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> RfmCuts:
        data = json.loads(text)
        return cls(**{name: tuple(data[name]) for name in ("recency", "frequency", "spend")})


def rfm(shop: Shop, *, as_of: date, cuts: RfmCuts | None = None) -> Table:
    """One row per known customer; scores and segment are empty for those who never bought.

    Columns: recency_days, frequency (purchase days), spend (net, minor units), r_score, f_score,
    m_score (1 to 5, 5 is best), segment (see ``SEGMENTS``).

    Args:
        cuts: given cut-offs; None takes them from this shop (see ``rfm_cuts``).
    """
    return score(summary(shop, as_of=as_of), cuts or rfm_cuts(shop, as_of=as_of))


def rfm_cuts(shop: Shop, *, as_of: date) -> RfmCuts:
    """The shop's own cut-offs on a date, from everyone who ever bought."""
    return cuts_of(summary(shop, as_of=as_of))


def cuts_of(history: Table) -> RfmCuts:
    """Cut-offs from a table shaped like ``summary``.

    Told by the engine: a row per measure comes back, however many different values there are.
    """
    buyers = history.filter(history.purchase_days > 0)
    told = ibis.union(
        *(buyers.select(measure=ibis.literal(m), value=buyers[c]) for m, c in MEASURES.items())
    )
    rows = even_cuts(told).to_pyarrow().to_pylist()
    cuts = {
        row.pop("measure"): tuple(int(c) for c in row.values() if c is not None) for row in rows
    }
    return RfmCuts(**{measure: cuts.get(measure, ()) for measure in MEASURES})


def score(history: Table, cuts: RfmCuts) -> Table:
    """Scores and segment for a table shaped like ``summary``."""
    bought = history.purchase_days > 0
    recency = BANDS - _bands_below(history.recency_days, cuts.recency)
    frequency = 1 + _bands_below(history.purchase_days, cuts.frequency)
    spend = 1 + _bands_below(history.spend, cuts.spend)
    scored = history.select(
        "customer_id",
        "recency_days",
        frequency=history.purchase_days,
        spend=history.spend,
        r_score=bought.ifelse(recency, None).cast("int8"),
        f_score=bought.ifelse(frequency, None).cast("int8"),
        m_score=bought.ifelse(spend, None).cast("int8"),
    )
    cells = [
        ((scored.r_score == r) & (scored.f_score == f), segment)
        for r, row in SEGMENTS.items()
        for f, segment in enumerate(row, start=1)
    ]
    return scored.mutate(segment=ibis.cases(*cells, else_=ibis.null("string")))


def _bands_below(value: Column, cuts: Sequence[int]) -> Column:
    return sum(((value > cut).cast("int8") for cut in cuts), start=ibis.literal(0, "int8"))


def even_cuts(values: Table) -> Table:
    """Cut-offs by the rule at the head of this module: measure, cut_1 … cut_4.

    Args:
        values: measure, value (whole numbers), a row per customer and measure.

    A cut that would leave nobody above it is empty, and so are those after it.
    """
    counted = values.group_by("measure", "value").aggregate(n=values.count())
    so_far = counted.n.sum().over(group_by="measure", order_by="value", rows=(None, 0))
    ordered = counted.select("measure", "value", up_to=so_far)
    state = ordered.group_by("measure").aggregate(everyone=ordered.up_to.max()).mutate(taken=0)
    found = state.select("measure")
    for place, bands_left in enumerate(range(BANDS, 1, -1), start=1):
        state = _next_cut(ordered, state, bands_left)
        cut = state.select("measure", **{f"cut_{place}": state.cut})
        found = found.left_join(cut, "measure").drop("measure_right")
    return found


def _next_cut(ordered: Table, state: Table, bands_left: int) -> Table:
    """measure, cut, taken, everyone after the smallest value to take in 1 / bands_left of the rest.

    No row for a measure of which nobody is left above it. Whole numbers only: engines agree.
    """
    table = ordered.inner_join(state.select("measure", "taken", "everyone"), "measure")
    more = table.up_to - table.taken
    reached = table.filter((more > 0) & (more * bands_left >= table.everyone - table.taken))
    first = reached.group_by("measure").aggregate(
        cut=reached.value.min(), taken=reached.up_to.min(), everyone=reached.everyone.min()
    )
    return first.filter(first.taken < first.everyone)
