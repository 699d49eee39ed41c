"""How soon after a product is first sold someone buys it."""

from __future__ import annotations

from datetime import date

import ibis
from ibis.expr.types import Table

from regulars.insight.shop import Shop

SETTLED_DAYS = 90
"""What sells in the first days on record may be old; only later arrivals are new products."""

SEEN_DAYS = 30
"""A product must have been on sale so long that others could follow."""

FEWEST_BUYERS = 20
MOST_PRODUCTS = 200
FEWEST_PRODUCTS = 2
PRIOR = 2
_STEPS = 10_000


def adoption(shop: Shop, *, as_of: date) -> Table:
    """One row per customer who bought at least two new products.

    Columns: new_products (how many of them), adoption_place (0 first to 1 last: mean place among
    the known buyers of each, by the day of the first purchase, ties sharing a place, leaning on
    the middle like ``PRIOR`` products more, so that few products make no extremes).

    New is a product first sold at least 90 days after the shop's first sale and 30 days before
    ``as_of``, with at least 20 known buyers; the 200 with the most count. Who does not buy at all
    is not late, only absent. After Rogers (1962), Diffusion of Innovations.
    """
    snapshot = shop.at(as_of)
    lines = snapshot.lines.filter(snapshot.lines.amount > 0)
    sold = lines.group_by("product_id").aggregate(first_on=lines.ordered_at.date().min())
    begun = sold.aggregate(begun=sold.first_on.min())
    dated = sold.filter(sold.product_id.notnull()).cross_join(begun)
    new = dated.filter(
        (dated.first_on.delta(dated.begun, unit="day") >= SETTLED_DAYS)
        & (snapshot.today.delta(dated.first_on, unit="day") >= SEEN_DAYS)
    )
    bought = lines.filter(lines.customer_id.notnull()).semi_join(new, "product_id")
    firsts = bought.group_by("product_id", "customer_id").aggregate(
        day=bought.ordered_at.date().min()
    )
    placed = _placed(_widely_bought(firsts))
    own = placed.group_by("customer_id").aggregate(
        new_products=placed.count(), places=placed.place.sum()
    )
    told = own.filter(own.new_products >= FEWEST_PRODUCTS)
    leaning = (told.places + PRIOR * _STEPS / 2) / (told.new_products + PRIOR)
    return told.select("customer_id", "new_products", adoption_place=leaning / _STEPS)


def _widely_bought(firsts: Table) -> Table:
    counts = firsts.group_by("product_id").aggregate(buyers=firsts.count())
    wide = counts.filter(counts.buyers >= FEWEST_BUYERS)
    order = [ibis.desc("buyers"), ibis.asc("product_id")]
    most = wide.mutate(place=ibis.row_number().over(order_by=order))
    most = most.filter(most.place < MOST_PRODUCTS).select("product_id", "buyers")
    return firsts.inner_join(most, "product_id")


def _placed(firsts: Table) -> Table:
    """customer_id and place in whole ten-thousandths, so that sums do not depend on row order."""
    window = {"group_by": "product_id", "order_by": "day"}
    ranked = firsts.mutate(
        before=ibis.rank().over(**window),
        alike=firsts.count().over(group_by=["product_id", "day"]),
    )
    place = (ranked.before + ranked.alike / 2) / ranked.buyers
    return ranked.select("customer_id", place=(place * _STEPS + 0.5).floor().cast("int64"))
