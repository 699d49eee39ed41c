"""New-product appetite: who buys what the shop has only just begun to sell.

An item is **new** in the calendar month in which the shop first sold it to anybody and in the two
that follow. What was first sold in the first three months on record is never new: nobody knows
since when it was there.
"""

from __future__ import annotations

from datetime import date
from statistics import NormalDist

import ibis
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.features.line_counts import SHARE_PARTS, line_counts, product_months
from regulars.insight.shop import Shop

ENOUGH_LINES = 5
ENOUGH_EXPECTED = 0.5
"""Below so many expected new lines nobody can be told from the average."""
CLEAR = NormalDist().inv_cdf(0.9)
APART = 1.25
"""A band other than average needs so many times the expected lines, or as many times fewer."""


def novelty(shop: Shop, *, as_of: date, counts: Table | None = None) -> Table:
    """One row per known customer.

    Columns: novelty_share (lines of new items / lines bought since the shop has had new items, 0
    to 1), novelty_spend_share (the same in money), novelty_ratio (their new lines / those of the
    average customer buying as much in the same months), novelty_n (lines behind it) and
    novelty_band: "eager" or "wary" when they differ by more than chance (one sided 10%) and
    by a quarter (a ratio of at least 1.25 or at most 0.8), else "average". All empty with fewer
    than 5 such lines or where less than half a new line would be expected.

    Args:
        counts: ``line_counts`` when it was computed already.
    """
    counts = line_counts(shop, as_of=as_of) if counts is None else counts
    told = counts.mutate(expected=counts.expected_new / SHARE_PARTS)
    enough = (told.judged >= ENOUGH_LINES) & (told.expected >= ENOUGH_EXPECTED)
    average = (told.expected / told.judged).clip(upper=0.999999)
    apart = (told.new - told.expected) / (told.expected * (1 - average)).sqrt()
    ratio = told.new / told.expected
    values = {
        "novelty_share": told.new / told.judged,
        "novelty_spend_share": told.new_spend / told.judged_spend.nullif(0),
        "novelty_ratio": ratio,
        "novelty_n": told.judged,
        "novelty_band": ibis.cases(
            ((apart > CLEAR) & (ratio >= APART), "eager"),
            ((apart < -CLEAR) & (ratio <= 1 / APART), "wary"),
            else_="average",
        ),
    }
    columns = {name: enough.ifelse(value, None) for name, value in values.items()}
    return shop.at(as_of).per_customer(told.select("customer_id", **columns))


def novelty_bands(customers: Table) -> Table:
    """novelty_band (empty: cannot be told), customers, spend_365d; of who ever bought."""
    buyers = customers.filter(customers.purchase_days > 0)
    counted = buyers.group_by("novelty_band").aggregate(
        customers=buyers.count(), spend_365d=total(buyers.spend_365d)
    )
    return counted.order_by("novelty_band")


def new_products(shop: Shop, *, as_of: date, items: Table | None = None) -> Table:
    """What new items bring, by month: month, products (new ones sold), lines, spend, share.

    ``month`` is its first day; ``share`` is their part of the spend of all lines of the month that
    name an item; anonymous lines count. Only months in which something could be new.
    """
    items = product_months(shop, as_of=as_of) if items is None else items
    judged = items.filter(items.judged)
    sums = judged.group_by("month").aggregate(
        products=judged.count(where=judged.new),
        lines=total(judged.lines, where=judged.new).fill_null(0),
        spend=total(judged.amount, where=judged.new).fill_null(0),
        whole=total(judged.amount),
    )
    return sums.select(
        "products",
        "lines",
        "spend",
        month=ibis.date(sums.month // 12, sums.month % 12 + 1, 1),
        share=sums.spend / sums.whole,
    ).order_by("month")
