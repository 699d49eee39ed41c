"""What counts as staying away, and what was seen of it on past dates.

The target is declared per person: no purchase within ``gaps`` times their usual gap from the date
on, at least ``shortest`` and at most ``longest`` days. A weekly customer is missed after a month, a
yearly one is not. The usual gap is that of ``features.rhythm`` on the date itself, so nothing of
the outcome enters it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ibis.expr.types import Column, Table

from regulars.insight.features.history import history, sample_of
from regulars.insight.features.rhythm import dates_table
from regulars.insight.shop import Shop

HISTORY_DAYS = 28
"""A past date is looked at only when the shop has so many days of records before it."""

STEP_DAYS = 30
CLOSE_STEP_DAYS = 15
FEW_WINDOWS = 4
MOST_WINDOWS = 8


@dataclass(frozen=True)
class HorizonRule:
    """Away means no purchase within ``gaps`` × usual gap, from ``shortest`` to ``longest`` days."""

    gaps: float = 2.0
    shortest: int = 30
    longest: int = 180

    @classmethod
    def fixed(cls, days: int) -> HorizonRule:
        """The same horizon for everyone."""
        return cls(0.0, days, days)

    def within(self, known_days: int) -> HorizonRule:
        """Not longer than a third of what the records leave once a date has its own past."""
        if self.shortest == self.longest:
            return self
        most = max(self.shortest, (known_days - HISTORY_DAYS) // 3)
        return replace(self, longest=min(self.longest, most))

    def days(self, usual_gap_days: Column) -> Column:
        """The horizon in whole days; the longest for those without a rhythm."""
        wanted = (usual_gap_days * self.gaps + 0.5).floor().cast("int64")
        return wanted.clip(self.shortest, self.longest).fill_null(self.longest)


def past_dates(first: date | None, as_of: date, longest: int) -> tuple[date, ...]:
    """Dates to learn from, latest first, thirty days apart; fifteen when there would be few."""
    if first is None:
        return ()
    latest = as_of - timedelta(days=longest)
    earliest = first + timedelta(days=HISTORY_DAYS)
    for step in (STEP_DAYS, CLOSE_STEP_DAYS):
        dates = [latest - timedelta(days=step * back) for back in range(MOST_WINDOWS)]
        dates = [day for day in dates if day >= earliest]
        if len(dates) >= FEW_WINDOWS:
            break
    return tuple(dates)


def seen(
    shop: Shop,
    dates: Sequence[date],
    rule: HorizonRule,
    *,
    as_of: date,
    share: float,
    seed: int,
    parts: Sequence[str],
) -> Table:
    """One row per past date and sampled customer who had bought before it, as known at ``as_of``.

    Columns: those of ``history``, horizon_days, and away (1 for no purchase within the horizon).
    """
    snapshot = shop.at(as_of)
    people = sample_of(snapshot, share, seed)
    told = history(shop, dates, among=people, known_at=as_of, parts=parts)
    told = told.filter(told.purchase_days > 0)
    told = told.mutate(horizon_days=rule.days(told.usual_gap_days))
    buying = snapshot.purchase_days
    back = _next_days(buying if people is None else buying.semi_join(people, "customer_id"), dates)
    joined = told.left_join(back, ["at", "customer_id"]).drop("at_right", "customer_id_right")
    wait = joined.next_on.delta(joined["at"], unit="day")
    away = (wait >= joined.horizon_days).fill_null(True)
    return joined.mutate(away=away.cast("int8")).drop("next_on")


def _next_days(purchase_days: Table, dates: Sequence[date]) -> Table:
    """at, customer_id, next_on: the first purchase day from each date on."""
    table = purchase_days.select("customer_id", "day").cross_join(dates_table(dates))
    later = table.filter(table.day >= table["at"])
    return later.group_by("at", "customer_id").aggregate(next_on=later.day.min())


def scored(
    shop: Shop,
    rule: HorizonRule,
    *,
    as_of: date,
    parts: Sequence[str],
    rhythms: Table,
    among: Table | None = None,
) -> Table:
    """The same on one date, without an outcome; ``among`` keeps to some customers.

    ``rhythms`` is what ``features.rhythm`` says on that date.
    """
    told = history(shop, [as_of], parts=parts, among=among, rhythms=rhythms)
    told = told.filter(told.purchase_days > 0)
    return told.mutate(horizon_days=rule.days(told.usual_gap_days))
