"""Logistic regression on logarithms, with a ridge: exact contributions and no surprises.

Every column becomes sign(v) × log(1 + |v|), standardised; empty cells take the middle and, where
they are not rare, a column of their own says so. Fitted by Newton's method (iteratively reweighted
least squares); the ridge weighs as ``RIDGE`` cases per coefficient, the intercept goes free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.insight.models.churn.columns import Floats

RIDGE = 10.0
RARE = 0.01
STEPS = 30
SMALL_STEP = 1e-7
FAR = 8.0
"""Standardised values are held within so many deviations: no one case pulls a score away."""


@dataclass(frozen=True)
class Logistic:
    """Coefficients on standardised columns; ``marked`` are the columns with a sign for empty."""

    middle: tuple[float, ...]
    centre: tuple[float, ...]
    spread: tuple[float, ...]
    marked: tuple[int, ...]
    coefficients: tuple[float, ...]
    intercept: float

    @classmethod
    def of(cls, data: dict[str, Any]) -> Logistic:
        """From its JSON form."""
        lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
        return cls(**{**data, **lists})

    def design(self, values: Floats) -> Floats:
        """The standardised columns, then a sign for each of ``marked``."""
        scaled, empty = self._scaled(values)
        return np.asarray(np.column_stack([scaled, empty[:, list(self.marked)].astype(float)]))

    def _scaled(self, values: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """The standardised columns and which cells were empty; in place, for millions of rows."""
        scaled = _logs(values)
        empty = np.isnan(scaled)
        scaled -= np.array(self.centre)
        scaled *= 1.0 / np.array(self.spread)
        usual = (np.array(self.middle) - np.array(self.centre)) / np.array(self.spread)
        np.copyto(scaled, usual, where=empty)
        np.clip(scaled, -FAR, FAR, out=scaled)
        return scaled, empty

    def parts(self, values: Floats) -> Floats:
        """The contribution of every column to the log-odds, around the middle of those learned."""
        told = self.design(values) * np.array(self.coefficients)
        width = values.shape[1]
        parts = told[:, :width].copy()
        for place, column in enumerate(self.marked):
            parts[:, column] += told[:, width + place]
        return np.asarray(parts)

    def log_odds(self, values: Floats) -> Floats:
        """Log-odds of each row."""
        scaled, empty = self._scaled(values)
        own, marks = np.split(np.array(self.coefficients), [values.shape[1]])
        told = scaled @ own + self.intercept
        return np.asarray(told + empty[:, list(self.marked)] @ marks)


def learn(values: Floats, outcome: Floats) -> Logistic:
    """Fit on one row per case; ``outcome`` is 1 or 0."""
    logs = _logs(values)
    empty = np.isnan(logs)
    middle = np.array([float(np.nanmedian(c)) if (~np.isnan(c)).any() else 0.0 for c in logs.T])
    filled = np.where(empty, middle, logs)
    centre, spread = filled.mean(axis=0), filled.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    share = empty.mean(axis=0)
    marked = tuple(int(place) for place in np.flatnonzero((share > RARE) & (share < 1 - RARE)))
    blank = Logistic(
        tuple(middle.tolist()), tuple(centre.tolist()), tuple(spread.tolist()), marked, (), 0.0
    )
    found = _newton(np.column_stack([blank.design(values), np.ones(len(values))]), outcome)
    return Logistic(
        blank.middle,
        blank.centre,
        blank.spread,
        marked,
        tuple(found[:-1].tolist()),
        float(found[-1]),
    )


def _logs(values: Floats) -> Floats:
    logs = np.abs(values)
    np.log1p(logs, out=logs)
    return np.copysign(logs, values, out=logs)


def _newton(design: Floats, outcome: Floats) -> Floats:
    """Coefficients with a ridge on all but the last column."""
    ridge = np.full(design.shape[1], RIDGE)
    ridge[-1] = 1e-6
    found = np.zeros(design.shape[1])
    for _ in range(STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ found, -30.0, 30.0)))
        weight = np.maximum(p * (1.0 - p), 1e-6)
        slope = design.T @ (outcome - p) - ridge * found
        bend = (design * weight[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        longest = float(np.abs(step).max())
        found = found + step * min(1.0, 2.0 / longest) if longest > 0 else found
        if longest < SMALL_STEP:
            break
    return found
