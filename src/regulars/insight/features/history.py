"""What was known of each customer on past dates: the columns that models learn from.

One row per date and customer, told from the rows before that date alone, for several dates in one
pass. All sums are of whole numbers, so the order of rows changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ibis.expr.types import BooleanColumn, Column, Table

from regulars.insight.engines.functions import max_by, total
from regulars.insight.features.breadth import BREADTHS, breadth_at
from regulars.insight.features.exposure import exposure_at
from regulars.insight.features.rhythm import at_dates, dates_table
from regulars.insight.features.sample import sampled
from regulars.insight.features.troubles import troubles_at
from regulars.insight.shop import Shop, Snapshot, numbered

WINDOWS_DAYS = (14, 30, 60, 90, 180, 365)
"""Purchase days and spend are counted over so many days before the date."""

RECENT_DAYS = 180
YEAR_DAYS = 365
YEAR_AGO_DAYS = 90
PARTS = ("lines", "breadth", "prices", "events")
"""What may be left out of a history to save a pass over the lines."""

THOROUGH_LINES = 5_000_000
"""Up to so many lines models look at everything, above at the days and the events alone: what the
lines add was hardly measurable on public data (see ``docs/accuracy``), and costs several passes."""


def thorough(shop: Shop) -> bool:
    """Whether the shop is small enough to look at every line for every customer."""
    return int(shop.tables["lines"].count().to_pyarrow().as_py()) <= THOROUGH_LINES


def history(
    shop: Shop,
    dates: Sequence[date],
    *,
    share: float | None = None,
    seed: int = 0,
    known_at: date | None = None,
    parts: Sequence[str] = PARTS,
    subjects: Sequence[str] = tuple(BREADTHS),
    among: Table | None = None,
    rhythms: Table | None = None,
) -> Table:
    """One row per date (at) and customer who had ordered before it.

    Args:
        dates: any dates, in any order; a row of one is the same whichever others stand beside it,
            but for the shop's usual gap when ``share`` or ``among`` is given (then it is theirs).
        share: only about this share of the customers, drawn by ``sample.sampled`` with ``seed``.
        known_at: read the days from the shop as of this date, such as the one a run holds; must
            not be before any of ``dates``. None takes the latest of them.
        parts: which of ``PARTS`` to add to what the days tell.
        subjects: whose breadth to tell, of ``breadth.BREADTHS``.
        among: keep to the customers of this table (customer_id) instead of a sample.
        rhythms: what ``rhythm`` tells on the only date, where it is known already; saves a pass
            over the days, and is right for ``among`` too.

    Columns from the days (amounts in minor units, gaps and recency in days):
        those of ``rhythm`` (purchase_days, first_on, last_on, tenure_days, recency_days, gaps,
        usual_gap_days, regularity, overdue_ratio, …), empty for those who only took back;
        purchase_days_<n>d and spend_<n>d for n in ``WINDOWS_DAYS``; purchase_days_year_ago (in
        the 90 days that began a year before the date: the season to come); spend (ever, net);
        day_amount (mean net amount of a purchase day), last_amount; amount_change and gap_change
        (slope of the amounts, and of the gaps, over the number of the purchase, times the number
        of steps, divided by their mean: 0.5 is half a mean more at the end of the straight line
        than at its beginning; from three on); gap_cv (coefficient of variation of the gaps, from
        two on); last_gap_days; weekend_share (of purchase days).
    From the lines: lines_per_day, discount_share and discount_share_180d (discount / price before
        discount), returned_share (taken back / sold).
    Breadth, for each of product, category, channel, staff, store: distinct_<subject> and
        new_<subject>_90d (bought for the first time in the last 90 days).
    Prices: price_change (of what they buy, see ``exposure``).
    From the events: complaints, no_shows, cancellations, complaints_180d, no_shows_180d,
        cancellations_180d and trouble_days (days since the last complaint or no-show).

    Raises:
        ValueError: no dates, ``known_at`` before one of them, an unknown part, or ``rhythms`` for
            several dates.
    """
    _check(dates, known_at, parts)
    if rhythms is not None and len(dates) > 1:
        raise ValueError("Rhythms belong to one date.")
    snapshot = shop.at(known_at or max(dates))
    people = among if among is not None else sample_of(snapshot, share, seed)
    result = _told_by_days(_of(snapshot.day_totals, people), dates, rhythms)
    whole = snapshot
    if people is not None and {"lines", "breadth"} & set(parts):
        snapshot = snapshot.among(people)
    if "lines" in parts:
        result = _beside(result, _told_by_lines(_sold(snapshot), dates))
    if "breadth" in parts:
        for subject in subjects:
            column = BREADTHS[subject]
            result = _beside(result, breadth_at(snapshot, dates, subject, column))
    if "prices" in parts:
        result = _beside(result, exposure_at(whole, people, dates))
    if "events" in parts:
        result = _beside(result, troubles_at(snapshot, people, dates))
    return result.fill_null({name: 0 for name in result.columns if _is_count(name)})


def _check(dates: Sequence[date], known_at: date | None, parts: Sequence[str]) -> None:
    if not dates:
        raise ValueError("A history needs at least one date.")
    if known_at is not None and known_at < max(dates):
        raise ValueError(f"Known at {known_at}, the shop does not reach {max(dates)}.")
    unknown = set(parts) - set(PARTS)
    if unknown:
        raise ValueError(f"Unknown parts: {', '.join(sorted(unknown))}.")


def _is_count(name: str) -> bool:
    counted = ("distinct_", "new_", "complaints", "no_shows", "cancellations")
    return name.startswith(counted)


def sample_of(snapshot: Snapshot, share: float | None, seed: int) -> Table | None:
    """customer_id of about this share of those with an order; None for everybody."""
    if share is None or share >= 1:
        return None
    days = snapshot.day_totals.select("customer_id").distinct()
    return snapshot.shop.engine.hold(days.filter(sampled(days.customer_id, share, seed=seed)))


def _of(table: Table, people: Table | None) -> Table:
    return table if people is None else table.semi_join(people, "customer_id")


def _beside(left: Table, right: Table) -> Table:
    joined = left.left_join(right, ["at", "customer_id"])
    return joined.drop("at_right", "customer_id_right")


def _told_by_days(days: Table, dates: Sequence[date], rhythms: Table | None) -> Table:
    told = _shaped(_day_sums(days, dates))
    if rhythms is not None:
        fresh = [name for name in rhythms.columns if name not in told.columns]
        joined = told.left_join(rhythms.select("customer_id", *fresh), "customer_id")
        return joined.drop("customer_id_right")
    found = at_dates(days.filter(days.bought), dates)
    return _beside(told, found.drop("purchase_days", "gaps"))


def _day_sums(days: Table, dates: Sequence[date]) -> Table:
    """Sums per date and customer over the days before it; see ``_shaped`` for what they become."""
    table = numbered(days).cross_join(dates_table(dates))
    table = table.filter(table.day < table["at"])
    table = table.mutate(age=table["at"].delta(table.day, unit="day"))
    bought, n, gap, age = table.bought, table.number, table.gap, table.age
    measures = {
        "purchase_days": table.count(where=bought),
        "gaps": gap.count(),
        "spend": total(table.amount),
        "s_amount": total(table.amount, where=bought),
        "s_n_amount": total(n * table.amount, where=bought),
        "s_gap": total(gap),
        "s_gap_gap": total(gap * gap),
        "s_n_gap": total(n * gap),
        # The age leads, so the smallest is that of the last day and carries what stands beside it.
        "last_gap_days": (age * _SHIFT + gap).min(where=gap.notnull()) % _SHIFT,
        "weekend": table.count(where=bought & (table.day.day_of_week.index() >= 5)),
        "purchase_days_year_ago": table.count(where=bought & _a_year_ago(age)),
        "last_amount": max_by(table.amount, table.day, where=bought),
    }
    for window in WINDOWS_DAYS:
        measures[f"purchase_days_{window}d"] = table.count(where=bought & (age <= window))
        measures[f"spend_{window}d"] = total(table.amount, where=age <= window).fill_null(0)
    return table.group_by("at", "customer_id").aggregate(**measures)


_SHIFT = 1 << 20
"""More days than any gap has."""


def _a_year_ago(age: Column) -> BooleanColumn:
    return (age <= YEAR_DAYS) & (age > YEAR_DAYS - YEAR_AGO_DAYS)


def _shaped(sums: Table) -> Table:
    n, gaps = sums.purchase_days, sums.gaps
    spread = (gaps * sums.s_gap_gap - sums.s_gap * sums.s_gap).cast("float64")
    told = {
        "day_amount": sums.s_amount / n.nullif(0),
        "amount_change": _change(n, 0, sums.s_amount, sums.s_n_amount),
        "gap_change": _change(gaps, 1, sums.s_gap, sums.s_n_gap),
        "gap_cv": (gaps >= 2).ifelse(spread.sqrt() / sums.s_gap.nullif(0), None),
        "weekend_share": sums.weekend / n.nullif(0),
    }
    raw = [name for name in sums.columns if name.startswith("s_")]
    return sums.mutate(**told).drop("weekend", *raw)


def _change(count: Column, first: int, values: Column, numbered: Column) -> Column:
    """Slope of values over their numbers first, first + 1, …, times the steps, over the mean.

    Least squares: Σ(n − n̄)y / Σ(n − n̄)², the latter count × (count² − 1) / 12 for consecutive n.
    """
    k = count.cast("float64")
    middle = first + (k - 1) / 2
    slope = (numbered - middle * values) * 12 / (k * (k * k - 1)).nullif(0)
    mean = values / k.nullif(0)
    return ((count >= 3) & (values > 0)).ifelse(slope * (k - 1) / mean, None)


def _sold(snapshot: Snapshot) -> Table:
    """Per customer and day: what its lines were, sold and taken back, before and after discount."""
    lines = snapshot.lines.filter(snapshot.lines.customer_id.notnull())
    sold = lines.amount >= 0
    priced = sold & lines.discount.notnull()
    return lines.group_by("customer_id", day=lines.ordered_at.date()).aggregate(
        lines=lines.count(where=sold),
        sold=total(lines.amount, where=sold),
        taken_back=total(-lines.amount, where=lines.amount < 0).fill_null(0),
        discount=total(lines.discount, where=priced),
        listed=total(lines.discount + lines.amount, where=priced),
    )


def _told_by_lines(days: Table, dates: Sequence[date]) -> Table:
    table = days.cross_join(dates_table(dates))
    table = table.filter(table.day < table["at"])
    recent = table["at"].delta(table.day, unit="day") <= RECENT_DAYS
    sums = table.group_by("at", "customer_id").aggregate(
        days=table.count(where=table.lines > 0),
        lines=total(table.lines),
        sold=total(table.sold),
        taken_back=total(table.taken_back),
        discount=total(table.discount),
        listed=total(table.listed),
        discount_180d=total(table.discount, where=recent),
        listed_180d=total(table.listed, where=recent),
    )
    return sums.select(
        "at",
        "customer_id",
        lines_per_day=sums.lines / sums.days.nullif(0),
        discount_share=sums.discount / sums.listed.nullif(0),
        discount_share_180d=sums.discount_180d / sums.listed_180d.nullif(0),
        returned_share=sums.taken_back / sums.sold.nullif(0),
    )
