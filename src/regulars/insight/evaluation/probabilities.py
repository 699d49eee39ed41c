"""Measures of predicted probabilities, from counted cases.

Every function takes three arrays of the same length: the predicted value, and how many cases with
that prediction turned out positive and negative. Counting first keeps millions of cases small.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np


def brier(predicted: np.ndarray, positive: np.ndarray, negative: np.ndarray) -> float:
    """Mean squared error of the probability: 0 is perfect. Brier (1950)."""
    wrong = positive * (1 - predicted) ** 2 + negative * predicted**2
    return float(wrong.sum() / (positive.sum() + negative.sum()))


def calibration_error(predicted: np.ndarray, positive: np.ndarray, negative: np.ndarray) -> float:
    """Mean absolute gap between predicted and observed share, over the distinct predictions."""
    values, index = np.unique(predicted, return_inverse=True)
    hits = np.bincount(index, positive, len(values))
    cases = hits + np.bincount(index, negative, len(values))
    return float(np.abs(values * cases - hits).sum() / cases.sum())


@dataclass(frozen=True)
class CurvePoint:
    """A group of n cases with near predictions: their mean prediction and what was observed."""

    predicted: float
    observed: float
    n: int


def calibration_curve(
    predicted: np.ndarray, positive: np.ndarray, negative: np.ndarray, *, groups: int = 8
) -> tuple[CurvePoint, ...]:
    """At most so many groups of rising predictions with about equally many cases.

    Cases with the same prediction stay together, so there may be fewer groups.
    """
    values, index = np.unique(predicted, return_inverse=True)
    hits = np.bincount(index, positive, len(values))
    cases = hits + np.bincount(index, negative, len(values))
    middle = np.cumsum(cases) - cases / 2
    group = np.minimum((middle * groups / cases.sum()).astype(int), groups - 1)
    points = []
    for one in np.unique(group[cases > 0]):
        chosen = group == one
        n = cases[chosen].sum()
        points.append(
            CurvePoint(
                predicted=float((values[chosen] * cases[chosen]).sum() / n),
                observed=float(hits[chosen].sum() / n),
                n=int(n),
            )
        )
    return tuple(points)


def auc(predicted: np.ndarray, positive: np.ndarray, negative: np.ndarray) -> float | None:
    """Chance that a positive case is ranked above a negative one, ties counting half.

    None when all cases turned out the same. Mann & Whitney (1947).
    """
    values, index = np.unique(predicted, return_inverse=True)
    hits = np.bincount(index, positive, len(values))
    misses = np.bincount(index, negative, len(values))
    pairs = hits.sum() * misses.sum()
    if not pairs:
        return None
    below = np.cumsum(misses) - misses
    return float((hits * (below + misses / 2)).sum() / pairs)


def wilson(share: float, n: int, level: float) -> tuple[float, float]:
    """Interval of an observed share of n independent cases. Wilson (1927), JASA 22."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))
