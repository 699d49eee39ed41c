"""The back-test: members learned before earlier dates, judged by what happened after them.

Weights of the blend are chosen here, so its own figures come from halves of the customers: what is
said about one half is weighted by what was best for the other. A customer stands in the same half
on every date, so nobody judges what they taught. Whether trees take part and the nominal
level of the intervals are chosen on all cases: the coverage told is near the level by that choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.insight.models.clv.bands import Band, coverage, learn_band
from regulars.insight.models.clv.blend import best_weights, blended
from regulars.insight.models.clv.families import Floats
from regulars.insight.models.clv.learning import Source, learn, purchases, spend, stacked
from regulars.insight.models.clv.members import TREES, Period
from regulars.insight.models.clv.spending import GAMMA_GAMMA, SPEND_TREES

Chosen = NDArray[np.bool_]

SECOND_TEST_FROM = 2.5
"""Horizons of past from which a second, earlier date is tested too."""
YEAR_DAYS = 365
TOP_SHARE = 0.1
LEAST_TOTAL_ERROR = 0.05
MOST_LASTING = 0.25
NOMINAL_LEVELS = (0.0, -0.01, -0.02, -0.03, -0.04, -0.05, 0.01, 0.02, 0.03, 0.04, 0.05)
"""Corrections of the level of an interval that are tried, the least first."""
WORTH_TREES = 0.005
"""Trees must make the error smaller by this share to be taken in: they cost the most to score."""
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
    """Back-test on ``tested_on`` over ``horizon_days``; n cases (customers times dates).

    total_error: how far totals may be off, as a share: root mean square over the dates of what a
    plain model missed, at least 5%. The blend's own total says less, because its weights were
    chosen to meet the totals of these very dates.
    """

    tested_on: tuple[date, ...]
    horizon_days: int
    n: int
    purchases: Judged
    spend: Judged
    total_error: float

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
    known = source.known(as_of)
    if source.tested < YEAR_DAYS <= known - source.tested:
        # The same season a year ago.
        dates.append(as_of - timedelta(days=YEAR_DAYS))
    elif known >= SECOND_TEST_FROM * source.tested:
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
    seasonal = dates[-1] == as_of - timedelta(days=YEAR_DAYS)
    told, columns, learned = [], [], []
    for at in dates:
        period = Period(source.tested, source.tested, source.known(at))
        known = source.seen([at], source.tested)
        learned.append((learn(source, at, seed, now=known), period))
        told.append(purchases(learned[-1][0], known, period))
        columns.append(known)
    count = np.concatenate([known["purchase_days"] for known in columns])
    half = np.concatenate([known["half"] for known in columns]) == 0
    bought = np.concatenate([known["bought_days"] for known in columns])
    paid = np.concatenate([known["paid"] for known in columns])
    members = stacked(told)
    tests = np.repeat(np.arange(len(dates)), [len(known["paid"]) for known in columns])
    weighing = Weighing(count, half, lasting(members[SIMPLE], bought, tests, seasonal), member)
    judged, band, expected = _judge(members, bought, weighing, level, whole=True)
    parts = np.split(expected, np.cumsum([len(known["paid"]) for known in columns])[:-1])
    amounts = stacked(
        [
            spend(fit, part, known, period)
            for (fit, period), part, known in zip(learned, parts, columns, strict=True)
        ]
    )
    weighing = Weighing(count, half, lasting(amounts[GAMMA_GAMMA], paid, tests, seasonal))
    judged_spend, spend_band, _ = _judge(amounts, paid, weighing, level, whole=False)
    off = [
        total_errors(members[SIMPLE], bought, tests),
        total_errors(amounts[GAMMA_GAMMA], paid, tests),
    ]
    trial = Trial(dates, source.tested, len(count), judged, judged_spend, _typical(off))
    return Outcome(trial, band, spend_band)


@dataclass(frozen=True)
class Weighing:
    """How members are weighed: purchase days to group by, totals to meet, one member alone.

    ``half`` says of each case whether its customer stands in the first half.
    """

    count: Floats
    half: Chosen
    lasting: float
    member: str | None = None

    def weights(
        self, members: Mapping[str, Floats], outcome: Floats, part: Chosen | None = None
    ) -> Mapping[str, float]:
        """Weights from all cases or a part of them."""
        if self.member is not None:
            return {self.member: 1.0}
        here = np.ones(len(outcome), dtype=bool) if part is None else part
        told = {code: said[here] for code, said in members.items()}
        best = best_weights(told, outcome[here], self.count[here], self.lasting)
        return best or {SIMPLE if SIMPLE in members else next(iter(members)): 1.0}


def lasting(reference: Floats, outcome: Floats, tests: NDArray[np.intp], seasonal: bool) -> float:
    """The totals a blend should meet on the test dates, as a share of what happened.

    Where the shop as a whole did better or worse than a plain model said, that may last (growth)
    or not (season). Taken for lasting is what two dates agree on: the smaller of two errors with
    the same sign, nothing of errors with opposite ones; all of it when there is one date; that of
    the date a year ago when it is the same season. More than a quarter is not believed: then the
    past is too short for the plain model.
    """
    errors = total_errors(reference, outcome, tests)
    if not len(errors):
        return 1.0
    kept = float(errors[-1])
    if len(errors) > 1 and not seasonal:
        alike = (errors > 0).all() or (errors < 0).all()
        kept = float(errors[np.argmin(np.abs(errors))]) if alike else 0.0
    kept = float(np.clip(kept, -MOST_LASTING, MOST_LASTING))
    return float(reference.sum() / outcome.sum() * np.exp(kept))


def total_errors(reference: Floats, outcome: Floats, tests: NDArray[np.intp]) -> Floats:
    """Log of what came over what was said, per test date; none where either is nothing."""
    said = np.bincount(tests, weights=reference)
    seen = np.bincount(tests, weights=outcome)
    if not (said > 0).all() or not (seen > 0).all():
        return np.zeros(0)
    return np.asarray(np.log(seen / said))


def _typical(errors: Sequence[Floats]) -> float:
    """The larger root mean square, at least ``LEAST_TOTAL_ERROR``."""
    known = [float(np.sqrt((one**2).mean())) for one in errors if len(one)]
    return max([LEAST_TOTAL_ERROR, *known])


def _judge(
    members: Mapping[str, Floats], outcome: Floats, weighing: Weighing, level: float, *, whole: bool
) -> tuple[Judged, Band, Floats]:
    trees = [code for code in (TREES, SPEND_TREES) if code in members]
    simple = {code: said for code, said in members.items() if code not in trees}
    chosen = simple if weighing.member not in trees else members
    crossed = _crossed(chosen, outcome, weighing)
    if trees and weighing.member is None:
        other = _crossed(members, outcome, weighing)
        if measure(other, outcome).mae < (1.0 - WORTH_TREES) * measure(crossed, outcome).mae:
            chosen, crossed = dict(members), other
    weights = weighing.weights(chosen, outcome)
    told = blended(chosen, weights)
    nominal, (covered, covered_open) = _calibrated(crossed, outcome, weighing.half, level, whole)
    judged = Judged(
        blend=measure(crossed, outcome),
        members={code: measure(said, outcome) for code, said in members.items()},
        covered=covered,
        covered_open=covered_open,
        weights=weights,
    )
    return judged, learn_band(told, outcome, level=nominal, whole=whole), told


def _calibrated(
    expected: Floats, outcome: Floats, half: Chosen, level: float, whole: bool
) -> tuple[float, tuple[float, float | None]]:
    """The nominal level whose intervals hold what is asked, and what they hold.

    Whole numbers cannot be split, so an interval at the asked level holds somewhat more.
    """
    tried = []
    for change in NOMINAL_LEVELS:
        low, high = _crossed_bounds(expected, outcome, half, level + change, whole)
        tried.append((level + change, coverage(low, high, outcome)))
    return min(tried, key=lambda one: round(abs(one[1][0] - level), 3))


def judges(half: Chosen) -> list[tuple[Chosen, Chosen]]:
    """Who is judged and by whom they are: each half by the other.

    So few that all stand in one half are judged by themselves; nobody else is there.
    """
    if half.all() or not half.any():
        everyone = np.ones_like(half)
        return [(everyone, everyone)]
    return [(half, ~half), (~half, half)]


def _crossed(members: Mapping[str, Floats], outcome: Floats, weighing: Weighing) -> Floats:
    """The blend of each half of the customers with the weights that were best for the other."""
    expected = np.zeros_like(outcome)
    for part, other in judges(weighing.half):
        weights = weighing.weights(members, outcome, other)
        expected[part] = blended({code: said[part] for code, said in members.items()}, weights)
    return expected


def _crossed_bounds(
    expected: Floats, outcome: Floats, half: Chosen, level: float, whole: bool
) -> tuple[Floats, Floats]:
    """Bounds of each half learned from the other."""
    low, high = np.zeros_like(outcome), np.zeros_like(outcome)
    for part, other in judges(half):
        band = learn_band(expected[other], outcome[other], level=level, whole=whole)
        low[part], high[part] = band.bounds(expected[part])
    return low, high


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
