"""Customers on past dates: who spent little then, and who grew afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from regulars.insight.features.history import history
from regulars.insight.shop import Shop

HORIZONS = (180, 90)
"""Half a year where the past allows it, else a quarter."""

MOST_WINDOWS = 4
SUBJECTS = ("category",)
FEATURES_OF: Mapping[str, tuple[str, ...]] = {
    "days": (
        *("recency_days", "tenure_days", "purchase_days", "purchase_days_90d", "spend_90d"),
        *("spend_180d", "day_amount", "last_amount", "amount_change", "usual_gap_days"),
        *("regularity", "weekend_share"),
    ),
    "lines": ("discount_share", "lines_per_day"),
    "breadth": ("distinct_category", "new_category_90d"),
}
"""Part of ``features.history`` -> what is looked at of it; the days are always told."""
FEATURES = tuple(name for names in FEATURES_OF.values() for name in names)


def parts_of(features: Sequence[str]) -> tuple[str, ...]:
    """The parts of a history that these features need."""
    return tuple(
        part for part, names in FEATURES_OF.items() if part != "days" and {*names} & {*features}
    )


def past_windows(first: date | None, as_of: date) -> tuple[int, list[date]]:
    """The horizon and the past dates, latest first: a horizon before and after each is known."""
    for horizon in HORIZONS:
        step = timedelta(days=horizon // 2)
        latest = as_of - timedelta(days=horizon)
        dates = [latest - place * step for place in range(MOST_WINDOWS)]
        usable = [day for day in dates if first and (day - first).days >= horizon]
        if len(usable) > 1 or (usable and horizon == HORIZONS[-1]):
            return horizon, usable
    return HORIZONS[-1], []


@dataclass(frozen=True)
class Cases:
    """Customers on past dates, one row each; the cut-offs are those of ``as_of``."""

    columns: Mapping[str, np.ndarray]
    at: np.ndarray
    who: np.ndarray
    little: np.ndarray
    grew: np.ndarray
    little_upto: float = 0.0
    grown_from: float = 0.0

    def some(self, rows: np.ndarray) -> Cases:
        columns = {name: values[rows] for name, values in self.columns.items()}
        return Cases(columns, self.at[rows], self.who[rows], self.little[rows], self.grew[rows])


def cases_of(
    shop: Shop,
    as_of: date,
    windows: Sequence[date],
    horizon: int,
    share: float,
    seed: int,
    features: Sequence[str] = FEATURES,
) -> Cases:
    ends = [day + timedelta(days=horizon) for day in windows]
    dates = sorted({as_of, *windows, *ends})
    known = history(
        shop,
        dates,
        share=share,
        seed=seed,
        known_at=as_of,
        parts=parts_of(features),
        subjects=SUBJECTS,
    )
    spend, days = f"spend_{horizon}d", f"purchase_days_{horizon}d"
    wanted = sorted({*features, spend, days})
    found = known.select("at", "customer_id", **{one: known[one].cast("float64") for one in wanted})
    arrow = found.order_by("at", "customer_id").to_pyarrow()
    # A chunked column of dates has no quick way to numpy: days since 1970 do as well.
    at = np.asarray(arrow.column("at").cast(pa.int32()).to_numpy())
    _ids, who = np.unique(np.array(arrow.column("customer_id").to_pylist()), return_inverse=True)
    columns = {
        one: np.asarray(arrow.column(one).to_numpy(zero_copy_only=False), dtype=float)
        for one in wanted
    }
    active = columns[days] > 0
    little, grew = np.zeros(len(at), bool), np.zeros(len(at), bool)
    for day in windows:
        here = at == number_of(day)
        low, high = _cut_offs(columns[spend][here & active])
        after = np.zeros(len(_ids))
        later = at == number_of(day + timedelta(days=horizon))
        after[who[later]] = columns[spend][later]
        little[here] = active[here] & (columns[spend][here] <= low)
        grew[here] = after[who[here]] >= high
    now = (at == number_of(as_of)) & active
    return Cases(columns, at, who, little, grew, *_cut_offs(columns[spend][now]))


def number_of(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _cut_offs(spend: np.ndarray) -> tuple[float, float]:
    """Median and 75% point of what was spent; nobody grows to less than one unit."""
    if not len(spend):
        return 0.0, 1.0
    middle, upper = np.percentile(spend, (50, 75), method="inverted_cdf")
    return float(middle), float(max(upper, middle + 1, 1))
