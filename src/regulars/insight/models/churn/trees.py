"""Gradient boosted trees: LightGBM (Ke et al. 2017, NeurIPS 30), few leaves, held back firmly.

Contributions are TreeSHAP (Lundberg, Erion & Lee 2018, arXiv:1802.03888): exact, and they sum to
the log-odds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from regulars.insight.models.churn.columns import Floats

FEWEST_CASES = 300
ROUNDS = 60
SETTINGS: Mapping[str, Any] = {
    "objective": "binary",
    "num_leaves": 8,
    "learning_rate": 0.12,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


def available() -> bool:
    """Whether LightGBM can be loaded: it wants the system library libgomp."""
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def learn(values: Floats, outcome: Floats, seed: int) -> str | None:
    """The trees as text; None with too few cases or without LightGBM."""
    if len(outcome) < FEWEST_CASES or not available():
        return None
    import lightgbm

    data = lightgbm.Dataset(values, outcome)
    trained = lightgbm.train({**SETTINGS, "seed": seed}, data, ROUNDS)
    return str(trained.model_to_string())


@lru_cache(maxsize=8)
def _booster(text: str) -> Any:
    import lightgbm

    return lightgbm.Booster(model_str=text)


def log_odds(text: str, values: Floats) -> Floats:
    """Log-odds of each row."""
    return np.asarray(_booster(text).predict(values, raw_score=True, num_threads=1), dtype=float)


def parts(text: str, values: Floats) -> Floats:
    """The contribution of every column to the log-odds; the last column is the base."""
    told = _booster(text).predict(values, pred_contrib=True, num_threads=1)
    return np.asarray(told, dtype=float)
