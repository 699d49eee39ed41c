"""When customers buy: weekday and time of day, by person and for the shop.

Weekdays run from 1 (Monday) to 7. An order at exactly 00:00:00 comes from a source that keeps
dates only; it counts for days but not for hours.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import total
from regulars.insight.shop import Shop, Snapshot

HOUR_BANDS = {"morning": (5, 11), "noon": (11, 14), "afternoon": (14, 17), "evening": (17, 22)}
"""Name -> first hour and the hour it ends before; everything else is "night"."""

BANDS = tuple(sorted((*HOUR_BANDS, "night")))
WEEKDAYS = tuple(range(1, 8))

SEASONS = {12: "winter", 1: "winter", 2: "winter", 3: "spring", 4: "spring", 5: "spring"} | {
    6: "summer", 7: "summer", 8: "summer", 9: "autumn", 10: "autumn", 11: "autumn"
}  # fmt: skip
"""Month -> season of the northern hemisphere."""


def timing(shop: Shop, *, as_of: date) -> Table:
    """One row per known customer; empty for those who never bought.

    Columns: preferred_weekday and its weekday_share, preferred_hours (a key of ``HOUR_BANDS`` or
    "night") and its hours_share, by number of purchases; ties: higher spend, then the smaller.
    """
    snapshot = shop.at(as_of)
    bought = purchases(snapshot)
    bought = bought.filter(bought.customer_id.notnull())
    counted = bought.group_by("customer_id").aggregate(
        **_counts(bought, "weekday", WEEKDAYS), **_counts(bought, "hours", BANDS)
    )
    weekday, weekday_share = _preferred(counted, "weekday", WEEKDAYS)
    hours, hours_share = _preferred(counted, "hours", BANDS)
    told = counted.select(
        "customer_id",
        preferred_weekday=weekday,
        weekday_share=weekday_share,
        preferred_hours=hours,
        hours_share=hours_share,
    )
    return snapshot.per_customer(told)


def purchases(snapshot: Snapshot) -> Table:
    """Orders above zero with weekday, hour (empty when unknown) and hours (band of the day)."""
    orders = snapshot.orders.filter(snapshot.orders.amount > 0)
    dated_only = orders.ordered_at == orders.day.cast("timestamp")
    hour = dated_only.ifelse(None, orders.ordered_at.hour())
    timed = orders.mutate(weekday=orders.day.day_of_week.index() + 1, hour=hour)
    return timed.mutate(hours=_band(timed.hour))


def _band(hour: Column) -> Column:
    bands = [((hour >= start) & (hour < end), name) for name, (start, end) in HOUR_BANDS.items()]
    return hour.isnull().ifelse(None, ibis.cases(*bands, else_="night"))


def _counts(bought: Table, column: str, values: Sequence[Any]) -> dict[str, Column]:
    """Purchases and spend per value as columns: so few values need no rows, nor windows on them."""
    counts = {}
    for value in values:
        here = bought[column] == value
        counts[f"{column}_{value}_times"] = bought.count(where=here)
        counts[f"{column}_{value}_spend"] = total(bought.amount, where=here).fill_null(0)
    return counts


def _preferred(counted: Table, column: str, values: Sequence[Any]) -> tuple[Column, Column]:
    """The value with most purchases, then the highest spend, then the first; and its share."""
    times = {value: counted[f"{column}_{value}_times"] for value in values}
    most = ibis.greatest(*times.values())
    leading = {value: (times[value] == most) & (most > 0) for value in values}
    spend = {
        value: leading[value].ifelse(counted[f"{column}_{value}_spend"], -1) for value in values
    }
    highest = ibis.greatest(*spend.values())
    chosen = ibis.cases(
        *((leading[value] & (spend[value] == highest), value) for value in values), else_=None
    )
    every = sum((times[value] for value in values[1:]), start=times[values[0]])
    return chosen, most / every.nullif(0)


def weekday_hours(shop: Shop, *, as_of: date) -> Table:
    """The heat map: weekday, hour, purchases, spend; only cells with a purchase."""
    bought = purchases(shop.at(as_of))
    clocked = bought.filter(bought.hour.notnull())
    cells = clocked.group_by("weekday", "hour").aggregate(
        purchases=clocked.count(), spend=total(clocked.amount)
    )
    return cells.order_by("weekday", "hour")


def hours_by_season(shop: Shop, *, as_of: date) -> Table:
    """The heat map of each season: season, weekday, hour, purchases, spend; cells with any."""
    bought = purchases(shop.at(as_of))
    clocked = bought.filter(bought.hour.notnull())
    clocked = clocked.mutate(season=clocked.day.month().cases(*SEASONS.items()))
    cells = clocked.group_by("season", "weekday", "hour").aggregate(
        purchases=clocked.count(), spend=total(clocked.amount)
    )
    return cells.order_by("season", "weekday", "hour")


def daily(shop: Shop, *, as_of: date) -> Table:
    """One row per calendar day from the first order to the day before ``as_of``.

    Columns: day, purchases, customers (who bought, known ones), spend (net of returns).
    Days without an order are there with zeros.
    """
    snapshot = shop.at(as_of)
    orders = snapshot.orders
    above = orders.amount > 0
    sums = orders.group_by("day").aggregate(
        purchases=orders.count(where=above),
        customers=orders.customer_id.nunique(where=above),
        spend=total(orders.amount),
    )
    span = orders.aggregate(first=orders.day.min())
    length = snapshot.today.delta(span.first, unit="day")
    offsets = span.select("first", step=ibis.range(0, length).unnest())
    calendar = offsets.select(day=(offsets.first + offsets.step.as_interval("D")).cast("date"))
    filled = calendar.left_join(sums, "day").drop("day_right")
    return filled.fill_null({"purchases": 0, "customers": 0, "spend": 0}).order_by("day")


def monthly(shop: Shop, *, as_of: date) -> Table:
    """One row per calendar month, empty months included; the last is often not over yet.

    Columns: month (its first day), days (how many of it are counted), purchases, customers
    (distinct known buyers), new_customers (whose first purchase it holds), spend (net).
    """
    snapshot = shop.at(as_of)
    days = daily(shop, as_of=as_of)
    totals = days.group_by(month=days.day.truncate("M")).aggregate(
        days=days.count(), purchases=total(days.purchases),
        spend=total(days.spend),
    )  # fmt: skip
    buying = snapshot.purchase_days
    firsts = buying.group_by("customer_id").aggregate(first_on=buying.day.min())
    new = firsts.group_by(month=firsts.first_on.truncate("M")).aggregate(
        new_customers=firsts.count()
    )
    people = buying.group_by(month=buying.day.truncate("M")).aggregate(
        customers=buying.customer_id.nunique()
    )
    joined = totals.left_join(people, "month").drop("month_right")
    joined = joined.left_join(new, "month").drop("month_right")
    return joined.fill_null({"customers": 0, "new_customers": 0}).order_by("month")


def weekdays(shop: Shop, *, as_of: date) -> Table:
    """weekday, days (how many of that weekday there were), purchases, spend, spend_per_day."""
    days = daily(shop, as_of=as_of)
    return _per_day(days.mutate(weekday=days.day.day_of_week.index() + 1), "weekday")


def seasons(shop: Shop, *, as_of: date) -> Table:
    """season (see ``SEASONS``), days, purchases, spend, spend_per_day."""
    days = daily(shop, as_of=as_of)
    return _per_day(days.mutate(season=days.day.month().cases(*SEASONS.items())), "season")


def _per_day(days: Table, column: str) -> Table:
    sums = days.group_by(column).aggregate(
        days=days.count(),
        purchases=total(days.purchases),
        spend=total(days.spend),
    )
    return sums.mutate(spend_per_day=sums.spend / sums.days).order_by(column)
