"""The member that knows nothing but the dates: a process of buying and of leaving for good.

MBG/NBD (Batislam, Denizel & Filiztekin 2007) over repeat purchase days x, weeks from the first to
the last t_x and to now T. The chance of no purchase in the h weeks to come is

    1 − P(alive) × (1 − ((α + T) / (α + T + h))^(r + x))

because someone who is still there buys at a rate that is gamma(r + x, α + T). It is fitted on the
histories alone, so it needs no past date and no outcome. 1 − P(alive) by itself is not that chance:
it takes everyone who is still there for someone who will come soon.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from regulars.insight.models.churn.columns import Floats
from regulars.insight.models.clv.families import Histories
from regulars.insight.models.clv.likelihood import FamilyFit, fit_family

FAMILY = "mbg_nbd"
NEEDED = ("purchase_days", "tenure_days", "recency_days", "horizon_days")
WEEK_DAYS = 7.0
CERTAIN = 1e-6


def histories(columns: Mapping[str, Floats]) -> Histories:
    """One history per case, in weeks."""
    tenure, recency = columns["tenure_days"], columns["recency_days"]
    return Histories(
        x=columns["purchase_days"] - 1.0,
        t_x=(tenure - recency) / WEEK_DAYS,
        T=tenure / WEEK_DAYS,
        n=np.ones(len(tenure)),
    )


def learn(columns: Mapping[str, Floats]) -> FamilyFit:
    """The process fitted on distinct histories with counts."""
    whole = histories(columns)
    rows = np.column_stack([whole.x, whole.t_x, whole.T])
    distinct, count = np.unique(rows, axis=0, return_counts=True)
    x, t_x, tenure = distinct.T
    return fit_family(FAMILY, Histories(x, t_x, tenure, count.astype(float)))


def alive(fitted: FamilyFit, columns: Mapping[str, Floats]) -> Floats:
    """P(alive) of each case."""
    return fitted.alive(histories(columns))


def no_purchase(fitted: FamilyFit, columns: Mapping[str, Floats]) -> Floats:
    """The chance of no purchase within each case's horizon, kept off 0 and 1."""
    r, alpha = fitted.parameters[:2]
    h = histories(columns)
    weeks = columns["horizon_days"] / WEEK_DAYS
    silent = np.exp((r + h.x) * (np.log(alpha + h.T) - np.log(alpha + h.T + weeks)))
    return np.asarray(np.clip(1.0 - fitted.alive(h) * (1.0 - silent), CERTAIN, 1.0 - CERTAIN))
