"""What a purchase day of each customer is worth: own mean, leaning on everybody's.

Gamma–Gamma: the amounts of a customer vary around a mean of their own, which varies over customers
(Colombo & Jiang 1999, Journal of Interactive Marketing 13(4); formulas as in Fader & Hardie 2013,
"The gamma-gamma model of monetary value"). It takes what one spends a time to be unrelated to how
often one comes. Where that does not hold, the credibility mean (Bühlmann 1967, ASTIN Bulletin 4(3))
leans on customers who come as often instead; the back-test weighs both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln

from regulars.insight.models.clv.families import Floats
from regulars.insight.models.clv.members import Columns, Period

GAMMA_GAMMA, CREDIBILITY = "gamma_gamma", "credibility"
OWN_SPEND, RECENT_SPEND, LAST_SPEND, SPEND_TREES = (
    "own_spend_rate",
    "recent_spend_rate",
    "last_period_spend",
    "spend_trees",
)
BANDS = (1.0, 2.0, 4.0, 8.0, 16.0)
"""Purchase days from which each group of the credibility mean begins."""
PRIOR_SPREAD = 2.0
PRIOR = (1.5, 4.0)
"""Usual p and q: amounts vary by about 80% around a mean that varies by about 70%."""


@dataclass(frozen=True)
class SpendFit:
    """Amounts in minor units.

    p, q, gamma: of the gamma–gamma; within: variance of a purchase day around the customer's mean
    in units of the squared group mean, over the variance of those means (the purchase days that
    weigh as much as the group); group_means by ``BANDS``; net_share: what is left of a purchase
    day's amount after later returns; correlation of log mean amount with log purchase days.
    """

    p: float
    q: float
    gamma: float
    group_means: tuple[float, ...]
    credibility_days: float
    net_share: float
    correlation: float

    def means(self, columns: Columns) -> dict[str, Floats]:
        """A purchase day's expected net amount by both ways."""
        count = columns["purchase_days"]
        own = columns["bought_amount"] / count
        gamma_gamma = self.p * (self.gamma + own * count) / (self.p * count + self.q - 1.0)
        group = np.array(self.group_means)[_bands(count)]
        days = self.credibility_days
        credibility = (own * count + days * group) / (count + days)
        return {
            GAMMA_GAMMA: gamma_gamma * self.net_share,
            CREDIBILITY: credibility * self.net_share,
        }


def fit_spending(columns: Columns) -> SpendFit:
    """From customers' purchase days and what they came to, each customer counting once."""
    count = columns["purchase_days"]
    own = columns["bought_amount"] / count
    paying = own > 0
    count, own = count[paying], own[paying]
    scale = float(own.mean())
    p, q, gamma = _gamma_gamma(count, own / scale)
    bands = _bands(count)
    overall = float((own * count).sum() / count.sum())
    # A group of few customers leans on all.
    means = tuple(
        float((own[bands == i].sum() + 20 * overall) / ((bands == i).sum() + 20))
        for i in range(len(BANDS))
    )
    bought = float(columns["bought_amount"].sum())
    net = float(columns["spend"].sum()) / bought if bought > 0 else 1.0
    varied = count.std() > 0 and own.std() > 0
    tied = float(np.corrcoef(np.log(count), np.log(own))[0, 1]) if varied else 0.0
    return SpendFit(
        p=p,
        q=q,
        gamma=gamma * scale,
        group_means=means,
        credibility_days=_credibility(count, own, np.array(means)[bands]),
        net_share=float(np.clip(net, 0.0, 1.0)),
        correlation=tied,
    )


def _bands(count: Floats) -> NDArray[np.intp]:
    return np.searchsorted(np.array(BANDS), count, side="right") - 1


def _gamma_gamma(x: Floats, m: Floats) -> tuple[float, float, float]:
    """p, q and gamma for amounts whose mean is 1; the mode under a weak prior on their logs."""
    centre = np.log([PRIOR[0], PRIOR[1] - 1.0, (PRIOR[1] - 1.0) / PRIOR[0]])

    def cost(logs: Floats) -> float:
        p, q, gamma = np.exp(logs[0]), 1.0 + np.exp(logs[1]), np.exp(logs[2])
        px = p * x
        value = gammaln(px + q) - gammaln(px) - gammaln(q) + q * np.log(gamma)
        value = value + (px - 1.0) * np.log(m) + px * np.log(x) - (px + q) * np.log(gamma + m * x)
        prior = float(((logs - centre) ** 2).sum()) / (2 * PRIOR_SPREAD**2)
        return -(float(value.sum()) - prior) / len(x)

    bounds = [(-4.0, 8.0), (-3.0, 8.0), (-6.0, 10.0)]
    found = minimize(cost, centre, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200})
    p, q1, gamma = np.exp(found.x)
    return float(p), float(1.0 + q1), float(gamma)


def _credibility(count: Floats, own: Floats, group: Floats) -> float:
    """Purchase days after which the own mean weighs as much as the group's.

    The squared distance from the group mean falls with the number of days as between + within / n;
    a straight line through it tells both.
    """
    apart = np.minimum(((own - group) / group) ** 2, 25.0)
    once, often = count <= 2, count >= 5
    if once.sum() < 30 or often.sum() < 30:
        return 2.0
    low, high = float((1 / count[once]).mean()), float((1 / count[often]).mean())
    few, many = float(apart[once].mean()), float(apart[often].mean())
    within = max((few - many) / max(low - high, 1e-6), 1e-3)
    between = max(many - within * high, 1e-3)
    return float(np.clip(within / between, 0.2, 20.0))


def plain_spend(columns: Columns, period: Period) -> dict[str, Floats]:
    """Spend ahead by members that fit nothing, in minor units, never below zero."""
    first = columns["first_days"]
    recent = min(period.known, 3 * period.tested)
    recent_spend = np.where(first <= recent, columns["spend"], columns["spend_4"])
    own = columns["spend"] * (columns["purchase_days"] - 1.0) / columns["purchase_days"]
    told = {
        OWN_SPEND: own / np.maximum(first, 1.0) * period.horizon,
        RECENT_SPEND: recent_spend / recent * period.horizon,
        LAST_SPEND: columns["spend_3"] * period.horizon / period.tested,
    }
    return {code: np.maximum(amount, 0.0) for code, amount in told.items()}


def spend_members(
    purchases: Floats, fit: SpendFit, columns: Columns, period: Period
) -> Mapping[str, Floats]:
    """Expected purchases times what a day is worth, and the plain ones; trees aside."""
    means = fit.means(columns)
    by_day = {code: purchases * mean for code, mean in means.items()}
    return {**by_day, **plain_spend(columns, period)}
