"""What is known of each customer on a date, and what they did in the days after it.

One pass over the purchase days tells several dates at once, in plain sums, so that every engine
answers the same. A *case* is a customer on a date.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import total
from regulars.insight.features.rhythm import dates_table, gapped

WINDOW_SHARES = (1 / 6, 1 / 3, 2 / 3, 1.0, 3.0)
"""Recent activity is counted over these shares of the horizon."""


def windows_of(horizon_days: int) -> tuple[int, ...]:
    """The lengths of the recent windows, in days."""
    return tuple(max(round(share * horizon_days), 1) for share in WINDOW_SHARES)


def cases(
    days: Table, dates: Sequence[date], windows: Sequence[int], *, regularity: bool = False
) -> Table:
    """One row per date and customer with a purchase before it.

    Args:
        days: customer_id, day, amount, bought, as in ``Snapshot.day_totals``.
        dates: only days before a date tell about it.
        windows: lengths of the recent windows in days.
        regularity: add log_gaps, which only learning needs.

    Columns: at, customer_id; purchase_days; first_days, last_days (days since the first and the
    last); square_gaps (sum of the squares of the gaps in days) and long_gap (the longest);
    spend (minor units, returns taken off); bought_amount (of purchase days only);
    count_0 …, spend_0 … (purchase days and spend of each window); log_gaps (sum of the natural
    logarithms of the gaps in days).
    """
    buying = _told(gapped(days.filter(days.bought)), dates)
    logs = {"log_gaps": buying.gap.ln().sum().fill_null(0.0)} if regularity else {}
    counted = buying.group_by("at", "customer_id").aggregate(
        purchase_days=buying.count(),
        first_days=buying.age.max(),
        last_days=buying.age.min(),
        square_gaps=total(buying.gap * buying.gap).fill_null(0),
        long_gap=buying.gap.max().fill_null(0),
        **{f"count_{i}": buying.count(where=buying.age <= w) for i, w in enumerate(windows)},
        **logs,
    )
    paying = _told(days.select("customer_id", "day", "amount", "bought"), dates)
    paid = paying.group_by("at", "customer_id").aggregate(
        spend=total(paying.amount),
        bought_amount=total(paying.amount, where=paying.bought).fill_null(0),
        **{
            f"spend_{i}": total(paying.amount, where=paying.age <= w).fill_null(0)
            for i, w in enumerate(windows)
        },
    )
    joined = counted.inner_join(paid, ["at", "customer_id"])
    return joined.select(*counted.columns, *(n for n in paid.columns if n not in counted.columns))


def _told(days: Table, dates: Sequence[date]) -> Table:
    """Each day beside each date after it, with its age in days."""
    if len(dates) == 1:
        told = days.mutate(at=ibis.literal(dates[0], "date"))
    else:
        told = days.cross_join(dates_table(dates))
    return told.filter(told.day < told["at"]).mutate(age=_age)


def _age(told: Table) -> Column:
    return told["at"].delta(told.day, unit="day")


def outcomes(days: Table, dates: Sequence[date], horizon_days: int) -> Table:
    """at, customer_id, bought_days and paid (net) in the horizon from each date on.

    Only customers with an order in it; everybody else bought on no day and paid nothing.
    """
    told = days.cross_join(dates_table(dates))
    wait = told.day.delta(told["at"], unit="day")
    later = told.filter((wait >= 0) & (wait < horizon_days))
    return later.group_by("at", "customer_id").aggregate(
        bought_days=later.count(where=later.bought), paid=total(later.amount)
    )


def seen(days: Table, dates: Sequence[date], windows: Sequence[int], horizon_days: int) -> Table:
    """``cases`` with their ``outcomes``: bought_days and paid are 0 for who did not come."""
    known = cases(days, dates, windows, regularity=True)
    joined = known.left_join(outcomes(days, dates, horizon_days), ["at", "customer_id"])
    return joined.select(*known.columns, "bought_days", "paid").fill_null(
        {"bought_days": 0, "paid": 0}
    )
