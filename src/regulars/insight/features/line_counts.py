"""What the lines of each customer say about prices and new items, counted in one pass.

Two features ask the same of every line: was it cheap (``features.price``), was the item new
(``features.novelty``)? Both are told by the item and the calendar month alone, so the lines are
read once for the items and once for the customers, however many there are.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import total
from regulars.insight.shop import Shop, Snapshot

CHEAP_AT = 0.95
"""A unit price of at most so much of the usual one is cheap."""
NEW_MONTHS = 3
"""An item is new in the calendar month of its first sale and the two that follow."""
QUANTITY_PARTS = 1000
SHARE_PARTS = 1_000_000
YEAR_DAYS = 365


def sold_lines(snapshot: Snapshot) -> Table:
    """Lines of more than nothing, for more than nothing.

    Columns: customer_id, product_id, ordered_at, month (number, see ``month_number``), quantity,
    amount, discount (0 where unknown; minor units).
    """
    lines = snapshot.lines
    sold = lines.filter((lines.amount > 0) & (lines.quantity >= 1 / QUANTITY_PARTS))
    return sold.select(
        "customer_id",
        "product_id",
        "ordered_at",
        "quantity",
        "amount",
        month=month_number(sold.ordered_at),
        discount=sold.discount.fill_null(0),
    )


def month_number(moment: Column) -> Column:
    """Months since year 0: 12 × year + month − 1."""
    return moment.year() * 12 + moment.month() - 1


def product_months(shop: Shop, *, as_of: date) -> Table:
    """One row per item and calendar month it was sold in.

    Columns: product_id, month (number); lines, parts (units in thousandths), amount, added up;
    usual_price, the mean price of a unit before discounts in the same year (twelve months each,
    counted back from the month of ``as_of``), minor units; new, whether the item was new (never in
    the first three months on record, nor if first sold then); judged, whether anything could have
    been new that month; expected, the share of new items in the shop's lines of the month, in
    millionths.
    """
    sold = sold_lines(shop.at(as_of))
    named = sold.filter(sold.product_id.notnull())
    parts = (named.quantity * QUANTITY_PARTS).round().cast("int64")
    sums = named.group_by("product_id", "month").aggregate(
        lines=named.count(),
        parts=total(parts),
        amount=total(named.amount),
        full=total(named.amount) + total(named.discount),
    )
    now = as_of.year * 12 + as_of.month - 1
    dated = sums.mutate(
        year=((now - sums.month) // 12).cast("int64"),
        first=sums.month.min().over(group_by="product_id"),
        opened=sums.month.min().over(ibis.window()),
    )
    year = {"group_by": ["product_id", "year"]}
    usual = dated.full.sum().over(**year) * QUANTITY_PARTS / dated.parts.sum().over(**year)
    late = dated["first"] - dated.opened >= NEW_MONTHS
    told = dated.select(
        "product_id",
        "month",
        "lines",
        "parts",
        "amount",
        usual_price=usual,
        new=late & (dated.month - dated["first"] < NEW_MONTHS),
        judged=dated.month - dated.opened >= NEW_MONTHS,
    )
    lines = told.lines.sum().over(group_by="month")
    new = told.new.ifelse(told.lines, 0).sum().over(group_by="month")
    return told.mutate(expected=(new * SHARE_PARTS / lines).round().cast("int64"))


def line_counts(shop: Shop, *, as_of: date, items: Table | None = None) -> Table:
    """One row per customer with a line sold to them.

    Columns: lines; cheap and deals (of these, cheap ones and those with a discount); discount_365d
    (minor units); judged (lines in months when something could be new), new (of these, of new
    items), judged_spend, new_spend (minor units), expected_new (in millionths of a line: what the
    shop's average share of new items in each month would have made of their lines).

    Args:
        items: ``product_months`` when it was computed already.
    """
    snapshot = shop.at(as_of)
    items = product_months(shop, as_of=as_of) if items is None else items
    sold = sold_lines(snapshot)
    known = sold.filter(sold.customer_id.notnull())
    told = known.left_join(
        items.select("product_id", "month", "usual_price", "new", "judged", "expected"),
        ["product_id", "month"],
    )
    deal = told.discount > 0
    cheap = deal | (told.amount <= told.usual_price * CHEAP_AT * told.quantity)
    year_ago = datetime.combine(as_of - timedelta(days=YEAR_DAYS), time.min)
    # A line of no item has neither a usual price nor is it new: empty counts as no.
    return told.group_by("customer_id").aggregate(
        lines=told.count(),
        cheap=told.count(where=cheap),
        deals=told.count(where=deal),
        discount_365d=total(told.discount, where=told.ordered_at >= year_ago).fill_null(0),
        judged=told.count(where=told.judged),
        new=told.count(where=told.new),
        judged_spend=total(told.amount, where=told.judged).fill_null(0),
        new_spend=total(told.amount, where=told.new).fill_null(0),
        expected_new=total(told.expected, where=told.judged).fill_null(0),
    )
