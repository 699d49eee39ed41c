"""How the warning would have done: learned before a date, judged on what came after it.

The latest past date is held back. Members learn from the cases whose horizon was over by then. The
weights of the blend are learned on one half of the customers, on that date and on those before it
whose horizon was not over, and judged on the other half on that date, and the other way round: no
customer judges what they taught. Where records are too short for two dates,
customers are held back instead of a date, and ``by`` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from regulars.insight.evaluation.probabilities import (
    CurvePoint,
    auc,
    brier,
    calibration_curve,
    wilson,
)
from regulars.insight.evaluation.ranking import average_precision, lift
from regulars.insight.models.churn import process
from regulars.insight.models.churn.blend import Blend, sigmoid
from regulars.insight.models.churn.blend import learn as learn_blend
from regulars.insight.models.churn.columns import Floats
from regulars.insight.models.churn.members import NAMES, Members

GROUPS = 10


@dataclass(frozen=True)
class Scores:
    """How one way to tell did.

    auc and average_precision rank the customers, lift is that of the tenth with the highest
    score; brier and calibration_error (mean gap of predicted and observed share over ten groups of
    equal size) judge chances and are None for mere ranks.
    """

    name: str
    auc: float | None
    average_precision: float | None
    lift: float | None
    brier: float | None
    calibration_error: float | None


@dataclass(frozen=True)
class Group:
    """Held-back cases with near predictions: from which one on, means, interval of the observed."""

    start: float
    predicted: float
    observed: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class BackTest:
    """``scores`` starts with the blend, then its members and the plain ways beside it."""

    by: str
    tested_on: date
    fitted_on: tuple[date, ...]
    n: int
    observed: float
    predicted: float
    scores: tuple[Scores, ...]
    curve: tuple[CurvePoint, ...]

    @classmethod
    def of(cls, data: dict[str, Any]) -> BackTest:
        """From its JSON form."""
        return cls(
            **{
                **data,
                "tested_on": date.fromisoformat(data["tested_on"]),
                "fitted_on": tuple(date.fromisoformat(day) for day in data["fitted_on"]),
                "scores": tuple(Scores(**one) for one in data["scores"]),
                "curve": tuple(CurvePoint(**point) for point in data["curve"]),
            }
        )


def judge(name: str, score: Floats, outcome: Floats, *, chance: bool) -> Scores:
    """The measures of one score on held-back cases; ``outcome`` is 1 for who stayed away."""
    curve = calibration_curve(score, outcome, 1 - outcome, groups=GROUPS) if chance else ()
    gaps = sum(abs(point.predicted - point.observed) * point.n for point in curve)
    return Scores(
        name=name,
        auc=auc(score, outcome, 1 - outcome),
        average_precision=average_precision(score, outcome),
        lift=lift(score, outcome),
        brier=brier(score, outcome, 1 - outcome) if chance else None,
        calibration_error=gaps / len(score) if chance else None,
    )


def crossed(told: Floats, outcome: Floats, half: Floats) -> Floats:
    """Chances of held-back cases by weights learned on the other half of them."""
    chances = np.empty(len(outcome))
    for side in (0, 1):
        own, other = half == side, half != side
        source = other if outcome[other].min() < outcome[other].max() else np.ones_like(own)
        chances[own] = learn_blend(told[source], outcome[source]).chance(told[own])
    return chances


def compared(
    members: Members, told: Floats, columns: Mapping[str, Floats], outcome: Floats, chances: Floats
) -> tuple[Scores, ...]:
    """The blend beside its members and beside what one would do without it."""
    single = [
        judge(name, sigmoid(told[:, place]), outcome, chance=True)
        for place, name in enumerate(NAMES[: told.shape[1]])
    ]
    return (
        judge("blend", chances, outcome, chance=True),
        *single,
        judge("not_alive", 1 - process.alive(members.process, columns), outcome, chance=True),
        judge("recency", columns["recency_days"], outcome, chance=False),
        judge("share", np.full(len(outcome), float(outcome.mean())), outcome, chance=True),
    )


def groups_of(chances: Floats, outcome: Floats, level: float) -> tuple[Group, ...]:
    """Ten groups of rising predictions with the Wilson interval of what was observed."""
    curve = calibration_curve(chances, outcome, 1 - outcome, groups=GROUPS)
    order = np.sort(chances)
    starts = np.concatenate([[0], np.cumsum([point.n for point in curve])[:-1]])
    found = []
    for start, point in zip(starts, curve, strict=True):
        low, high = wilson(point.observed, point.n, level)
        begin = 0.0 if not start else float(order[int(start)])
        found.append(Group(begin, point.predicted, point.observed, low, high, point.n))
    return tuple(found)


__all__ = ["BackTest", "Blend", "Group", "Scores", "compared", "crossed", "groups_of", "judge"]
