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
import numpy as np
from ibis.expr.types import Column, Table

from regulars.insight.features.summary import summary
from regulars.insight.shop import Shop

BANDS = 5

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
    """Cut-offs from a table shaped like ``summary``."""
    buyers = history.filter(history.purchase_days > 0)
    return RfmCuts(
        recency=_even_cuts(buyers, "recency_days"),
        frequency=_even_cuts(buyers, "purchase_days"),
        spend=_even_cuts(buyers, "spend"),
    )


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


def _even_cuts(buyers: Table, column: str) -> tuple[int, ...]:
    counted = buyers.group_by(value=buyers[column]).aggregate(buyers=buyers.count())
    counts = counted.order_by("value").to_pyarrow()
    return even_cuts(counts["value"].to_numpy(), counts["buyers"].to_numpy())


def even_cuts(values: np.ndarray, counts: np.ndarray) -> tuple[int, ...]:
    """Cut-offs of a distribution given as rising values and how many have each.

    See the rule at the head of this module. A cut that would leave nobody above it is dropped.
    """
    up_to = np.cumsum(counts)
    cuts: list[int] = []
    taken = 0
    for bands_left in range(BANDS, 1, -1):
        everyone = int(up_to[-1]) if len(up_to) else 0
        # Whole numbers only: the smallest value whose share of the rest reaches 1 / bands_left.
        reached = (up_to - taken) * bands_left >= everyone - taken
        index = int(np.argmax(reached & (up_to > taken))) if taken < everyone else len(values)
        if index >= len(values) - 1:
            break
        cuts.append(int(values[index]))
        taken = int(up_to[index])
    return tuple(cuts)
