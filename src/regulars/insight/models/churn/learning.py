"""From past dates to members, weights, groups and a back-test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from ibis.expr.types import Table
from numpy.typing import NDArray

from regulars.insight.evaluation.probabilities import calibration_curve
from regulars.insight.features.sample import part_of
from regulars.insight.models.churn import blend, members, times
from regulars.insight.models.churn.back_test import BackTest, Group, compared, crossed, groups_of
from regulars.insight.models.churn.blend import Blend
from regulars.insight.models.churn.columns import COLUMNS, STATISTIC, Floats, numbers
from regulars.insight.models.churn.members import Members
from regulars.insight.models.churn.process import NEEDED
from regulars.insight.models.churn.times import Times

ENOUGH_CUSTOMERS = 150
ENOUGH_OF_EACH = 30
"""So many must have stayed away, and so many come back, before anything is learned."""


@dataclass(frozen=True)
class Cases:
    """Customers on past dates: the numbers of each, which date (its place in ``dates``), outcome.

    ``quarter`` is 0 to 3 per customer, the same on every date.
    """

    dates: tuple[date, ...]
    columns: Mapping[str, Floats]
    date_of: Floats
    ends_after: Floats
    quarter: Floats
    away: Floats
    customers: int

    def where(self, chosen: NDArray[np.bool_]) -> Cases:
        """Some of the cases."""
        own = {name: values[chosen] for name, values in self.columns.items()}
        return Cases(
            self.dates,
            own,
            self.date_of[chosen],
            self.ends_after[chosen],
            self.quarter[chosen],
            self.away[chosen],
            self.customers,
        )

    @property
    def enough(self) -> bool:
        """Whether both outcomes were seen often enough to learn from."""
        gone = float(self.away.sum())
        return min(gone, len(self.away) - gone) >= ENOUGH_OF_EACH

    def __len__(self) -> int:
        return len(self.away)


def collected(seen: Table, dates: Sequence[date]) -> Cases:
    """Cases from ``target.seen``, in an order of their own whatever that of the rows."""
    known = [name for name in COLUMNS if name in seen.columns and name != STATISTIC]
    names = list(dict.fromkeys([*known, *NEEDED]))
    columns = [*names, "at", "customer_id", "away"]
    table = seen.mutate(quarter=part_of(seen.customer_id, seed=QUARTERING) % 4)
    arrow = table.select(*columns, "quarter").order_by("at", "customer_id").to_pyarrow()
    place = {day: float(index) for index, day in enumerate(dates)}
    days = arrow.column("at").cast(pa.date32()).to_pylist()
    numeric = numbers(arrow, [*names, "quarter", "away"])
    latest = max(dates).toordinal()
    ends = np.array([day.toordinal() - latest for day in days], dtype=float)
    return Cases(
        dates=tuple(dates),
        columns={name: numeric[name] for name in names},
        date_of=np.array([place[day] for day in days], dtype=float),
        ends_after=ends + numeric["horizon_days"],
        quarter=numeric["quarter"],
        away=numeric["away"],
        customers=len(set(arrow.column("customer_id").to_pylist())),
    )


QUARTERING = 101


@dataclass(frozen=True)
class Learned:
    """What there is after learning."""

    members: Members
    blend: Blend
    groups: tuple[Group, ...]
    back_test: BackTest
    times: Times


def learn(cases: Cases, *, as_of: date, opened: date, level: float, seed: int) -> Learned:
    """Hold back, learn, judge; then learn once more from everything.

    The weights of the blend are those of all cases the trial had not seen; its intercept is moved
    so that the mean chance over all past dates is what was seen on them, for one date may be a good
    or a bad month, and by the season to come (see ``times``).

    Args:
        opened: the first day on record.
    """
    known, unseen, by = _split(cases)
    trial = members.learn(known.columns, known.away, _latest(known), seed)
    told = trial.log_odds(unseen.columns)
    latest = unseen.date_of == 0
    held = unseen.where(latest)
    chances = crossed(told, unseen.away, unseen.quarter // 2)[latest]
    grown = trial.trees is not None
    final = members.learn(cases.columns, cases.away, _latest(cases), seed, grown=grown)
    told_now = final.log_odds(cases.columns)
    even = blend.learn(told, unseen.away).moved_to(told_now, cases.away)
    seen_times = times.learn(
        times.levels(even.log_odds(told_now), cases.away, cases.date_of, cases.dates),
        as_of=as_of,
        opened=opened,
        horizon_days=float(cases.columns["horizon_days"].mean()),
    )
    test = BackTest(
        by=by,
        tested_on=cases.dates[int(held.date_of.min())],
        fitted_on=tuple(cases.dates[int(place)] for place in np.unique(known.date_of)),
        n=len(held),
        observed=float(held.away.mean()),
        predicted=float(chances.mean()),
        scores=compared(trial, told[latest], held.columns, held.away, chances),
        curve=calibration_curve(chances, held.away, 1 - held.away, groups=10),
    )
    return Learned(
        members=final,
        blend=even.shifted(seen_times.season),
        groups=groups_of(chances, held.away, level),
        back_test=test,
        times=seen_times,
    )


def _latest(cases: Cases) -> Floats:
    return np.asarray(cases.date_of == cases.date_of.min(), dtype=float)


def _split(cases: Cases) -> tuple[Cases, Cases, str]:
    """Cases to learn from, and those not seen by it, the latest date among them.

    Known is what was over by the latest date; what was not belongs to the unseen, which makes them
    more than one date. Where too little was over, one half of the customers is held back instead.
    """
    over = (cases.ends_after <= 0) & (cases.date_of > 0)
    known = cases.where(over)
    if len(known) >= ENOUGH_CUSTOMERS and known.enough:
        return known, cases.where(~over), "date"
    even = cases.quarter % 2 == 0
    return cases.where(even), cases.where(~even), "customers"
