"""How many different things, people and places each customer had come to on past dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ibis.expr.types import Table

from regulars.insight.features.preference import described_lines
from regulars.insight.features.rhythm import dates_table
from regulars.insight.shop import Snapshot

BREADTHS = {
    "product": "product_id",
    "category": "category",
    "channel": "channel",
    "staff": "staff_id",
    "store": "store_id",
}
"""Subject -> the column of a line (or of its product) that tells it."""

NEW_DAYS = 90


def breadth_at(snapshot: Snapshot, dates: Sequence[date], subject: str, column: str) -> Table:
    """at, customer_id, distinct_<subject>, new_<subject>_90d (first bought in the last 90 days).

    One row per date and customer who had bought such a thing by then; lines of less than nothing
    do not count. A thing is counted from its first day on, which tells all dates in one pass.
    """
    lines = described_lines(snapshot, column)
    lines = lines.filter(
        lines.customer_id.notnull() & lines[column].notnull() & (lines.amount >= 0)
    )
    begun = lines.group_by("customer_id", lines[column]).aggregate(first_at=lines.ordered_at.min())
    begun = begun.select("customer_id", day=begun.first_at.date()).cross_join(dates_table(dates))
    begun = begun.filter(begun.day < begun["at"])
    age = begun["at"].delta(begun.day, unit="day")
    return begun.group_by("at", "customer_id").aggregate(
        **{
            f"distinct_{subject}": begun.count(),
            f"new_{subject}_{NEW_DAYS}d": begun.count(where=age <= NEW_DAYS),
        }
    )
