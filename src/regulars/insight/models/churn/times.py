"""What changes for everyone from one date to another: the season to come, and how far dates drift.

On each past date the blend was off by some log-odds for all customers alike: the date's *level*,
the shift at which the mean chance is the share that stayed away.

**Season.** The level of the date a year ago says how the same weeks went then, among those who were
customers then, so growth does not pass for season. ``SEASON_SHARE`` of it is expected again. A shop
with less than half a year of records before that date has no season yet.

**Drift.** The date to come has a level of its own. It is told as a new study is in a random-effects
meta-analysis (DerSimonian & Laird 1986, *Controlled Clinical Trials* 7(3); the interval of a new
one: Higgins, Thompson & Spiegelhalter 2009, *JRSS A* 172(1)): with the variance τ² of the levels
seen, t-distributed, wider by the error of their mean. Dates whose horizons overlap are not so many
different ones: those that fit into their span without overlap count. The variance leans on a prior
of ``PRIOR_SPREAD`` that weighs as ``PRIOR_DATES``, because few dates can agree by chance, and the
members have seen those they are judged on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.stats import t

from regulars.insight.models.churn.blend import intercept_for, sigmoid
from regulars.insight.models.churn.columns import Floats

YEAR_DAYS = 365
NEAR_DAYS = 15
"""A past date so near to the day a year ago stands for it."""
SEASON_FROM_DAYS = 180
SEASON_SHARE = 0.7
PRIOR_SPREAD = 0.3
"""Odds a third higher or lower: what months of real shops differ by, more or less."""
PRIOR_DATES = 2.0


@dataclass(frozen=True)
class Level:
    """How far off the blend was on a date, in log-odds (above 0: more stayed away), and its
    sampling variance."""

    on: date
    off: float
    variance: float


@dataclass(frozen=True)
class Times:
    """season: log-odds added for the weeks to come. spread: standard deviation of levels between
    dates, of which there are about ``dates`` that do not overlap; freedom: degrees of it."""

    season: float
    spread: float
    dates: float
    freedom: float

    def reach(self, level: float) -> float:
        """How far, in log-odds, the level of a new date may lie either side of what is expected."""
        wide = float(t.ppf((1.0 + level) / 2.0, self.freedom))
        return float(wide * self.spread * np.sqrt(1.0 + 1.0 / self.dates))


def with_season(dates: Sequence[date], opened: date | None, as_of: date) -> tuple[date, ...]:
    """The past dates with the one a year ago, unless one stands near it or it has no past."""
    a_year_ago = as_of - timedelta(days=YEAR_DAYS)
    known = opened is not None and (a_year_ago - opened).days >= SEASON_FROM_DAYS
    if not known or not dates or a_year_ago > max(dates) or _nearest(dates, a_year_ago):
        return tuple(dates)
    return tuple(sorted([*dates, a_year_ago], reverse=True))


def _nearest(dates: Sequence[date], day: date) -> date | None:
    near = [one for one in dates if abs((one - day).days) <= NEAR_DAYS]
    return min(near, key=lambda one: abs((one - day).days), default=None)


def levels(log_odds: Floats, away: Floats, date_of: Floats, dates: Sequence[date]) -> list[Level]:
    """The level of every date that has cases; ``date_of`` is the place in ``dates``."""
    found = []
    for place, day in enumerate(dates):
        here = date_of == place
        if here.any():
            told, n = log_odds[here], int(here.sum())
            # Half a case more on either side, so that all or none is no infinity.
            share = (float(away[here].sum()) + 0.5) / (n + 1.0)
            off = intercept_for(told, share)
            p = sigmoid(told + off)
            found.append(Level(day, off, 1.0 / max(float((p * (1.0 - p)).sum()), 1e-9)))
    return found


def learn(seen: Sequence[Level], *, as_of: date, opened: date, horizon_days: float) -> Times:
    """Season and drift from the levels of past dates.

    Args:
        opened: the first day on record. horizon_days: the usual horizon, to tell overlap.
    """
    a_year_ago = as_of - timedelta(days=YEAR_DAYS)
    near = _nearest([one.on for one in seen], a_year_ago)
    season = 0.0
    if near is not None and (near - opened).days >= SEASON_FROM_DAYS - NEAR_DAYS:
        season = SEASON_SHARE * next(one.off for one in seen if one.on == near)
    off = np.array([one.off for one in seen])
    span = (max(one.on for one in seen) - min(one.on for one in seen)).days
    dates = min(float(len(seen)), 1.0 + span / max(horizon_days, 1.0))
    sampling = float(np.mean([one.variance for one in seen]))
    between = max(float(((off - off.mean()) ** 2).mean()) - sampling, 0.0)
    freedom = PRIOR_DATES + dates - 1.0
    variance = (PRIOR_DATES * PRIOR_SPREAD**2 + dates * between) / (PRIOR_DATES + dates - 1.0)
    # One date alone says nothing of the others.
    spread = variance**0.5 if dates > 1.0 else PRIOR_SPREAD
    return Times(season, spread, dates, freedom)
