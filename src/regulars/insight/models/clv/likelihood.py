"""Fits a family to purchase histories: the most likely parameters, held in place by a weak prior.

The prior is a normal on the log of each parameter around what is usual for shops, wide enough
(a standard deviation of 1.5: a factor of 20 either way within two) that a thousand customers do not
feel it, and enough that two hundred whose history cannot tell the parameters apart get sane ones.
It weighs as one observation of each parameter, however many customers there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from regulars.insight.models.clv.families import FAMILIES, Family, Floats, Histories

PRIOR_SPREAD = 1.5
LOG_BOUNDS = (-9.0, 12.0)


@dataclass(frozen=True)
class FamilyFit:
    """A fitted family: code, parameters in the order of its names, log-likelihood, customers."""

    code: str
    parameters: tuple[float, ...]
    log_likelihood: float
    n: int

    @property
    def family(self) -> Family:
        return FAMILIES[self.code]

    @property
    def values(self) -> Floats:
        return np.array(self.parameters)

    def alive(self, h: Histories) -> Floats:
        return self.family.alive(self.values, h)

    def ahead(self, h: Histories, weeks: float) -> Floats:
        return self.family.ahead(self.values, h, weeks)


def fit_family(code: str, h: Histories, *, prior: bool = True) -> FamilyFit:
    """Maximum likelihood (``prior=False``) or the mode under the weak prior.

    Nelder–Mead is not needed: on log-parameters, with the mean log-likelihood as the objective,
    L-BFGS-B from two starts finds the same place.
    """
    family = FAMILIES[code]
    starts = family.starts(h)
    centre = np.log(starts[0])
    customers = h.customers

    def cost(logs: Floats) -> float:
        value = float(family.log_likelihood(np.exp(logs), h) @ h.n)
        if prior:
            value -= float(((logs - centre) ** 2).sum()) / (2 * PRIOR_SPREAD**2)
        return -value / customers if np.isfinite(value) else 1e10

    # Vectors of four: threads of the linear algebra only wait for each other.
    with threadpool_limits(limits=1):
        found = [
            minimize(
                cost,
                np.log(start),
                method="L-BFGS-B",
                bounds=[LOG_BOUNDS] * len(start),
                options={"maxiter": 200, "ftol": 1e-10},
            )
            for start in starts
        ]
    best = min(found, key=lambda one: round(float(one.fun), 9))
    parameters = np.exp(best.x)
    likelihood = float(family.log_likelihood(parameters, h) @ h.n) + family.of_gaps(h.log_gaps)
    return FamilyFit(code, tuple(float(one) for one in parameters), likelihood, round(customers))
