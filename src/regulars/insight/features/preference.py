"""What each customer prefers: product, category, brand, staff, channel, store."""

from __future__ import annotations

from datetime import date

import ibis
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.shop import Shop, Snapshot

SUBJECTS = {
    "product": "product_id",
    "category": "category",
    "brand": "brand",
    "staff": "staff_id",
    "channel": "channel",
    "store": "store_id",
}
"""Subject -> the column of a line (or of its product) that tells it."""

BREADTH = {"product": "distinct_products", "category": "distinct_categories"}
"""Subject whose breadth is told -> the column that counts its values."""


def preference(shop: Shop, *, as_of: date) -> Table:
    """One row per known customer.

    Columns, for each of product, category, brand, staff, channel and store: top_<subject>, the
    one with the highest net spend above zero (ties: more lines, then the smaller id), and
    top_<subject>_share, its part of the spend over all with a spend above zero (0 to 1). Then
    distinct_products and distinct_categories (with a spend above zero); product_variety and
    category_variety, how many of equal weight would be as varied (1 / Σ share², the inverse of
    Simpson's (1949) index: 1 when all goes to one); and discount_share (discount / price before
    discount, over lines that are not returns; empty when unknown).
    """
    snapshot = shop.at(as_of)
    result = snapshot.customers
    for subject, column in SUBJECTS.items():
        liked = _favourites(spend_by(snapshot, column), subject)
        result = result.left_join(liked, "customer_id").drop("customer_id_right")
    result = result.left_join(_discounts(snapshot), "customer_id").drop("customer_id_right")
    return result.fill_null({"distinct_products": 0, "distinct_categories": 0})


def spend_by(snapshot: Snapshot, column: str) -> Table:
    """customer_id, value, spend (net), lines: per customer and value of a line's column."""
    lines = described_lines(snapshot, column)
    known = lines.filter(lines.customer_id.notnull() & lines[column].notnull())
    return known.group_by("customer_id", value=known[column]).aggregate(
        spend=total(known.amount), lines=known.count()
    )


def described_lines(snapshot: Snapshot, column: str) -> Table:
    """The lines with a column that may stand on the product; empty where nothing tells it."""
    lines = snapshot.lines
    if column in lines.columns:
        return lines
    products = snapshot.shop.tables.get("products")
    if products is None:
        return lines.mutate(**{column: ibis.null("string")})
    described = lines.left_join(products.select("product_id", column), "product_id")
    return described.drop("product_id_right")


def _favourites(spent: Table, subject: str) -> Table:
    above = spent.filter(spent.spend > 0)
    # Squares of whole numbers, exact as floats up to 2^53: no order of rows changes the sum.
    square = above.spend.cast("float64") * above.spend.cast("float64")
    order = [ibis.desc("spend"), ibis.desc("lines"), ibis.asc("value")]
    ranked = above.mutate(
        rank=ibis.row_number().over(group_by="customer_id", order_by=order),
        share=above.spend / above.spend.sum().over(group_by="customer_id"),
        distinct=above.count().over(group_by="customer_id"),
        squares=square.sum().over(group_by="customer_id"),
    )
    top = ranked.filter(ranked["rank"] == 0)
    columns = {f"top_{subject}": top.value, f"top_{subject}_share": top.share}
    if subject in BREADTH:
        # The share of the first is spend / whole, so the whole need not be added up once more.
        whole = top.spend / top.share
        columns[BREADTH[subject]] = top["distinct"]
        columns[f"{subject}_variety"] = whole * whole / top.squares
    return top.select("customer_id", **columns)


def _discounts(snapshot: Snapshot) -> Table:
    lines = snapshot.lines
    sold = lines.filter(
        lines.customer_id.notnull() & (lines.amount >= 0) & lines.discount.notnull()
    )
    totals = sold.group_by("customer_id").aggregate(
        discount=sold.discount.sum(), amount=sold.amount.sum()
    )
    full = (totals.discount + totals.amount).nullif(0)
    return totals.select("customer_id", discount_share=totals.discount / full)
