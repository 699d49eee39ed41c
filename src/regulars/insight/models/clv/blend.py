"""A blend of members: weights that would have been best on dates whose outcome is known.

Weights are never negative. They make the mean absolute error smallest under two conditions that
keep the blend honest, because that error alone rewards telling everybody the median, which for
most shops is nothing: the total is right to 3%, and the totals of those who bought once, twice and
more often to a half each. It is a linear programme (Koenker & Bassett 1978, Econometrica 46(1),
for the criterion), solved exactly.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, eye, hstack

from regulars.insight.models.clv.families import Floats

MOST_CASES = 4000
TOTAL_OFF = 0.03
GROUP_OFF = (0.5, 1.0)
"""How far the total of a group may be off: the first that has a solution."""
WEIGHT_SUM = (0.6, 1.25)
FEWEST_IN_GROUP = 30
FEWEST_CASES = 200

Members = Mapping[str, Floats]


def groups_of(purchase_days: Floats) -> list[NDArray[np.bool_]]:
    """Who bought on one day, on two, on more; without groups too small to tell."""
    parts = (purchase_days <= 1, purchase_days == 2, purchase_days >= 3)
    return [part for part in parts if part.sum() >= FEWEST_IN_GROUP]


def best_weights(
    members: Members, outcome: Floats, purchase_days: Floats, lasting: float = 1.0
) -> dict[str, float]:
    """Weight by member, without those of no weight; none at all from fewer than 200 cases.

    Args:
        members: predictions by member, one per case.
        outcome: what happened.
        purchase_days: of each case on its date, to group by.
        lasting: the totals to meet, as a share of what happened (see ``trial.lasting``).
    """
    codes = list(members)
    if len(outcome) < FEWEST_CASES:
        return {}
    told = np.column_stack([members[code] for code in codes])
    scale = max(float(np.abs(outcome).mean()), 1e-9)
    told, target = told / scale, outcome / scale
    groups = groups_of(purchase_days)
    for allowed in GROUP_OFF:
        weights = _solve(told, target, groups, allowed, lasting)
        if weights is not None:
            return {c: round(float(w), 4) for c, w in zip(codes, weights, strict=True) if w > 5e-3}
    return {}


def _solve(
    told: Floats,
    target: Floats,
    groups: list[NDArray[np.bool_]],
    allowed: float,
    lasting: float,
) -> Floats | None:
    limits, bounds = _conditions(told, target * lasting, groups, allowed)
    chosen = np.linspace(0, len(target) - 1, min(MOST_CASES, len(target))).astype(int)
    told, target = told[chosen], target[chosen]
    n, m = told.shape
    cost = np.concatenate([np.zeros(m), np.full(2 * n, 1.0 / n)])
    equal = hstack([csr_matrix(told), eye(n), -eye(n)]).tocsc()
    rest = np.zeros((len(limits), 2 * n))
    found = linprog(
        cost,
        A_eq=equal,
        b_eq=target,
        A_ub=csr_matrix(np.hstack([limits, rest])),
        b_ub=bounds,
        bounds=(0, None),
        method="highs",
    )
    return np.asarray(found.x[:m]) if found.status == 0 else None


def _conditions(
    told: Floats, target: Floats, groups: list[NDArray[np.bool_]], allowed: float
) -> tuple[Floats, Floats]:
    """Rows and right sides of: this much of each total at least, at most; sum of weights."""
    everyone = np.ones(len(target), dtype=bool)
    rows, sides = [], []
    for part, off in [(everyone, TOTAL_OFF), *((group, allowed) for group in groups)]:
        total, actual = told[part].sum(axis=0), float(target[part].sum())
        rows += [-total, total]
        sides += [-(1 - off) * actual, (1 + off) * actual]
    ones = np.ones(told.shape[1])
    rows += [-ones, ones]
    sides += [-WEIGHT_SUM[0], WEIGHT_SUM[1]]
    return np.array(rows), np.array(sides)


def blended(members: Members, weights: Mapping[str, float]) -> Floats:
    """The weighted sum; members that are not there count nothing."""
    return np.asarray(sum(weights[code] * members[code] for code in weights), dtype=float)
