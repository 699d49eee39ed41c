"""How purchases, amounts and preferences spread over a shop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.features.preference import SUBJECTS, spend_by
from regulars.insight.features.summary import summary
from regulars.insight.shop import Shop

PURCHASE_DAYS_FROM = (*range(1, 13), 13, 25, 53)
"""Where each class of purchase days begins; a year's weekly visit is 52."""

AMOUNT_FROM = tuple(step * 10**power for power in range(3, 8) for step in (1, 2, 5))
"""Where each class of order amounts begins, minor units; the class before the first is from 0."""


def frequency_distribution(shop: Shop, *, as_of: date) -> Table:
    """purchase_days_from, purchase_days_to (empty for the last class), customers, spend."""
    history = summary(shop, as_of=as_of)
    buyers = history.filter(history.purchase_days > 0)
    classes = _classed(buyers, "purchase_days", PURCHASE_DAYS_FROM)
    return classes.aggregate(customers=buyers.count(), spend=total(buyers.spend)).order_by(
        "purchase_days_from"
    )


def amount_distribution(shop: Shop, *, as_of: date) -> Table:
    """amount_from, amount_to (minor units, empty for the last class), purchases, spend."""
    orders = shop.at(as_of).orders
    bought = orders.filter(orders.amount > 0)
    classes = _classed(bought, "amount", (0, *AMOUNT_FROM))
    return classes.aggregate(purchases=bought.count(), spend=total(bought.amount)).order_by(
        "amount_from"
    )


def _classed(table: Table, column: str, starts: Sequence[int]) -> Table:
    value = table[column]
    start = ibis.cases(*[(value >= start, start) for start in reversed(starts)])
    end = ibis.cases(*[(value < following, following - 1) for following in starts[1:]])
    return table.group_by(
        **{f"{column}_from": start.cast("int64"), f"{column}_to": end.cast("int64")}
    )


def top(shop: Shop, subject: str, *, as_of: date, most: int = 50) -> Table:
    """The values of a subject (see ``preference.SUBJECTS``) with the highest net spend.

    Columns: value (as text), spend, lines, customers (distinct known ones), share (of the spend
    of all lines where the subject is known). Anonymous lines count. Ties: more lines, then the
    smaller value.
    """
    spent = spend_by(shop.at(as_of), SUBJECTS[subject])
    sums = spent.group_by("value").aggregate(
        spend=total(spent.spend),
        lines=total(spent["lines"]),
        customers=spent.customer_id.count(),
    )
    shared = sums.mutate(share=sums.spend / sums.spend.sum().over(ibis.window()).nullif(0))
    order = [ibis.desc("spend"), ibis.desc("lines"), ibis.asc("value")]
    return shared.order_by(order).limit(most).mutate(value=shared.value.cast("string"))
