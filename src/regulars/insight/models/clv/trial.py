"""The back-test: members learned before earlier dates, judged by what happened after them.

Weights of the blend are chosen here, so its own figures come from halves of the customers: what is
said about one half is weighted by what was best for the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from regulars.insight.models.clv.bands import Band, coverage, learn_band
from regulars.insight.models.clv.blend import best_weights, blended
from regulars.insight.models.clv.families import Floats
from regulars.insight.models.clv.learning import Source, learn, purchases, spend, stacked
from regulars.insight.models.clv.members import Period

SECOND_TEST_FROM = 2.5
"""Horizons of past from which a second, earlier date is tested too."""
TOP_SHARE = 0.1
SIMPLE = "mbg_nbd"
"""Stands alone where there are too few cases to weigh members."""


@dataclass(frozen=True)
class Measures:
    """How far off predictions were, in the unit of the outcome.

    total: sum of predictions over sum of outcomes, minus 1; top: share of the real top tenth that
    is in the predicted top tenth.
    """

    mae: float
    rmse: float
    total: float | None
    top: float


@dataclass(frozen=True)
class Judged:
    """Measures of the blend and of every member, the interval's coverage, the blend's weights.

    covered: share of outcomes inside the interval; covered_open: of those whose interval is not 0
    to 0. top is the same as in ``Measures``.
    """

    blend: Measures
    members: Mapping[str, Measures]
    covered: float
    covered_open: float | None
    weights: Mapping[str, float]

    @classmethod
    def of(cls, data: dict[str, Any]) -> Judged:
        members = {code: Measures(**one) for code, one in data["members"].items()}
        return cls(**{**data, "blend": Measures(**data["blend"]), "members": members})


@dataclass(frozen=True)
class Trial:
    """Back-test on ``tested_on`` over ``horizon_days``; n cases (customers times dates)."""

    tested_on: tuple[date, ...]
    horizon_days: int
    n: int
    purchases: Judged
    spend: Judged

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Trial:
        dates = tuple(date.fromisoformat(str(day)) for day in data["tested_on"])
        purchases, spend = Judged.of(data["purchases"]), Judged.of(data["spend"])
        return cls(**{**data, "tested_on": dates, "purchases": purchases, "spend": spend})


@dataclass(frozen=True)
class Outcome:
    """A trial and the intervals learned from it."""

    trial: Trial
    purchase_band: Band
    spend_band: Band


def test_dates(source: Source, as_of: date) -> tuple[date, ...]:
    """Dates whose outcome is known by ``as_of``, the latest first."""
    dates = [as_of - timedelta(days=source.tested)]
    if source.known(as_of) >= SECOND_TEST_FROM * source.tested:
        dates.append(as_of - timedelta(days=round(1.5 * source.tested)))
    return tuple(dates)


def attempt(
    source: Source, as_of: date, *, seed: int, level: float, member: str | None = None
) -> Outcome:
    """Learn before each test date, compare with what followed, choose weights and intervals.

    Args:
        member: take this one alone instead of a blend.
    """
    dates = test_dates(source, as_of)
    told, columns, learned = [], [], []
    for at in dates:
        period = Period(source.tested, source.tested, source.known(at))
        known = source.seen([at], source.tested)
        learned.append((learn(source, at, seed, now=known), period))
        told.append(purchases(learned[-1][0], known, period))
        columns.append(known)
    count = np.concatenate([known["purchase_days"] for known in columns])
    bought = np.concatenate([known["bought_days"] for known in columns])
    paid = np.concatenate([known["paid"] for known in columns])
    members = stacked(told)
    judged, band, expected = _judge(members, bought, count, level, whole=True, member=member)
    parts = np.split(expected, np.cumsum([len(known["paid"]) for known in columns])[:-1])
    amounts = stacked(
        [
            spend(fit, part, known, period)
            for (fit, period), part, known in zip(learned, parts, columns, strict=True)
        ]
    )
    judged_spend, spend_band, _ = _judge(amounts, paid, count, level, whole=False)
    trial = Trial(dates, source.tested, len(count), judged, judged_spend)
    return Outcome(trial, band, spend_band)


def _judge(
    members: Mapping[str, Floats],
    outcome: Floats,
    count: Floats,
    level: float,
    *,
    whole: bool,
    member: str | None = None,
) -> tuple[Judged, Band, Floats]:
    expected = np.zeros_like(outcome)
    half = np.arange(len(outcome)) % 2 == 0
    bounds = np.zeros((2, len(outcome)))
    for part in (half, ~half):
        others = {code: said[~part] for code, said in members.items()}
        weights = _weights(others, outcome[~part], count[~part], member)
        expected[part] = blended({c: m[part] for c, m in members.items()}, weights)
    for part in (half, ~half):
        learned = learn_band(expected[~part], outcome[~part], level=level, whole=whole)
        bounds[0][part], bounds[1][part] = learned.bounds(expected[part])
    weights = _weights(members, outcome, count, member)
    told = blended(members, weights)
    covered, covered_open = coverage(bounds[0], bounds[1], outcome)
    judged = Judged(
        blend=measure(expected, outcome),
        members={code: measure(said, outcome) for code, said in members.items()},
        covered=covered,
        covered_open=covered_open,
        weights=weights,
    )
    return judged, learn_band(told, outcome, level=level, whole=whole), told


def _weights(
    members: Mapping[str, Floats], outcome: Floats, count: Floats, member: str | None
) -> Mapping[str, float]:
    if member is not None:
        return {member: 1.0}
    simple = SIMPLE if SIMPLE in members else next(iter(members))
    return best_weights(members, outcome, count) or {simple: 1.0}


def measure(expected: Floats, outcome: Floats) -> Measures:
    """The measures of predictions."""
    off, sums = expected - outcome, float(outcome.sum())
    return Measures(
        mae=float(np.abs(off).mean()),
        rmse=float(np.sqrt((off**2).mean())),
        total=float(expected.sum()) / sums - 1.0 if sums > 0 else None,
        top=_top(expected, outcome),
    )


def _top(expected: Floats, outcome: Floats) -> float:
    take = max(round(TOP_SHARE * len(outcome)), 1)
    real = np.argsort(-outcome, kind="stable")[:take]
    said = np.argsort(-expected, kind="stable")[:take]
    return float(np.isin(real, said).mean())


def relative_total_error(outcomes: Sequence[Judged]) -> float:
    """How far totals may be off altogether, as a share: that of the back-test, at least 5%."""
    seen = [abs(one.blend.total) for one in outcomes if one.blend.total is not None]
    return max([0.05, *seen])
