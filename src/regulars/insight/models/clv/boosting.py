"""Gradient boosted trees on what customers did lately, learned from earlier dates.

Trees of LightGBM (Ke et al. 2017, NeurIPS 30) with the Poisson likelihood for purchase days and
Tweedie's for spend, so that predictions are never negative and means stay means.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regulars.insight.models.clv.families import Floats
from regulars.insight.models.clv.members import Columns

FEWEST_CASES = 300
ROUNDS = 80
SETTINGS: Mapping[str, Any] = {
    "num_leaves": 15,
    "learning_rate": 0.08,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
PURCHASES = {"objective": "poisson"}
SPEND = {"objective": "tweedie", "tweedie_variance_power": 1.5}


def available() -> bool:
    """Whether LightGBM can be loaded: it wants the system library libgomp."""
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def features(columns: Columns) -> NDArray[np.float64]:
    """One row per case: recency, rate, rhythm, spend and the recent windows."""
    count, first, last = (columns[n] for n in ("purchase_days", "first_days", "last_days"))
    gaps = count - 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.where(gaps > 0, (first - last) / gaps, np.nan)
        spread = np.sqrt(np.maximum(columns["square_gaps"] / gaps - gap * gap, 0.0))
        overdue, regular = last / gap, np.where(gaps > 1, spread / gap, np.nan)
    told = [
        last,
        first,
        count,
        count / np.maximum(first, 14.0),
        gap,
        np.where(np.isfinite(overdue), overdue, np.nan),
        regular,
        columns["long_gap"],
        columns["spend"],
        columns["bought_amount"] / count,
    ]
    windows = sum(name.startswith("count_") for name in columns)
    told += [columns[f"{what}_{i}"] for what in ("count", "spend") for i in range(windows)]
    return np.column_stack(told)


def train(columns: Columns, outcome: Floats, kind: Mapping[str, Any], seed: int) -> str | None:
    """The trees as text; None when there are too few cases or nothing to learn."""
    if len(outcome) < FEWEST_CASES or not outcome.any() or not available():
        return None
    import lightgbm

    data = lightgbm.Dataset(features(columns), np.maximum(outcome, 0.0))
    settings = {**SETTINGS, **kind, "seed": seed}
    return str(lightgbm.train(settings, data, ROUNDS).model_to_string())


@lru_cache(maxsize=8)
def _booster(text: str) -> Any:
    import lightgbm

    return lightgbm.Booster(model_str=text)


def predict(text: str, columns: Columns) -> Floats:
    """What the trees say, over the horizon they learned."""
    told = _booster(text).predict(features(columns), num_threads=1)
    return np.asarray(np.maximum(np.asarray(told, dtype=float), 0.0))
