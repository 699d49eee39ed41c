"""Price sensitivity: who buys when it costs less, beside the shop's average customer.

A line counts as **cheap** when something was taken off its price, or when its unit price lies at
least 5% below the item's usual one: the mean full price a unit of it was sold at in the same year
(years count back from ``as_of``). The first shows in shops that record discounts, the second in
shops that move prices; ``price_basis`` says which of them there were.
"""

from __future__ import annotations

from datetime import date
from statistics import NormalDist

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import total
from regulars.insight.features.line_counts import line_counts
from regulars.insight.shop import Shop

PRIOR_LINES = 5
"""Weight of the shop's average in a customer's share, in lines."""
ENOUGH_DAYS = 5
CLEAR = NormalDist().inv_cdf(0.9)
"""A band other than medium needs a share that chance would give to one in ten on that side …"""
APART = 1.25
"""… and so many times the average share, or less than the average by as much."""


def price(shop: Shop, *, as_of: date, counts: Table | None = None) -> Table:
    """One row per known customer.

    Columns: discount_365d (taken off in the 365 days before ``as_of``, minor units, 0 where none
    is recorded); deal_share (cheap lines / lines sold to them, 0 to 1); price_sensitivity (0 to 1;
    0.5 buys cheap as often as the shop's average customer, the share leaning on the average by 5
    lines: R / (1 + R) with R = leaning share / average share); price_n (purchase days behind it);
    price_band: "high" or "low" when the share differs from the average by more than chance (one
    sided 10%, lines of one day counted as one case) and by a quarter (R at least 1.25 or at most
    0.8), else "medium"; price_basis: "discounts",
    "prices" or "both". All but the first are empty below 5 purchase days, and for everybody where
    no line, or every line, was cheap.

    Args:
        counts: ``line_counts`` when it was computed already.
    """
    snapshot = shop.at(as_of)
    counts = line_counts(shop, as_of=as_of) if counts is None else counts
    average = counts.aggregate(
        all_lines=total(counts.lines), all_cheap=total(counts.cheap), all_deals=total(counts.deals)
    )
    buying = snapshot.purchase_days
    days = buying.group_by("customer_id").aggregate(price_n=buying.count())
    joined = counts.left_join(days, "customer_id").drop("customer_id_right").cross_join(average)
    return snapshot.per_customer(_told(joined), zero=("discount_365d",))


def _told(joined: Table) -> Table:
    average = joined.all_cheap / joined.all_lines
    enough = (joined.price_n >= ENOUGH_DAYS) & (average > 0) & (average < 1)
    leaning = (joined.cheap + PRIOR_LINES * average) / (joined.lines + PRIOR_LINES)
    ratio = leaning / average
    cases = ibis.least(joined.price_n, joined.lines)
    apart = (joined.cheap / joined.lines - average) / (average * (1 - average) / cases).sqrt()
    band = ibis.cases(
        ((apart > CLEAR) & (ratio >= APART), "high"),
        ((apart < -CLEAR) & (ratio <= 1 / APART), "low"),
        else_="medium",
    )

    def known(column: Column) -> Column:
        return enough.ifelse(column, None)

    return joined.select(
        "customer_id",
        "discount_365d",
        deal_share=known(joined.cheap / joined.lines),
        price_sensitivity=known(ratio / (1 + ratio)),
        price_n=known(joined.price_n),
        price_band=known(band),
        price_basis=known(_basis(joined)),
    )


def _basis(joined: Table) -> Column:
    return ibis.cases(
        (joined.all_deals == 0, "prices"),
        (joined.all_deals == joined.all_cheap, "discounts"),
        else_="both",
    )


def price_bands(customers: Table) -> Table:
    """price_band (empty: cannot be told), customers, spend_365d, discount_365d, deal_share.

    From the customer table, of who ever bought; deal_share is the mean of their shares.
    """
    buyers = customers.filter(customers.purchase_days > 0)
    parts = (buyers.deal_share * 1_000_000).round().cast("int64")
    counted = buyers.group_by("price_band").aggregate(
        customers=buyers.count(),
        spend_365d=total(buyers.spend_365d),
        discount_365d=total(buyers.discount_365d),
        millionths=total(parts),
        told=buyers.deal_share.count(),
    )
    share = counted.millionths / counted.told.nullif(0) / 1_000_000
    return counted.mutate(deal_share=share).drop("millionths", "told").order_by("price_band")
