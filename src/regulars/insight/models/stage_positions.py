"""Where every customer stood at the end of each month, and who moved from where to where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.features.lifecycle import RULES, LifecycleRules, stages
from regulars.insight.features.rhythm import RULES as RHYTHM_RULES
from regulars.insight.features.rhythm import RhythmRules, at_dates, dates_table
from regulars.insight.features.sample import sampled
from regulars.insight.shop import Shop, Snapshot

UNKNOWN = "unknown"
"""Where those come from whom the shop did not know a month before."""
SPEND_UNIT = 100
"""Squares of spend are added up in hundreds of minor units, to stay whole and small."""


@dataclass(frozen=True)
class Since:
    """What those who stood in a stage on a past date spent from then on.

    months counts them; customers and spend (minor units) are those of the stage, squares the sum of
    the squares of each one's spend in hundreds; by_month the spend of each month since, first
    first. In a sample all are of the sampled customers.
    """

    stage: str
    months: int
    customers: int
    spend: int
    squares: int
    by_month: tuple[int, ...]


@dataclass(frozen=True)
class Flow:
    """Customers who stood in one stage at the start of a month and in one at its end.

    month is its first day; spend is theirs within the month, minor units. In a sample both are of
    the sampled customers.
    """

    month: date
    from_stage: str
    to_stage: str
    customers: int
    spend: int


def month_ends(first: date | None, as_of: date, most: int) -> list[date]:
    """First days of months (each the end of the month before) after ``first`` up to ``as_of``."""
    ends: list[date] = []
    day = as_of.replace(day=1)
    while first is not None and day > first and len(ends) <= most:
        ends.append(day)
        day = (
            day.replace(month=day.month - 1)
            if day.month > 1
            else day.replace(year=day.year - 1, month=12)
        )
    return sorted(ends)


def positions(
    shop: Shop,
    dates: Sequence[date],
    *,
    as_of: date,
    share: float = 1.0,
    seed: int = 0,
    rhythm_rules: RhythmRules = RHYTHM_RULES,
    rules: LifecycleRules = RULES,
) -> Table:
    """One row per date and customer known on it: at, customer_id, stage, spend.

    The stage is what ``features.lifecycle`` would have said that day; spend is that of the month
    before the date, minor units. Somebody is known from their first order or from joining on,
    whichever comes first. ``share`` below 1 takes a sample of the customers.
    """
    snapshot = shop.at(as_of)
    days = snapshot.day_totals
    if share < 1:
        days = days.filter(sampled(days.customer_id, share, seed=seed))
    told = stages(at_dates(days.filter(days.bought), dates, rhythm_rules), rules, "at")
    known = _known(snapshot, days, share, seed).cross_join(dates_table(dates))
    known = known.filter(known.known_on.isnull() | (known.known_on < known["at"]))
    keys = ["at", "customer_id"]
    stood = known.select(*keys).left_join(told.select(*keys, "stage"), keys)
    stood = stood.select(*keys, stage=stood.stage.fill_null("potential"))
    following = (days.day.truncate("M") + ibis.interval(months=1)).cast("date")
    spent = days.group_by("customer_id", at=following).aggregate(spend=total(days.amount))
    joined = stood.left_join(spent, keys)
    return joined.select(*keys, "stage", spend=joined.spend.fill_null(0))


def _known(snapshot: Snapshot, days: Table, share: float, seed: int) -> Table:
    """customer_id and known_on; empty for who is listed without a date and never ordered."""
    ordered = days.group_by("customer_id").aggregate(first=days.day.min())
    listed = snapshot.shop.tables.get("customers")
    if listed is None:
        return ordered.select("customer_id", known_on=ordered["first"])
    listed = listed.filter(listed.joined_on.isnull() | (listed.joined_on < snapshot.as_of))
    if share < 1:
        listed = listed.filter(sampled(listed.customer_id, share, seed=seed))
    joined = ordered.outer_join(listed.select("customer_id", "joined_on"), "customer_id")
    return joined.select(
        customer_id=joined.customer_id.coalesce(joined.customer_id_right),
        known_on=ibis.cases(
            (joined.joined_on.isnull(), joined["first"]),
            (joined["first"] < joined.joined_on, joined["first"]),
            else_=joined.joined_on,
        ),
    )


def flows_of(stood: Table, dates: Sequence[date]) -> list[Flow]:
    """The flows of each month between consecutive dates, from held ``positions``."""
    if len(dates) < 2:
        return []
    order = {"group_by": "customer_id", "order_by": "at"}
    moved = stood.mutate(from_stage=stood.stage.lag().over(**order).fill_null(UNKNOWN))
    moved = moved.filter(moved["at"] > dates[0])
    counted = moved.group_by("at", "from_stage", to_stage=moved.stage).aggregate(
        customers=moved.count(), spend=total(moved.spend)
    )
    starts = dict(zip(dates[1:], dates, strict=False))
    rows: list[dict[str, Any]] = counted.to_pyarrow().to_pylist()
    found = [
        Flow(
            starts[row["at"]],
            row["from_stage"],
            row["to_stage"],
            row["customers"],
            row["spend"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda flow: (flow.month, flow.from_stage, flow.to_stage))


def distinct_customers(stood: Table, since: date) -> dict[str, int]:
    """Stage -> customers who ever stood there at the start of a month from ``since`` on."""
    recent = stood.filter(stood["at"] >= since)
    counted = recent.group_by("stage").aggregate(customers=recent.customer_id.nunique())
    rows = counted.order_by("stage").to_pyarrow().to_pylist()
    return {row["stage"]: row["customers"] for row in rows}


def since_of(stood: Table, dates: Sequence[date], months: int) -> list[Since]:
    """Told from held ``positions``: by the stage so many months before the last of the dates."""
    if months < 1:
        return []
    anchor = dates[-1 - months]
    then = stood.filter(stood["at"] == anchor).select("customer_id", start="stage")
    later = stood.filter(stood["at"] > anchor).select("customer_id", "at", "spend")
    spent = then.inner_join(later, "customer_id")
    each = spent.group_by("customer_id", "start").aggregate(spend=total(spent.spend))
    rough = (each.spend / SPEND_UNIT).round().cast("int64")
    sums = each.group_by("start").aggregate(
        customers=each.count(), spend=total(each.spend), squares=total(rough * rough)
    )
    monthly = spent.group_by("start", "at").aggregate(spend=total(spent.spend))
    by_month: dict[str, dict[date, int]] = defaultdict(dict)
    for row in monthly.to_pyarrow().to_pylist():
        by_month[row["start"]][row["at"]] = row["spend"]
    return [
        Since(
            row["start"],
            months,
            row["customers"],
            row["spend"],
            row["squares"],
            tuple(by_month[row["start"]].get(day, 0) for day in dates[-months:]),
        )
        for row in sums.order_by("start").to_pyarrow().to_pylist()
    ]
