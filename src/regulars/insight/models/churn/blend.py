"""Members stacked into one calibrated chance.

    log-odds = a + Σ w_m × (log-odds of member m),  w_m ≥ 0

fitted by likelihood on cases the members had not seen (Wolpert 1992, "Stacked generalization";
non-negative weights as in Breiman 1996, "Stacked regressions"). Together with a this is Platt's
scaling of the blend. A ridge pulls the weights towards equal ones: with few cases the members
count alike, and where they say nearly the same, none of them gets a wild weight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from regulars.insight.models.churn.columns import Floats

PULL = 500.0
"""The ridge weighs as so many cases."""


@dataclass(frozen=True)
class Blend:
    """Intercept and the weight of each member."""

    intercept: float
    weights: tuple[float, ...]

    def log_odds(self, members: Floats) -> Floats:
        """Blended log-odds; ``members`` has one column per member."""
        return np.asarray(members @ np.array(self.weights) + self.intercept)

    def chance(self, members: Floats) -> Floats:
        """The same as a chance from 0 to 1."""
        return sigmoid(self.log_odds(members))

    def moved_to(self, members: Floats, outcome: Floats) -> Blend:
        """The same weights with the intercept at which the mean chance is the mean outcome."""
        told = members @ np.array(self.weights)
        return Blend(intercept_for(told, float(outcome.mean())), self.weights)

    def shifted(self, log_odds: float) -> Blend:
        """The same with so much added for everyone."""
        return Blend(self.intercept + log_odds, self.weights)


def intercept_for(log_odds: Floats, share: float) -> float:
    """What must be added to log-odds for their mean chance to be ``share``, from −10 to 10."""
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        if sigmoid(log_odds + middle).mean() < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def learn(members: Floats, outcome: Floats) -> Blend:
    """Weights and intercept for members' log-odds on cases they had not seen."""
    count = members.shape[1]
    equal = np.full(count, 1.0 / count)

    def cost(point: Floats) -> tuple[float, Floats]:
        told = members @ point[1:] + point[0]
        missed = sigmoid(told) - outcome
        off = point[1:] - equal
        value = np.logaddexp(0.0, told) - outcome * told
        slope = np.concatenate([[missed.sum()], members.T @ missed + PULL * off])
        return float(value.sum() + PULL / 2 * off @ off), slope

    found = minimize(
        cost,
        np.concatenate([[0.0], equal]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-10.0, 10.0)] + [(0.0, 3.0)] * count,
    )
    return Blend(float(found.x[0]), tuple(float(one) for one in found.x[1:]))


def sigmoid(log_odds: Floats) -> Floats:
    """1 / (1 + e^−x), without overflow."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -35.0, 35.0))))
