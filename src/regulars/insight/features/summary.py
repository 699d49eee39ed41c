"""The purchase history of each customer in the few numbers most models start from."""

from __future__ import annotations

from datetime import date

from ibis.expr.types import Table

from regulars.insight.engines.functions import min_by, total
from regulars.insight.shop import Shop


def summary(shop: Shop, *, as_of: date) -> Table:
    """One row per known customer.

    Columns: first_on, last_on (dates of the first and last purchase); recency_days (days since the
    last purchase); tenure_days (days since the first, the T of BG/NBD); active_days (days from
    first to last purchase, the t_x of BG/NBD); purchase_days; repeat_days (purchase days after
    the first, the x of BG/NBD); spend (net of returns, minor units); repeat_spend (mean net
    amount of the purchase days after the first, minor units, empty without one).

    The BG/NBD quantities follow Fader, Hardie & Lee (2005), "Counting your customers the easy
    way", Marketing Science 24(2), with a day as the unit.
    """
    snapshot = shop.at(as_of)
    days = snapshot.day_totals
    bought = days.bought
    totals = days.group_by("customer_id").aggregate(
        first_on=days.day.min(where=bought),
        last_on=days.day.max(where=bought),
        purchase_days=days.count(where=bought),
        spend=total(days.amount),
        bought_amount=total(days.amount, where=bought),
        first_amount=min_by(days.amount, days.day, where=bought),
    )
    repeat_days = totals.purchase_days - 1
    features = totals.select(
        "customer_id",
        "first_on",
        "last_on",
        recency_days=snapshot.today.delta(totals.last_on, unit="day"),
        tenure_days=snapshot.today.delta(totals.first_on, unit="day"),
        active_days=totals.last_on.delta(totals.first_on, unit="day"),
        purchase_days=totals.purchase_days,
        repeat_days=(totals.purchase_days > 0).ifelse(repeat_days, 0),
        spend=totals.spend,
        repeat_spend=((totals.bought_amount - totals.first_amount) / repeat_days.nullif(0)),
    )
    return snapshot.with_listed(features, zero=("purchase_days", "repeat_days", "spend"))


def known_history(shop: Shop, *, as_of: date) -> Table:
    """``summary`` of a date, held: many figures start from it."""
    return shop.at(as_of).kept("summary", lambda: summary(shop, as_of=as_of))
