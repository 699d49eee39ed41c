"""Whether what a customer leaves per visit is growing, and whether that is more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from statistics import NormalDist

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import total
from regulars.insight.shop import Shop

LOOK_BACK_DAYS = 730
ENOUGH_DAYS = 6
ENOUGH_SPAN_DAYS = 180
LEVEL = 0.8
SURE = 0.9
"""A trend counts as one when the interval of this level leaves out "no change"."""
STEADY_WITHIN = 0.25
"""Steady: the interval of ``LEVEL`` lies within this change a year, up or down."""
YEAR_DAYS = 365
PARTS = 1000
"""Logarithms are added up in whole thousandths, so that no order of rows changes a sum."""


def trends(shop: Shop, *, as_of: date) -> Table:
    """One row per known customer.

    Columns: basket_growth (relative change of the purchased amount per purchase day, per year: 0.1
    is 10% more), basket_growth_low and _high (80% interval), basket_growth_n (purchase days behind
    it) and basket_trend: "growing" or "falling" when the 90% interval leaves out no change,
    "steady" when the 80% interval lies within ±25% a year, else "unclear". All empty with fewer
    than 6 purchase days in the last two years or less than 180 days between first and last.

    Least squares of the logarithm of the day's amount on the day, with Student's interval.
    """
    snapshot = shop.at(as_of)
    days = snapshot.days
    age = snapshot.today.delta(days.day, unit="day")
    recent = days.filter((age <= LOOK_BACK_DAYS) & days.bought)
    t = LOOK_BACK_DAYS - snapshot.today.delta(recent.day, unit="day")
    y = (recent.purchased.cast("float64").ln() * PARTS).round().cast("int64")
    sums = recent.group_by("customer_id").aggregate(
        n=recent.count(),
        first=t.min(),
        last=t.max(),
        t=total(t),
        tt=total(t * t),
        y=total(y),
        yy=total(y * y),
        ty=total(t * y),
    )
    enough = (sums.n >= ENOUGH_DAYS) & (sums["last"] - sums["first"] >= ENOUGH_SPAN_DAYS)
    return snapshot.per_customer(_told(sums.filter(enough)))


def _told(sums: Table) -> Table:
    n, df = sums.n, (sums.n - 2).cast("float64")
    # n times the sums of squares about the means: whole numbers, so nothing cancels.
    sxx = (n * sums.tt - sums.t * sums.t).cast("float64")
    sxy = (n * sums.ty - sums.t * sums.y).cast("float64")
    syy = (n * sums.yy - sums.y * sums.y).cast("float64")
    slope = sxy / sxx
    rest = (syy - sxy * sxy / sxx).clip(lower=0.0)
    error = (rest / (df * sxx)).sqrt()
    fitted = sums.select("customer_id", "n", df=df, slope=slope, error=error)
    half, sure = _student(fitted.df, LEVEL), _student(fitted.df, SURE)
    low, high = _yearly(fitted, -half), _yearly(fitted, half)
    return fitted.select(
        "customer_id",
        basket_growth=_yearly(fitted),
        basket_growth_low=low,
        basket_growth_high=high,
        basket_growth_n=fitted.n,
        basket_trend=ibis.cases(
            (fitted.slope > sure * fitted.error, "growing"),
            (fitted.slope < -sure * fitted.error, "falling"),
            ((low >= -STEADY_WITHIN) & (high <= STEADY_WITHIN), "steady"),
            else_="unclear",
        ),
    )


def _yearly(fitted: Table, errors: Column | float = 0.0) -> Column:
    return ((fitted.slope + errors * fitted.error) * (YEAR_DAYS / PARTS)).clip(upper=50.0).exp() - 1


def _student(df: Column, level: float) -> Column:
    """Student's quantile from the normal one: Abramowitz & Stegun (1964), 26.7.5, three terms."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / df + second / df**2 + third / df**3


CLASSES: Mapping[str, str] = {"trend": "spend", "basket_trend": "basket"}
"""Column of the customer table -> what its trend is of."""


def amount_trends(customers: Table) -> Table:
    """How many customers grow, keep steady or fall, from the customer table.

    Columns: measure ("spend": this year's against the year before's; "basket": the amount per
    purchase day), trend (empty: cannot be told yet), customers (who ever bought), spend_365d,
    spend_prior_365d (minor units).
    """
    buyers = customers.filter(customers.purchase_days > 0)
    parts = [
        buyers.select(
            "spend_365d",
            "spend_prior_365d",
            measure=ibis.literal(measure),
            trend=buyers[column],
        )
        for column, measure in CLASSES.items()
    ]
    long = ibis.union(*parts)
    counted = long.group_by("measure", "trend").aggregate(
        customers=long.count(),
        spend_365d=total(long.spend_365d),
        spend_prior_365d=total(long.spend_prior_365d),
    )
    return counted.order_by("measure", "trend")
