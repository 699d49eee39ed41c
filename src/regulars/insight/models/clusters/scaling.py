"""What a skewed feature becomes before distances are taken: declared, stored, the same later.

Shop data lean: most customers came twice, a few a hundred times. Each feature is winsorised (ends
beyond the 1% and 99% points pulled in), bent by the Yeo-Johnson power that makes it most like a
bell (Yeo & Johnson 2000, Biometrika 87(4)), centred on its median, divided by its spread and held
within ``FARTHEST``. Features that tell the same share one vote: each is weighted by
1 / √Σ r², the sum over its squared correlations with all features, itself included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

POWERS = tuple(quarter / 4 for quarter in range(-4, 9))
"""Only quarters, so that a month's new customers do not change the shape: 0 is the logarithm,
0.5 about a root, 1 leaves the values as they are."""

ENDS = (1.0, 99.0)
KNOWN_SHARE = 0.5
"""A feature known of fewer buyers than this says too little about the shop."""

NORMAL_QUARTILES = 1.349
FARTHEST = 3.0
DIGITS = 6


@dataclass(frozen=True)
class Scaling:
    """How one feature is scaled. ``fill`` stands in for an unknown value: the shop's median."""

    feature: str
    low: float
    high: float
    fill: float
    power: float
    centre: float
    scale: float
    weight: float = 1.0

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Scaled values of the same shape, none unknown."""
        known = np.where(np.isnan(values), self.fill, values)
        bent = yeo_johnson(np.clip(known, self.low, self.high), self.power)
        held = np.clip((bent - self.centre) / self.scale, -FARTHEST, FARTHEST)
        return np.asarray(held * self.weight)


def fit_scaling(feature: str, values: np.ndarray) -> Scaling | None:
    """The scaling of a feature, NaN for unknown; None when it tells customers too little apart."""
    known = values[~np.isnan(values)]
    if len(known) < KNOWN_SHARE * len(values):
        return None
    low, high = (float(end) for end in np.percentile(known, ENDS))
    if low == high:
        return None
    fill = float(np.median(known))
    held = np.clip(known, low, high)
    power = max(POWERS, key=lambda one: (_likelihood(held, one), -abs(one - 1)))
    bent = yeo_johnson(np.clip(np.where(np.isnan(values), fill, values), low, high), power)
    quarter, centre, upper = (float(point) for point in np.percentile(bent, (25, 50, 75)))
    # Where most are zero the quartiles meet; half the standard deviation keeps the rest in sight.
    scale = max((upper - quarter) / NORMAL_QUARTILES, float(bent.std()) / 2)
    return Scaling(feature, low, high, fill, power, centre, scale)


def yeo_johnson(values: np.ndarray, power: float) -> np.ndarray:
    """The Yeo-Johnson transform, defined for values on both sides of zero."""
    above, below = np.maximum(values, 0), np.maximum(-values, 0)
    up = np.log1p(above) if power == 0 else ((above + 1) ** power - 1) / power
    mirrored = 2 - power
    down = np.log1p(below) if mirrored == 0 else ((below + 1) ** mirrored - 1) / mirrored
    return np.asarray(up - down)


def _likelihood(values: np.ndarray, power: float) -> float:
    """Profile log-likelihood of a power under a normal distribution, per value."""
    spread = float(yeo_johnson(values, power).var())
    stretch = float((np.sign(values) * np.log1p(np.abs(values))).mean())
    return -0.5 * float(np.log(spread)) + (power - 1) * stretch if spread > 0 else -np.inf


def scaled(scalings: Sequence[Scaling], columns: dict[str, np.ndarray]) -> np.ndarray:
    """Points of the common space: one row per customer, one column per scaling."""
    return np.column_stack([one(columns[one.feature]) for one in scalings])


def weighted(scalings: Sequence[Scaling], columns: dict[str, np.ndarray]) -> list[Scaling]:
    """The scalings with weights, so that features which say the same count once together."""
    if len(scalings) < 2:
        return list(scalings)
    alike = np.corrcoef(scaled(scalings, columns).T) ** 2
    weights = 1 / np.sqrt(alike.sum(axis=1))
    return [
        replace(one, weight=round(float(weight), DIGITS))
        for one, weight in zip(scalings, weights, strict=True)
    ]
