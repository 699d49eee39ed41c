"""How far prices of what a customer buys have moved: the part of the market that is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import total
from regulars.insight.features.line_counts import QUANTITY_PARTS, SHARE_PARTS, sold_lines
from regulars.insight.features.rhythm import dates_table
from regulars.insight.shop import Snapshot

LATELY_DAYS = 60
BEFORE_DAYS = 180
BOUGHT_DAYS = 365
MOST_CHANGE = 1.0
"""Log changes beyond a factor of e either way are mostly other units under one name."""


def exposure_at(snapshot: Snapshot, people: Table | None, dates: Sequence[date]) -> Table:
    """at, customer_id, price_change: one row per date and customer who bought an item with both
    prices in the year before it.

    price_change is the mean log change of the price paid for a unit in the shop, of the last sixty
    days against the hundred and twenty before, over what the customer bought in the year before
    the date, weighted by what they spent on it; 0.05 is five hundredths dearer.

    Args:
        snapshot: of the whole shop, whose lines tell prices. people: keep to these customers.
    """
    sold = sold_lines(snapshot)
    sold = sold.filter(sold.product_id.notnull()).mutate(day=sold.ordered_at.date())
    own = sold.filter(sold.customer_id.notnull())
    own = own if people is None else own.semi_join(people, "customer_id")
    own = own.group_by("customer_id", "product_id", "day").aggregate(amount=total(own.amount))
    told = _aged(own, dates, BOUGHT_DAYS).inner_join(_changes(sold, dates), ["at", "product_id"])
    sums = told.group_by("at", "customer_id").aggregate(
        moved=total(told.amount * told.change), amount=total(told.amount)
    )
    return sums.select("at", "customer_id", price_change=sums.moved / sums.amount / SHARE_PARTS)


def _changes(sold: Table, dates: Sequence[date]) -> Table:
    """at, product_id, change: log change of an item's unit price, in millionths."""
    parts = (sold.quantity * QUANTITY_PARTS).round().cast("int64")
    daily = sold.group_by("product_id", "day").aggregate(
        amount=total(sold.amount), parts=total(parts)
    )
    aged = _aged(daily, dates, BEFORE_DAYS)
    late = aged.age <= LATELY_DAYS
    sums = aged.group_by("at", "product_id").aggregate(
        amount=total(aged.amount, where=late),
        parts=total(aged.parts, where=late),
        amount_before=total(aged.amount, where=~late),
        parts_before=total(aged.parts, where=~late),
    )
    sums = sums.filter((sums.parts > 0) & (sums.parts_before > 0))
    rise = _unit(sums.amount, sums.parts) / _unit(sums.amount_before, sums.parts_before)
    change = rise.ln().clip(-MOST_CHANGE, MOST_CHANGE)
    # Whole numbers from here on, so that the order of rows changes no sum.
    return sums.select("at", "product_id", change=(change * SHARE_PARTS).round().cast("int64"))


def _unit(amount: Column, parts: Column) -> Column:
    return amount.cast("float64") / parts


def _aged(table: Table, dates: Sequence[date], longest: int) -> Table:
    """Each day beside each date after it, with its age, of at most so many days."""
    told = table.cross_join(dates_table(dates))
    told = told.mutate(age=told["at"].delta(told.day, unit="day"))
    return told.filter((told.age > 0) & (told.age <= longest))
