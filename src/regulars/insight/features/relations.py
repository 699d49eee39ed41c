"""Whether who customers are, or how they buy, goes with what they are worth: tests and sizes.

With many customers everything is "significant" and with many comparisons something always is. So
each relation carries a size beside its p value, the p values are corrected for all comparisons of
the table together (Benjamini & Hochberg 1995), and the verdict asks for both. A relation seen is
no cause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from ibis.expr.types import Table
from scipy import optimize, stats

from regulars.insight.engines import Engine
from regulars.insight.features.sample import sampled
from regulars.insight.features.who import DIMENSIONS

MOST_CUSTOMERS = 100_000
"""Tests are made on a sample of at most about so many customers."""
ENOUGH_CUSTOMERS = 60
ENOUGH_IN_A_GROUP = 10
"""Smaller groups are left out of a test."""
MOST_GROUPS = 30
LEVEL = 0.8
SURE = 0.05
"""The share of false findings accepted among those called a relation."""

WEAK_FROM = {"epsilon_squared": 0.01, "cramers_v": 0.1}
CLEAR_FROM = {"epsilon_squared": 0.06, "cramers_v": 0.3}
"""Where an effect begins to count and to be clear: Cohen (1988), medium for each measure."""

GROUPS: Mapping[str, str] = {
    **DIMENSIONS,
    "stage": "stage",
    "top_channel": "channel",
    "preferred_hours": "hours",
    "cycle_band": "cycle",
    "regularity_band": "regularity",
    "price_band": "price",
    "novelty_band": "novelty",
}
"""Column of the customer table that parts customers -> what the figure calls it."""

MEASURES: Mapping[str, str] = {
    "spend_365d": "spend",
    "purchase_days_365d": "frequency",
    "average_order": "average_order",
    "own_gap_days": "gap",
    "regularity": "regularity",
    "deal_share": "deals",
    "novelty_share": "novelty",
    "p_churn": "risk",
}
"""Column of the customer table that is measured -> what the figure calls it."""

ITSELF = {("cycle", "gap"), ("regularity", "regularity"), ("price", "deals"), ("stage", "risk")} | {
    ("novelty", "novelty"), ("stage", "spend"), ("stage", "frequency"), ("cycle", "frequency")
}  # fmt: skip
"""Pairs that go together by definition and would only look like findings."""


@dataclass(frozen=True)
class Relation:
    """One grouping against one measure, or against another grouping.

    test "kruskal_wallis" with effect "epsilon_squared", or "chi_square" with "cramers_v"; size with
    its interval at ``LEVEL``; p before and after the correction; n customers in ``groups`` groups;
    highest and lowest name the groups with the highest and lowest median (empty for chi_square).
    verdict: "clear", "weak", "none" or "too_few" (and then nothing is told but n).
    """

    dimension: str
    measure: str
    test: str
    effect: str
    n: int
    groups: int
    statistic: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    size: float | None = None
    low: float | None = None
    high: float | None = None
    highest: str | None = None
    highest_median: float | None = None
    lowest: str | None = None
    lowest_median: float | None = None
    verdict: str = "too_few"


def who_relations(engine: Engine, customers: Table, *, seed: int = 0) -> Table:
    """Every grouping of ``GROUPS`` against every measure of ``MEASURES``, and traits against ways.

    From the customer table, of who ever bought. Columns as in ``Relation``. Medians of money are in
    minor units, of gaps in days.
    """
    groups, values = _collected(customers, seed)
    found = [
        _ranked((dimension, measure), groups[column], values[measured])
        for column, dimension in GROUPS.items()
        for measured, measure in MEASURES.items()
        if column in groups and measured in values and (dimension, measure) not in ITSELF
    ]
    ways = [column for column in groups if column not in DIMENSIONS]
    found += [
        _counted((DIMENSIONS[trait], GROUPS[way]), groups[trait], groups[way])
        for trait in DIMENSIONS
        for way in ways
        if trait in groups
    ]
    judged = with_verdicts(found)
    return engine.read("relations", pa.Table.from_pylist([vars(r) for r in judged], _RELATIONS))


class Groups(NamedTuple):
    """The values of a grouping, sorted, and for every customer the place of theirs (−1: none)."""

    names: list[str]
    place: np.ndarray

    def large(self, among: np.ndarray) -> Groups:
        """Only groups with enough customers among some, at most ``MOST_GROUPS``; the others −1."""
        place = self.place[among]
        sizes = np.bincount(place[place >= 0], minlength=len(self.names))
        by_size = np.argsort(-sizes, kind="stable")
        kept = sorted(at for at in by_size[:MOST_GROUPS] if sizes[at] >= ENOUGH_IN_A_GROUP)
        renamed = np.full(len(self.names) + 1, -1)
        renamed[kept] = np.arange(len(kept))
        return Groups([self.names[at] for at in kept], renamed[place])


def _collected(customers: Table, seed: int) -> tuple[dict[str, Groups], dict[str, np.ndarray]]:
    buyers = customers.filter(customers.purchase_days > 0)
    count = int(buyers.count().to_pyarrow().as_py())
    if count > MOST_CUSTOMERS:
        buyers = buyers.filter(sampled(buyers.customer_id, MOST_CUSTOMERS / count, seed=seed))
    grouping = [name for name in GROUPS if name in buyers.columns]
    measured = [name for name in MEASURES if name in buyers.columns]
    rows = buyers.select(*grouping, *measured).to_pyarrow()
    values = {
        name: rows.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False)
        for name in measured
    }
    return {name: _grouped(rows.column(name)) for name in grouping}, values


def _grouped(column: pa.ChunkedArray) -> Groups:
    coded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    names = coded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    renamed = np.full(len(names) + 1, -1)
    renamed[order] = np.arange(len(names))
    place = coded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
    return Groups(sorted(names), renamed[place])


def _ranked(about: tuple[str, str], grouping: Groups, values: np.ndarray) -> Relation:
    known = (grouping.place >= 0) & ~np.isnan(values)
    names, place = grouping.large(known)
    kept = place >= 0
    sample, place = values[known][kept], place[kept]
    told = (*about, "kruskal_wallis", "epsilon_squared", len(sample), len(names))
    if len(names) < 2 or len(sample) < ENOUGH_CUSTOMERS or np.ptp(sample) == 0:
        return Relation(*told)
    statistic = kruskal_wallis(sample, place, len(names))
    df, n = len(names) - 1, len(sample)
    medians = [float(np.median(sample[place == one])) for one in range(len(names))]
    most, least = int(np.argmax(medians)), int(np.argmin(medians))
    low, high = _noncentral(statistic, df)
    # Kelley's (1935) epsilon squared on ranks: the bias of H is taken off.
    size = min(1.0, max(0.0, (statistic - df) / (n - df - 1)))
    return Relation(
        *told,
        statistic=statistic,
        p=float(stats.chi2.sf(statistic, df)),
        size=size,
        low=min(size, low / n),
        high=min(1.0, max(size, high / n)),
        highest=names[most],
        highest_median=medians[most],
        lowest=names[least],
        lowest_median=medians[least],
    )


def kruskal_wallis(values: np.ndarray, place: np.ndarray, groups: int) -> float:
    """H with the correction for ties: Kruskal & Wallis (1952), JASA 47. ``place`` from 0."""
    ranks = stats.rankdata(values)
    n = len(values)
    sums = np.bincount(place, ranks, groups)
    sizes = np.bincount(place, minlength=groups)
    raw = 12 / (n * (n + 1)) * float((sums**2 / sizes).sum()) - 3 * (n + 1)
    _values, ties = np.unique(values, return_counts=True)
    tied = 1 - float((ties.astype(float) ** 3 - ties).sum()) / (float(n) ** 3 - n)
    return max(0.0, raw / tied)


def _counted(about: tuple[str, str], grouping: Groups, other: Groups) -> Relation:
    known = (grouping.place >= 0) & (other.place >= 0)
    names, place = grouping.large(known)
    ways, way = other.large(known)
    kept = (place >= 0) & (way >= 0)
    n = int(kept.sum())
    told = (*about, "chi_square", "cramers_v", n, len(names))
    table = np.bincount(place[kept] * len(ways) + way[kept], minlength=len(names) * len(ways))
    table = table.reshape(len(names), len(ways))
    table = table[table.sum(1) > 0][:, table.sum(0) > 0]
    rows, columns = table.shape
    if rows < 2 or columns < 2 or n < ENOUGH_CUSTOMERS:
        return Relation(*told)
    statistic = float(stats.chi2_contingency(table, correction=False).statistic)
    df, most = (rows - 1) * (columns - 1), n * (min(rows, columns) - 1)
    low, high = _noncentral(statistic, df)
    size = min(1.0, float(np.sqrt(max(0.0, statistic - df) / most)))
    return Relation(
        *told,
        statistic=statistic,
        p=float(stats.chi2.sf(statistic, df)),
        size=size,
        low=min(size, float(np.sqrt(low / most))),
        high=min(1.0, max(size, float(np.sqrt(high / most)))),
    )


def _noncentral(statistic: float, df: int) -> tuple[float, float]:
    """The interval of the noncentrality behind a chi-square: Steiger & Fouladi (1997)."""
    tail = (1 - LEVEL) / 2

    def solve(share: float) -> float:
        if stats.chi2.cdf(statistic, df) <= share:
            return 0.0
        high = statistic + 10 * np.sqrt(statistic + df) + 10

        def gap(noncentrality: float) -> float:
            return float(stats.ncx2.cdf(statistic, df, noncentrality)) - share

        return float(optimize.brentq(gap, 1e-9, high)) if gap(1e-9) > 0 else 0.0

    return solve(1 - tail), solve(tail)


def with_verdicts(found: Sequence[Relation]) -> list[Relation]:
    """The relations with p values corrected for all of them, and what to make of each."""
    tested = [relation for relation in found if relation.p is not None]
    adjusted = dict(
        zip(
            map(id, tested),
            benjamini_hochberg([relation.p or 0.0 for relation in tested]),
            strict=True,
        )
    )
    return [
        Relation(**{**vars(one), "p_adjusted": adjusted[id(one)], "verdict": _verdict(one, p)})
        if (p := adjusted.get(id(one))) is not None
        else one
        for one in found
    ]


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """p values corrected for their number: Benjamini & Hochberg (1995), JRSS B 57."""
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    lowest = np.minimum.accumulate(scaled[::-1])[::-1]
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(1.0, lowest)
    return [float(value) for value in adjusted]


def _verdict(relation: Relation, p_adjusted: float) -> str:
    size = relation.size or 0.0
    if p_adjusted >= SURE or size < WEAK_FROM[relation.effect]:
        return "none"
    return "clear" if size >= CLEAR_FROM[relation.effect] else "weak"


_RELATIONS = pa.schema(
    {
        "dimension": pa.string(),
        "measure": pa.string(),
        "test": pa.string(),
        "effect": pa.string(),
        "n": pa.int64(),
        "groups": pa.int64(),
        "statistic": pa.float64(),
        "p": pa.float64(),
        "p_adjusted": pa.float64(),
        "size": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "highest": pa.string(),
        "highest_median": pa.float64(),
        "lowest": pa.string(),
        "lowest_median": pa.float64(),
        "verdict": pa.string(),
    }
)
