"""Weights, calibration and groups learned from cases, and how they would have done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from regulars.insight.evaluation.probabilities import (
    CurvePoint,
    auc,
    brier,
    calibration_curve,
    calibration_error,
    wilson,
)
from regulars.insight.models.clusters.scaling import Scaling, fit_scaling, scaled
from regulars.insight.models.potential.cases import Cases, number_of

FOLDS = 5
GROUP_ENDS = (12.5, 25, 37.5, 50, 62.5, 75, 87.5, 95, 100)
LEVEL = 0.8
HIGH_POINT, HIGH_LIFT = 80, 1.5
STRENGTH = 0.3
FEWEST_GROWN = 30


@dataclass(frozen=True)
class Group:
    """Customers with a score up to ``upto``: how many of the ``n`` grew, with the interval."""

    upto: float
    grew: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class GrowthTest:
    """How the model would have done on the latest past date, learned from earlier ones alone.

    ``auc_of_spend`` is that of ranking by what they spend today; ``lift`` the share that grew
    among the highest fifth of the scores over that of all ``n`` who spent little.
    """

    tested_on: date
    n: int
    observed: float
    predicted: float
    auc: float | None
    auc_of_spend: float | None
    brier: float
    brier_of_share: float
    calibration_error: float
    lift: float | None
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class Learned:
    """What the cases taught: ``weights`` belong to ``scalings``; slope and shift calibrate.

    ``share`` of the cases grew; potential is high from ``high_from`` on.
    """

    n: int
    share: float
    scalings: tuple[Scaling, ...]
    weights: tuple[float, ...]
    intercept: float
    slope: float
    shift: float
    high_from: float
    groups: tuple[Group, ...]

    def chances(self, columns: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Calibrated chance of each row, and the contributions to its log odds, (n, features)."""
        points = scaled(self.scalings, dict(columns))
        parts = points * np.array(self.weights) * self.slope
        return _sigmoid(parts.sum(axis=1) + self.slope * self.intercept + self.shift), parts


def learn(cases: Cases, names: Sequence[str], seed: int) -> Learned:
    """The model of cases that all spend little, from the named columns."""
    scalings = [
        found
        for found in (fit_scaling(name, cases.columns[name]) for name in names)
        if found is not None
    ]
    points = scaled(scalings, dict(cases.columns))
    with threadpool_limits(1):
        unseen = _unseen(points, cases, seed)
        slope, shift = _platt(unseen, cases.grew)
        weights, intercept = _logistic(points, cases.grew)
    chance = _sigmoid(slope * unseen + shift)
    share = float(cases.grew.mean())
    return Learned(
        n=len(np.unique(cases.who)),
        share=share,
        scalings=tuple(scalings),
        weights=tuple(weights),
        intercept=intercept,
        slope=slope,
        shift=shift,
        high_from=max(float(np.percentile(chance, HIGH_POINT)), HIGH_LIFT * share),
        groups=_groups(chance, cases),
    )


def _logistic(points: np.ndarray, grew: np.ndarray) -> tuple[list[float], float]:
    if grew.all() or not grew.any():
        return [0.0] * points.shape[1], 0.0
    fitted = LogisticRegression(C=STRENGTH, max_iter=500).fit(points, grew)
    weights = [round(float(one), 6) for one in fitted.coef_[0]]
    return weights, round(float(fitted.intercept_[0]), 6)


def _unseen(points: np.ndarray, cases: Cases, seed: int) -> np.ndarray:
    """Log odds of each case from the other customers: a person is never in both parts."""
    people = int(cases.who.max()) + 1
    fold = np.random.default_rng(seed).permutation(people)[cases.who] % FOLDS
    odds = np.zeros(len(points))
    for one in range(FOLDS):
        weights, intercept = _logistic(points[fold != one], cases.grew[fold != one])
        odds[fold == one] = points[fold == one] @ np.array(weights) + intercept
    return odds


def _platt(odds: np.ndarray, grew: np.ndarray) -> tuple[float, float]:
    """Slope and shift that make the odds agree with what happened; never a falling slope."""
    if grew.all() or not grew.any():
        return 1.0, 0.0
    fitted = LogisticRegression(C=1e6, max_iter=500).fit(odds[:, None], grew)
    slope = float(fitted.coef_[0][0])
    if slope <= 0:
        share = float(grew.mean())
        return 0.0, round(float(np.log(share / (1 - share))), 6)
    return round(slope, 6), round(float(fitted.intercept_[0]), 6)


def _groups(chance: np.ndarray, cases: Cases) -> tuple[Group, ...]:
    """Groups of rising chance; n counts customers, not customers times dates."""
    ends = np.unique(np.percentile(chance, GROUP_ENDS))
    place = np.minimum(np.searchsorted(ends, chance), len(ends) - 1)
    found = []
    for one, end in enumerate(ends):
        here = place == one
        n = len(np.unique(cases.who[here]))
        if not n:
            continue
        grew = float(cases.grew[here].mean())
        low, high = wilson(grew, n, LEVEL)
        found.append(Group(round(float(end), 6), grew, low, high, n))
    return tuple(found)


def back_test(
    cases: Cases, windows: Sequence[date], horizon_days: int, names: Sequence[str], seed: int
) -> GrowthTest | None:
    """Learned from dates whose outcome was known by the latest, tested there; None without any."""
    latest, horizon = windows[0], timedelta(days=horizon_days)
    earlier = [number_of(day) for day in windows if day + horizon <= latest]
    past = cases.some(cases.little & np.isin(cases.at, earlier))
    test = cases.some(cases.little & (cases.at == number_of(latest)))
    if past.grew.sum() < FEWEST_GROWN or not len(test.grew):
        return None
    chance, _parts = learn(past, names, seed).chances(test.columns)
    yes, no = test.grew.astype(float), 1.0 - test.grew
    share = float(test.grew.mean())
    top = chance >= np.percentile(chance, HIGH_POINT)
    return GrowthTest(
        tested_on=latest,
        n=len(chance),
        observed=share,
        predicted=float(chance.mean()),
        auc=auc(chance, yes, no),
        auc_of_spend=auc(test.columns[f"spend_{horizon_days}d"], yes, no),
        brier=brier(chance, yes, no),
        brier_of_share=brier(np.full(len(chance), float(past.grew.mean())), yes, no),
        calibration_error=_grouped_error(chance, yes, no),
        lift=float(test.grew[top].mean()) / share if share else None,
        curve=calibration_curve(chance, yes, no),
    )


def _grouped_error(chance: np.ndarray, yes: np.ndarray, no: np.ndarray) -> float:
    """Every chance is its own; the gap is told over tenths of the customers."""
    ends = np.unique(np.percentile(chance, np.arange(10, 101, 10)))
    place = np.minimum(np.searchsorted(ends, chance), len(ends) - 1)
    mean = np.bincount(place, chance) / np.maximum(np.bincount(place), 1)
    return calibration_error(mean[place], yes, no)


def _sigmoid(odds: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-odds)))
