"""How much each customer spends, and whether it is growing."""

from __future__ import annotations

from datetime import date

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import total
from regulars.insight.shop import Shop

YEAR_DAYS = 365
GROWING_FROM = 1.25
FALLING_TO = 0.8


def amount(shop: Shop, *, as_of: date) -> Table:
    """One row per known customer, all amounts in minor units.

    Columns: purchases (orders above zero); spend (net of returns, ever); purchase_days_365d and
    spend_365d (of the 365 days before ``as_of``), spend_prior_365d (of the 365 before those);
    average_order, largest_order, smallest_order (of purchases; returns aside); trend: "growing"
    when spend_365d is at least 1.25 times the year before, "falling" when at most 0.8 times, else
    "steady"; empty for those not yet known for two years or who spent nothing in the year before.
    """
    snapshot = shop.at(as_of)
    days = snapshot.days
    age = snapshot.today.delta(days.day, unit="day")
    totals = days.group_by("customer_id").aggregate(
        spend=total(days.amount),
        purchase_days_365d=days.count(where=days.bought & (age <= YEAR_DAYS)),
        spend_365d=total(days.amount, where=age <= YEAR_DAYS).fill_null(0),
        spend_prior_365d=total(
            days.amount, where=(age > YEAR_DAYS) & (age <= 2 * YEAR_DAYS)
        ).fill_null(0),
        purchased=total(days.purchased),
        purchases=total(days.purchases),
        largest_order=days.largest.max(),
        smallest_order=days.smallest.min(),
        known_days=age.max(),
    )
    features = totals.select(
        "customer_id",
        "purchases",
        "spend",
        "purchase_days_365d",
        "spend_365d",
        "spend_prior_365d",
        "largest_order",
        "smallest_order",
        average_order=totals.purchased / totals.purchases.nullif(0),
        trend=_trend(totals),
    )
    counted = ("purchases", "spend", "purchase_days_365d", "spend_365d", "spend_prior_365d")
    return snapshot.with_listed(features, zero=counted)


def _trend(totals: Table) -> Column:
    now, before = totals.spend_365d, totals.spend_prior_365d
    unclear = (totals.known_days < 2 * YEAR_DAYS) | (before <= 0)
    return ibis.cases(
        (unclear, ibis.null("string")),
        (now >= before * GROWING_FROM, "growing"),
        (now <= before * FALLING_TO, "falling"),
        else_="steady",
    )
