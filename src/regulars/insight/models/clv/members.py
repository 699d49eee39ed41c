"""The members: ways of telling how often each customer will buy in the days ahead.

Besides the families of ``families`` (fitted by likelihood) and the trees of ``boosting`` there are
three that fit nothing: the customer's own rate since the first purchase, purchase days per day
over the recent past, and the same as last period. Each wins somewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.insight.models.clv.families import FAMILIES, Floats, Histories
from regulars.insight.models.clv.likelihood import FamilyFit

Columns = Mapping[str, Floats]
Indices = NDArray[np.intp]
WEEK = 7.0
MANY_ROWS = 3000
OWN_RATE, RECENT_RATE, LAST_PERIOD, TREES = "own_rate", "recent_rate", "last_period", "trees"
PLAIN = (OWN_RATE, RECENT_RATE, LAST_PERIOD)
MEMBERS = (*FAMILIES, *PLAIN, TREES)
"""Codes of all members, simplest fitted ones first."""

LEAVING = ("mbg_nbd", "mbg_cnbd_2", "mbg_cnbd_3", "pareto_nbd")
"""Families whose chance of being alive also falls for those who bought once."""


@dataclass(frozen=True)
class Period:
    """The spans a model works with, in days.

    Args:
        horizon: how far ahead.
        tested: the horizon of the back-test and of the recent windows; at most ``horizon``.
        known: how long the shop's past is on the date of the case.
    """

    horizon: int
    tested: int
    known: int


def histories(columns: Columns) -> Histories:
    """One history per case, in the order of the cases."""
    count = columns["purchase_days"]
    return Histories(
        x=count - 1.0,
        t_x=(columns["first_days"] - columns["last_days"]) / WEEK,
        T=columns["first_days"] / WEEK,
        n=np.ones_like(count),
    )


def distinct(h: Histories) -> Histories:
    """The distinct histories with how many customers have each.

    With more than ``MANY_ROWS`` of them times are rounded to whole weeks, which changes parameters
    by less than their standard error and saves most of the time.
    """
    first, _, counts = _alike(h)
    if len(first) > MANY_ROWS:
        h = Histories(h.x, np.round(h.t_x), np.round(h.T), h.n)
        first, _, counts = _alike(h)
    return Histories(h.x[first], h.t_x[first], h.T[first], counts.astype(float))


def _alike(h: Histories) -> tuple[Indices, Indices, Indices]:
    """First case of each distinct history, the distinct one of each case, how many have it."""
    first_days, active_days = np.round(h.T * WEEK), np.round(h.t_x * WEEK)
    key = (h.x.astype(np.int64) << 40) + (first_days.astype(np.int64) << 20)
    _, first, back, counts = np.unique(
        key + active_days.astype(np.int64),
        return_index=True,
        return_inverse=True,
        return_counts=True,
    )
    return first, back, counts


def plain(columns: Columns, period: Period) -> dict[str, Floats]:
    """What the members that fit nothing say, in purchase days over the horizon."""
    count, first = columns["purchase_days"], columns["first_days"]
    recent = min(period.known, 3 * period.tested)
    recent_count = np.where(first <= recent, count, columns["count_4"])
    return {
        OWN_RATE: (count - 1.0) / np.maximum(first, 1.0) * period.horizon,
        RECENT_RATE: recent_count / recent * period.horizon,
        LAST_PERIOD: columns["count_3"] * period.horizon / period.tested,
    }


def by_family(
    fits: Mapping[str, FamilyFit], columns: Columns, horizon_days: float
) -> dict[str, Floats]:
    """What each family says, in purchase days over the horizon.

    Computed on distinct histories and handed back to the cases.
    """
    h = histories(columns)
    first, back, counts = _alike(h)
    told = Histories(h.x[first], h.t_x[first], h.T[first], counts.astype(float))
    weeks = horizon_days / WEEK
    return {code: fit.ahead(told, weeks)[back] for code, fit in fits.items()}


def further(fits: Mapping[str, FamilyFit], columns: Columns, near: float, far: float) -> Floats:
    """How many times more purchases the far horizon brings than the near one, per case.

    From the likeliest family in which customers leave: trees only know the horizon they learned.
    """
    if near == far:
        return np.ones_like(columns["purchase_days"])
    code = likeliest(fits)
    shape = {code: fits[code]}
    ahead = by_family(shape, columns, far)[code]
    ratio = ahead / np.maximum(by_family(shape, columns, near)[code], 1e-9)
    return np.clip(ratio, 1.0 if far > near else 0.0, max(far / near, 1.0))


def likeliest(fits: Mapping[str, FamilyFit]) -> str:
    """The code of the leaving family with the highest likelihood."""
    return max((code for code in LEAVING if code in fits), key=lambda c: fits[c].log_likelihood)
