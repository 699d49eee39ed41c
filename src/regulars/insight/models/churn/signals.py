"""What stands around a customer's silence: the facts that ``models.causes`` reads."""

from __future__ import annotations

from datetime import date

import ibis
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.features.preference import described_lines
from regulars.insight.shop import Shop, Snapshot

KEPT = (
    "gap_change", "amount_change", "returned_share", "trouble_days", "complaints_180d",
    "no_shows_180d", "cancellations_180d",
)  # fmt: skip
"""Of the columns of ``features.history`` those that are kept beside a warning."""

FAVOURITE_SHARE = 0.4
DROPPED_GAPS = 2.0
DROPPED_DAYS = 60


def signals(shop: Shop, told: Table, *, as_of: date) -> Table:
    """customer_id, those of ``KEPT`` that are there, and dropped_category.

    Args:
        told: a history of one date (customer_id, last_on, usual_gap_days, …), of few customers.

    dropped_category: a category that took at least 40% of their spend and that they bought last
    at least two usual gaps, and sixty days, before their last purchase of anything.
    """
    kept = [name for name in KEPT if name in told.columns]
    rows = told.select("customer_id", "last_on", "usual_gap_days", *kept)
    dropped = _dropped(shop.at(as_of), rows)
    joined = rows.left_join(dropped, "customer_id")
    return joined.select("customer_id", *kept, "dropped_category")


def _dropped(snapshot: Snapshot, people: Table) -> Table:
    """customer_id, dropped_category of those who have one; ties go to the first by name."""
    lines = described_lines(snapshot, "category")
    lines = lines.filter(lines.category.notnull() & (lines.amount > 0))
    lines = lines.semi_join(people, "customer_id")
    spent = lines.group_by("customer_id", "category").aggregate(
        spend=total(lines.amount), bought_at=lines.ordered_at.max()
    )
    share = spent.spend / spent.spend.sum().over(group_by="customer_id")
    spent = spent.mutate(share=share, bought_on=spent.bought_at.date())
    joined = spent.inner_join(people, "customer_id")
    since = joined.last_on.delta(joined.bought_on, unit="day")
    long_ago = (since >= DROPPED_GAPS * joined.usual_gap_days) & (since >= DROPPED_DAYS)
    found = joined.filter((joined.share >= FAVOURITE_SHARE) & long_ago)
    place = ibis.row_number().over(
        group_by="customer_id", order_by=[ibis.desc("spend"), ibis.asc("category")]
    )
    first = found.mutate(place=place)
    return first.filter(first.place == 0).select("customer_id", dropped_category="category")
