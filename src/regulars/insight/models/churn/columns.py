"""What the members look at, in numbers, and under which reason each of it is told.

Columns that say the same thing in different words share a reason, because a model may lean on
either: the contributions of all of them are added up and the first one gives the value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from regulars.insight.features.breadth import BREADTHS
from regulars.insight.features.history import WINDOWS_DAYS

Floats = NDArray[np.float64]

STATISTIC = "no_purchase_logit"
"""Log-odds of no purchase by the purchase process alone; see ``process``."""

REASONS: Mapping[str, tuple[str, ...]] = {
    "overdue_ratio": ("overdue_ratio", "recency_days", STATISTIC),
    "purchase_days_90d": (
        "purchase_days_90d",
        *(f"purchase_days_{days}d" for days in WINDOWS_DAYS if days != 90),
        "gap_change",
        "last_gap_days",
    ),
    "purchase_days": ("purchase_days", "gaps", "tenure_days"),
    "regularity": ("regularity", "gap_cv", "usual_gap_days", "own_gap_days", "mean_gap_days",
                   "long_gap_days", "horizon_days"),
    "spend_90d": ("spend_90d", *(f"spend_{days}d" for days in WINDOWS_DAYS if days != 90)),
    "day_amount": ("day_amount", "spend", "lines_per_day"),
    "amount_change": ("amount_change", "last_amount"),
    "discount_share": ("discount_share_180d", "discount_share"),
    "price_change": ("price_change",),
    "returned_share": ("returned_share",),
    "variety": tuple(f"distinct_{subject}" for subject in BREADTHS),
    "novelty": tuple(f"new_{subject}_90d" for subject in BREADTHS),
    "trouble": ("complaints_180d", "no_shows_180d", "cancellations_180d", "complaints",
                "no_shows", "cancellations", "trouble_days"),
    "season": ("purchase_days_year_ago",),
    "weekend_share": ("weekend_share",),
}  # fmt: skip
"""Code of a reason -> the columns whose contributions it sums, the first of which is its value."""

REASON_OF = {column: code for code, columns in REASONS.items() for column in columns}
COLUMNS = tuple(REASON_OF)


def numbers(table: pa.Table | pa.RecordBatch, names: Sequence[str]) -> dict[str, Floats]:
    """The named columns as floats, NaN where empty."""
    return {
        name: np.asarray(
            table.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=float
        )
        for name in names
    }


def telling(columns: Mapping[str, Floats]) -> tuple[str, ...]:
    """The columns that differ between cases, in the declared order."""
    return tuple(name for name in COLUMNS if name in columns and _varies(columns[name]))


def _varies(values: Floats) -> bool:
    known = values[~np.isnan(values)]
    return len(known) > 0 and (len(known) < len(values) or bool(known.min() < known.max()))


def matrix(columns: Mapping[str, Floats], names: Sequence[str]) -> Floats:
    """The named columns side by side."""
    return np.column_stack([columns[name] for name in names])
