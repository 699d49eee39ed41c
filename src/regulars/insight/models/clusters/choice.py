"""How many clusters: what comes out again from other customers of the same shop, and stands apart.

For every k, k-means is fitted to the customers and to bootstrap samples of them. ``stability`` is
the mean adjusted Rand index (Hubert & Arabie 1985) between the two partitions of the same people,
``jaccard`` how much of each cluster is found again (Hennig 2007, Computational Statistics & Data
Analysis 52): from 0.75 on a cluster is stable. ``silhouette`` (Rousseeuw 1987) is how much nearer
people are to their own cluster than to the next.

Taken is the largest k of which every cluster is stable and whose silhouette is within 0.05 of the
best: as many groups as the shop really shows, not fewer. Where no k passes, the highest stability
× silhouette is taken. The k of an earlier run stays as long as it passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from threadpoolctl import threadpool_limits

FEWEST, MOST = 3, 8
PER_CLUSTER = 15
"""So many customers a cluster must be able to have."""

BOOTSTRAPS = 10
FOUND_AGAIN = 0.75
APART = 0.05

JUDGED_ON = 3_000
SILHOUETTE_ON = 1_500
STRUCTURE = 0.25
"""Below this silhouette clusters are slices of a continuum: Kaufman & Rousseeuw (1990)."""


@dataclass(frozen=True)
class Candidate:
    """One k: both measures, the Jaccard of each cluster, and the centres it was judged with."""

    k: int
    stability: float
    silhouette: float
    jaccard: tuple[float, ...]

    @property
    def merit(self) -> float:
        return max(self.stability, 0.0) * max(self.silhouette, 0.0)

    @property
    def found_again(self) -> bool:
        return min(self.jaccard) >= FOUND_AGAIN


def judge(points: np.ndarray, seed: int) -> list[tuple[Candidate, np.ndarray]]:
    """Every k that so many customers allow, with its centres in the same order as ``jaccard``."""
    random = np.random.default_rng(seed)
    some = _some(points, JUDGED_ON, random)
    shown = _some(np.arange(len(some)), SILHOUETTE_ON, random)
    draws = [random.integers(len(some), size=len(some)) for _ in range(BOOTSTRAPS)]
    most = max(FEWEST, min(MOST, len(points) // PER_CLUSTER))
    with threadpool_limits(1):
        return [_judged(some, shown, draws, k, seed) for k in range(FEWEST, most + 1)]


def chosen(candidates: Sequence[Candidate], earlier: int | None = None) -> Candidate:
    """The number of clusters to take; ``earlier`` is that of the run before."""
    widest = max(one.silhouette for one in candidates)
    passing = [
        one
        for one in candidates
        if one.found_again and one.silhouette >= widest - APART and one.silhouette > 0
    ]
    if not passing:
        return max(candidates, key=lambda one: (one.merit, -one.k))
    kept = [one for one in passing if one.k == earlier]
    return kept[0] if kept else max(passing, key=lambda one: one.k)


def settle(points: np.ndarray, centres: np.ndarray, seed: int) -> np.ndarray:
    """The centres moved to where all points want them, in the same order."""
    with threadpool_limits(1):
        fitted = KMeans(len(centres), init=centres, n_init=1, random_state=seed).fit(points)
    return np.asarray(fitted.cluster_centers_)


def nearest(points: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index of the nearest centre, and how sure: 1 − distance to it / distance to the second."""
    apart = np.sqrt(((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2))
    two = np.partition(apart, 1, axis=1)[:, :2]
    sure = 1 - two[:, 0] / np.where(two[:, 1] > 0, two[:, 1], 1)
    return apart.argmin(axis=1), sure


def _judged(
    some: np.ndarray, shown: np.ndarray, draws: list[np.ndarray], k: int, seed: int
) -> tuple[Candidate, np.ndarray]:
    reference = KMeans(k, n_init=5, random_state=seed).fit(some)
    labels = reference.labels_
    agreement, overlap = [], []
    for draw in draws:
        again = KMeans(k, n_init=2, random_state=seed).fit(some[draw]).predict(some)
        agreement.append(adjusted_rand_score(labels, again))
        overlap.append(jaccard(labels, again, k, k).max(axis=1))
    candidate = Candidate(
        k=k,
        stability=round(float(np.mean(agreement)), 4),
        silhouette=round(_silhouette(some[shown], labels[shown]), 4),
        jaccard=tuple(round(float(one), 4) for one in np.mean(overlap, axis=0)),
    )
    return candidate, np.asarray(reference.cluster_centers_)


def _silhouette(points: np.ndarray, labels: np.ndarray) -> float:
    parts = len(np.unique(labels))
    return float(silhouette_score(points, labels)) if 1 < parts < len(points) else 0.0


def jaccard(one: np.ndarray, other: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """People in both clusters / people in either, for every pair: a rows × columns matrix."""
    both = np.bincount(one * columns + other, minlength=rows * columns).reshape(rows, columns)
    either = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    return np.asarray(both / np.maximum(either, 1))


def _some(rows: np.ndarray, most: int, random: np.random.Generator) -> np.ndarray:
    if len(rows) <= most:
        return rows
    return rows[np.sort(random.choice(len(rows), most, replace=False))]
