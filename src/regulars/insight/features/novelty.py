"""New-product appetite: who buys what the shop has only just begun to sell.

An item is **new** for 90 days from the first day the shop sold it to anybody. What was first sold
in the first 90 days on record is never new: nobody knows since when it was there.
"""

from __future__ import annotations

from datetime import date
from statistics import NormalDist

import ibis
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.shop import Shop, Snapshot

NEW_DAYS = 90
ENOUGH_DAYS = 5
ENOUGH_EXPECTED = 0.5
"""Below so many expected new lines nobody can be told from the average."""
CLEAR = NormalDist().inv_cdf(0.9)
EXPECTED_PARTS = 1_000_000


def novelty(shop: Shop, *, as_of: date) -> Table:
    """One row per known customer.

    Columns: novelty_share (lines of new items / lines bought since the shop has had new items, 0
    to 1), novelty_spend_share (the same in money), novelty_ratio (their new lines / those of the
    average customer buying as much in the same months), novelty_n (lines behind it) and
    novelty_band: "eager" or "wary" when they differ by more than chance (one sided 10%), else
    "average". All empty with fewer than 5 such lines or where less than half a new line would be
    expected; the band then says nothing either.
    """
    snapshot = shop.at(as_of)
    lines = judged_lines(snapshot)
    months = lines.group_by("month").aggregate(
        expected=(lines.count(where=lines.new) * EXPECTED_PARTS / lines.count())
        .round()
        .cast("int64")
    )
    known = lines.filter(lines.customer_id.notnull()).left_join(months, "month")
    counts = known.group_by("customer_id").aggregate(
        n=known.count(),
        new=known.count(where=known.new),
        spend=total(known.amount),
        new_spend=total(known.amount, where=known.new).fill_null(0),
        millionths=total(known.expected),
    )
    return snapshot.per_customer(_told(counts))


def judged_lines(snapshot: Snapshot) -> Table:
    """Lines above zero from the day on which an item could first be new.

    Columns: customer_id (may be empty), product_id, month (its first day), amount, new (bool).
    """
    lines = snapshot.lines
    named = lines.filter(lines.product_id.notnull())
    firsts = named.group_by("product_id").aggregate(first=named.ordered_at.min().date())
    opened = firsts.aggregate(opened=firsts["first"].min())
    since = firsts.cross_join(opened)
    usual = since["first"].delta(since.opened, unit="day") < NEW_DAYS
    since = since.select("product_id", "opened", first=usual.ifelse(None, since["first"]))
    sold = named.filter(named.amount > 0).select(
        "customer_id", "product_id", "amount", day=named.ordered_at.date()
    )
    joined = sold.inner_join(since, "product_id")
    judged = joined.filter(joined.day.delta(joined.opened, unit="day") >= NEW_DAYS)
    age = judged.day.delta(judged["first"], unit="day")
    return judged.select(
        "customer_id",
        "product_id",
        "amount",
        month=judged.day.truncate("M"),
        new=(age < NEW_DAYS).fill_null(False),
    )


def _told(counts: Table) -> Table:
    expected = counts.millionths / EXPECTED_PARTS
    told = counts.mutate(expected=expected)
    enough = (told.n >= ENOUGH_DAYS) & (told.expected >= ENOUGH_EXPECTED)
    average = (told.expected / told.n).clip(upper=0.999999)
    apart = (told.new - told.expected) / (told.expected * (1 - average)).sqrt()
    band = ibis.cases((apart > CLEAR, "eager"), (apart < -CLEAR, "wary"), else_="average")
    values = {
        "novelty_share": told.new / told.n,
        "novelty_spend_share": told.new_spend / told.spend.nullif(0),
        "novelty_ratio": told.new / told.expected,
        "novelty_n": told.n,
        "novelty_band": band,
    }
    columns = {name: enough.ifelse(value, None) for name, value in values.items()}
    return told.select("customer_id", **columns)


def novelty_bands(customers: Table) -> Table:
    """novelty_band (empty: cannot be told), customers, spend_365d; of who ever bought."""
    buyers = customers.filter(customers.purchase_days > 0)
    counted = buyers.group_by("novelty_band").aggregate(
        customers=buyers.count(), spend_365d=total(buyers.spend_365d)
    )
    return counted.order_by("novelty_band")


def new_products(shop: Shop, *, as_of: date) -> Table:
    """What new items bring, by month: month, products (new ones sold), lines, spend, share.

    ``share`` is their part of the spend of all lines of the month; anonymous lines count.
    """
    lines = judged_lines(shop.at(as_of))
    months = lines.group_by("month").aggregate(
        products=lines.product_id.nunique(where=lines.new),
        lines=lines.count(where=lines.new),
        spend=total(lines.amount, where=lines.new).fill_null(0),
        whole=total(lines.amount),
    )
    return months.mutate(share=months.spend / months.whole).drop("whole").order_by("month")
