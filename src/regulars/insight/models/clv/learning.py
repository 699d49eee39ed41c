"""What all members say on a date, having learned from the days before it alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from ibis.expr.types import Table

from regulars.insight.features.sample import part_of
from regulars.insight.models.clv import boosting
from regulars.insight.models.clv.cases import cases, seen, windows_of
from regulars.insight.models.clv.families import FAMILIES, Floats
from regulars.insight.models.clv.likelihood import FamilyFit, fit_family
from regulars.insight.models.clv.members import (
    TREES,
    WEEK,
    Columns,
    Period,
    by_family,
    distinct,
    further,
    histories,
    plain,
)
from regulars.insight.models.clv.spending import (
    SPEND_TREES,
    SpendFit,
    fit_spending,
    spend_members,
)

TRAINING_DATES = 4
YEAR_DAYS = 365
LEAST_PAST_DAYS = 14


@dataclass(frozen=True)
class Trees:
    """Boosted trees and the horizon they learned, in days."""

    days: int
    purchases: str | None
    spend: str | None


@dataclass(frozen=True)
class Learned:
    """All members as learned before a date."""

    at: date
    families: Mapping[str, FamilyFit]
    spending: SpendFit
    trees: Trees


@dataclass(frozen=True)
class Source:
    """The purchase days of the customers to learn from and the first of them."""

    days: Table
    first: date
    tested: int

    @property
    def windows(self) -> tuple[int, ...]:
        return windows_of(self.tested)

    def known(self, at: date) -> int:
        """Days of past on a date."""
        return max((at - self.first).days, 1)

    def cases(self, at: date) -> Columns:
        """Every customer who had bought before a date."""
        return _numbers(cases(self.days, [at], self.windows, regularity=True))

    def seen(self, dates: Sequence[date], horizon_days: int) -> Columns:
        """The same for several dates with what happened in the days from each on."""
        return _numbers(seen(self.days, dates, self.windows, horizon_days))


HALVING = 202
"""Seed of the halves into which the back-test parts customers."""


def _numbers(table: Table) -> Columns:
    """Columns as floats and the customer's ``half`` (0 or 1, the same on every date).

    In an order that is the same on every engine.
    """
    halved = table.mutate(half=part_of(table.customer_id, seed=HALVING) % 2)
    rows = halved.order_by("at", "customer_id").drop("at", "customer_id").to_pyarrow()
    return {
        name: rows[name].to_numpy(zero_copy_only=False).astype(float) for name in rows.column_names
    }


def learn(source: Source, at: date, seed: int, now: Columns | None = None) -> Learned:
    """Everything that is fitted, from the days before a date."""
    columns = source.cases(at) if now is None else now
    gaps = float((columns["log_gaps"] - (columns["purchase_days"] - 1.0) * np.log(WEEK)).sum())
    rows = replace(distinct(histories(columns)), log_gaps=gaps)
    families = {code: fit_family(code, rows) for code in FAMILIES}
    return Learned(at, families, fit_spending(columns), _trees(source, at, seed))


def _trees(source: Source, at: date, seed: int) -> Trees:
    days = max(min(source.tested, source.known(at) // 2), 1)
    latest = at - timedelta(days=days)
    dates = [latest - timedelta(days=round(step * days / 3)) for step in range(TRAINING_DATES)]
    if days < YEAR_DAYS:
        # The same season a year ago, so that trees know what it does.
        dates.append(at - timedelta(days=YEAR_DAYS))
    dates = [day for day in dates if source.known(day) >= max(LEAST_PAST_DAYS, days / 4)]
    if not dates or not boosting.available():
        return Trees(days, None, None)
    past = source.seen(dates, days)
    return Trees(
        days,
        boosting.train(past, past["bought_days"], boosting.PURCHASES, seed),
        boosting.train(past, past["paid"], boosting.SPEND, seed),
    )


def purchases(
    learned: Learned, columns: Columns, period: Period, wanted: Sequence[str] | None = None
) -> dict[str, Floats]:
    """Purchase days over the horizon by member; ``wanted`` saves computing the others."""
    chosen = {
        code: fit for code, fit in learned.families.items() if wanted is None or code in wanted
    }
    told = by_family(chosen, columns, period.horizon)
    told |= plain(columns, period)
    trees = learned.trees
    if trees.purchases and (wanted is None or TREES in wanted):
        longer = further(learned.families, columns, trees.days, period.horizon)
        told[TREES] = boosting.predict(trees.purchases, columns) * longer
    return told


def spend(
    learned: Learned,
    expected: Floats,
    columns: Columns,
    period: Period,
    wanted: Sequence[str] | None = None,
) -> dict[str, Floats]:
    """Spend over the horizon by member, in minor units."""
    told = dict(spend_members(expected, learned.spending, columns, period))
    trees = learned.trees
    if trees.spend and (wanted is None or SPEND_TREES in wanted):
        longer = further(learned.families, columns, trees.days, period.horizon)
        told[SPEND_TREES] = boosting.predict(trees.spend, columns) * longer
    return told


def stacked(parts: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    """Members that stand in every part, one after another."""
    codes = [code for code in parts[0] if all(code in part for part in parts)]
    return {code: np.concatenate([part[code] for part in parts]) for code in codes}
