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
    """value, customer_id (empty for anonymous sales), spend (net), lines; held by the engine.

    Per value of a line's column and customer. The widest of all groupings: computed once for a
    snapshot, kept until ``Snapshot.release``.
    """

    def counted() -> Table:
        lines = described_lines(snapshot, column)
        known = lines.filter(lines[column].notnull())
        return known.group_by("customer_id", value=known[column]).aggregate(
            spend=total(known.amount), lines=known.count()
        )

    return snapshot.kept(f"spend by {column}", counted)


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
    above = spent.filter((spent.spend > 0) & spent.customer_id.notnull())
    # Squares of whole numbers, exact as floats up to 2^53: no order of rows changes the sum.
    square = above.spend.cast("float64") * above.spend.cast("float64")
    best = above.group_by("customer_id").aggregate(
        spend=above.spend.max(),
        whole=total(above.spend),
        distinct=above.count(),
        squares=square.sum(),
    )
    value = first_of(above, best)
    top = best.inner_join(value, "customer_id")
    columns = {f"top_{subject}": top.value, f"top_{subject}_share": top.spend / top.whole}
    if subject in BREADTH:
        whole = top.whole.cast("float64")
        columns[BREADTH[subject]] = top["distinct"]
        columns[f"{subject}_variety"] = whole * whole / top.squares
    return top.select("customer_id", **columns)


def first_of(above: Table, best: Table) -> Table:
    """customer_id and value of the row with the best spend, then most lines, the smaller value.

    Joins instead of a numbered window, which would have to sort every row of every customer.
    """
    best = best.select("customer_id", "spend")
    leading = above.semi_join(best, ["customer_id", "spend"])
    most = leading.group_by("customer_id").aggregate(lines=leading["lines"].max())
    first = leading.semi_join(most, ["customer_id", "lines"])
    return first.group_by("customer_id").aggregate(value=first.value.min())


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
