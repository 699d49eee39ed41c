"""How regularly each customer buys, and how late they are against their own rhythm.

The usual gap is the median number of days between purchase days. Someone with few gaps of their
own borrows from the shop: with n gaps and k = ``RhythmRules.prior_gaps``,

    usual gap = (n × own median + k × shop's usual gap) / (n + k)

which is the credibility weighting of Bühlmann (1967) with a declared k. From
``RhythmRules.own_from`` gaps on, the own median stands alone; without any gap the shop's is taken.
The shop's usual gap is the median of its customers' own medians, each customer counting once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import rounded, total
from regulars.insight.shop import Shop


@dataclass(frozen=True)
class RhythmRules:
    """prior_gaps: weight of the shop's gap, in gaps; own_from: gaps from which the own stands.

    long_share: a gap is long for someone when this share of their own is no longer.
    """

    prior_gaps: int = 2
    own_from: int = 5
    long_share: float = 0.9


RULES = RhythmRules()

GAP_DIGITS = 6
"""A gap of 14.000000000000002 days is one of 14: stages compare it with whole days."""


def rhythm(shop: Shop, *, as_of: date, rules: RhythmRules = RULES) -> Table:
    """One row per known customer; those who never bought have no rhythm and zero counts.

    Columns: purchase_days; first_on, last_on; tenure_days, recency_days (days since the first and
    the last purchase); gaps (how many gaps of their own); own_gap_days (their median);
    long_gap_days (their 90% quantile, from ``own_from`` gaps on); mean_gap_days; regularity (1
    like clockwork, 0 at random, below 0 in bursts; from two gaps on); usual_gap_days and
    rhythm_basis ("own", "blended", "shop", empty when nobody came twice); expected_next_on;
    overdue_ratio (days since the last purchase / usual gap).
    """
    snapshot = shop.at(as_of)
    rhythms = of_days(snapshot.purchase_days, as_of, rules)
    return snapshot.per_customer(rhythms, zero=("purchase_days", "gaps"))


def held_rhythm(shop: Shop, *, as_of: date, rules: RhythmRules = RULES) -> Table:
    """The same, computed once for a snapshot and kept by the engine until it is released."""
    return shop.at(as_of).kept(f"rhythm {rules}", lambda: rhythm(shop, as_of=as_of, rules=rules))


def of_days(purchase_days: Table, as_of: date, rules: RhythmRules = RULES) -> Table:
    """The same for a table of purchase days (customer_id, day), one row per customer in it."""
    measured = _measured(gapped(purchase_days), rules.long_share, "customer_id")
    shop = measured.aggregate(shop_gap=measured.own_gap_days.median())
    joined = measured.cross_join(shop)
    return _told(joined, ibis.literal(as_of, "date"), rules, "customer_id")


def at_dates(purchase_days: Table, dates: Sequence[date], rules: RhythmRules = RULES) -> Table:
    """What ``of_days`` would have said on each date from the days before it: at, customer_id, ….

    All dates in one pass, because the gaps between earlier days do not change later.
    """
    known = gapped(purchase_days).cross_join(dates_table(dates))
    known = known.filter(known.day < known["at"])
    measured = _measured(known, rules.long_share, "at", "customer_id")
    shop = measured.group_by("at").aggregate(shop_gap=measured.own_gap_days.median())
    joined = measured.inner_join(shop, "at")
    return _told(joined, joined["at"], rules, "at", "customer_id")


def dates_table(dates: Sequence[date]) -> Table:
    """One row per date: at."""
    values = ibis.array([ibis.literal(day, "date") for day in dates])
    return values.unnest().name("at").as_table()


def _told(table: Table, today: Column, rules: RhythmRules, *keys: str) -> Table:
    recency = today.delta(table.last_on, unit="day")
    usual, basis = _usual_gap(table, rules)
    return table.select(
        *keys,
        "purchase_days",
        "first_on",
        "last_on",
        tenure_days=today.delta(table.first_on, unit="day"),
        recency_days=recency,
        gaps=table.gaps,
        own_gap_days=table.own_gap_days,
        long_gap_days=(table.gaps >= rules.own_from).ifelse(table.long_gap_days, None),
        mean_gap_days=table.gap_sum / table.gaps.nullif(0),
        regularity=_regularity(table),
        usual_gap_days=usual,
        rhythm_basis=basis,
        expected_next_on=table.last_on + _whole_days(usual).as_interval("D"),
        overdue_ratio=recency / usual,
    )


def shop_gap_days(purchase_days: Table) -> float | None:
    """The shop's usual gap in days; None when nobody came twice."""
    own = _measured(gapped(purchase_days), RULES.long_share, "customer_id").own_gap_days
    gap = own.median().to_pyarrow().as_py()
    return None if gap is None else float(gap)


def gapped(purchase_days: Table) -> Table:
    """customer_id, day and gap, the days since the purchase day before (empty for the first)."""
    if "gap" in purchase_days.columns:
        return purchase_days.select("customer_id", "day", "gap")
    previous = purchase_days.day.lag().over(group_by="customer_id", order_by="day")
    gap = purchase_days.day.delta(previous, unit="day")
    return purchase_days.select("customer_id", "day", gap=gap)


def _measured(days: Table, long_share: float, *keys: str) -> Table:
    return days.group_by(*keys).aggregate(
        purchase_days=days.count(),
        first_on=days.day.min(),
        last_on=days.day.max(),
        gaps=days.gap.count(),
        own_gap_days=days.gap.median(),
        long_gap_days=rounded(days.gap.quantile(long_share), GAP_DIGITS),
        gap_sum=total(days.gap),
        square_sum=total(days.gap * days.gap),
    )


def _usual_gap(table: Table, rules: RhythmRules) -> tuple[Column, Column]:
    weight = table.gaps + rules.prior_gaps
    blended = (table.gaps * table.own_gap_days + rules.prior_gaps * table.shop_gap) / weight
    own = table.gaps >= rules.own_from
    some = table.gaps > 0
    usual = ibis.cases((own, table.own_gap_days), (some, blended), else_=table.shop_gap)
    basis = ibis.cases(
        (own, "own"),
        (some, "blended"),
        (table.shop_gap.notnull(), "shop"),
        else_=ibis.null("string"),
    )
    return usual, basis


def _regularity(table: Table) -> Column:
    """Minus the burstiness of a finite sequence: Kim & Jo (2016), Physical Review E 94, 032311.

    Their formula (22) corrects Goh & Barabási's (σ − μ)/(σ + μ) for few events; n is the number
    of gaps, r their coefficient of variation with the population's σ. σ comes from whole-number
    sums, so it does not depend on the order of the rows.
    """
    n = table.gaps.nullif(0).nullif(1).cast("float64")
    # n × Σg² − (Σg)² is the square of n × σ; divided by Σg = n × μ its root is σ / μ.
    spread = (table.gaps * table.square_sum - table.gap_sum * table.gap_sum).cast("float64")
    r = spread.sqrt() / table.gap_sum
    wide, narrow = (n + 1).sqrt(), (n - 1).sqrt()
    return -(wide * r - narrow) / ((wide - 2) * r + narrow)


def _whole_days(gap: Column) -> Column:
    # Half days up, written out because engines round halves differently.
    return (gap + 0.5).floor().cast("int64")
