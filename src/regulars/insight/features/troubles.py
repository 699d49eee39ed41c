"""What went wrong with each customer before past dates: complaints, no-shows, cancellations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
from ibis.expr.types import Table

from regulars.insight.features.rhythm import dates_table
from regulars.insight.shop import Snapshot

KINDS = {"complaints": "complaint", "no_shows": "no_show", "cancellations": "cancellation"}
"""Column -> kind of event."""

RECENT_DAYS = 180


def troubles_at(snapshot: Snapshot, people: Table | None, dates: Sequence[date]) -> Table:
    """at, customer_id, for each of ``KINDS`` its count ever and in 180 days, trouble_days.

    trouble_days: days since the last complaint or no-show, empty without one. One row per date
    and customer with an event before it; no rows when the shop keeps no events.
    """
    events = _events(snapshot)
    if people is not None:
        events = events.semi_join(people, "customer_id")
    table = events.cross_join(dates_table(dates))
    table = table.filter(table.day < table["at"])
    age = table["at"].delta(table.day, unit="day")
    table = table.mutate(age=age)
    measures = {}
    for name, kind in KINDS.items():
        measures[name] = table.count(where=table.kind == kind)
        measures[f"{name}_{RECENT_DAYS}d"] = table.count(
            where=(table.kind == kind) & (table.age <= RECENT_DAYS)
        )
    serious = table.kind.isin([KINDS["complaints"], KINDS["no_shows"]])
    measures["trouble_days"] = table.age.min(where=serious)
    return table.group_by("at", "customer_id").aggregate(**measures)


def _events(snapshot: Snapshot) -> Table:
    if snapshot.events is not None:
        events = snapshot.events
        return events.select("customer_id", "kind", day=events.at.date())
    lines = snapshot.lines
    nobody = lines.filter(ibis.literal(False))
    return nobody.select("customer_id", kind=ibis.literal("none"), day=lines.ordered_at.date())
