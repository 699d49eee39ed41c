"""How well a score puts the cases that matter first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def average_precision(score: Floats, positive: Floats) -> float | None:
    """Area under the precision–recall curve, by steps; cases with equal scores count together.

    ``positive`` is 1 or 0 per case. None without a positive case. Precision is taken at the end of
    each group of equal scores, so the order of ties does not matter.
    """
    hits = float(positive.sum())
    if not hits:
        return None
    values, index = np.unique(-score, return_inverse=True)
    found = np.cumsum(np.bincount(index, positive, len(values)))
    taken = np.cumsum(np.bincount(index, minlength=len(values)))
    gained = np.diff(found, prepend=0.0)
    return float((gained * found / taken).sum() / hits)


def lift(score: Floats, positive: Floats, share: float = 0.1) -> float | None:
    """Share of positive cases among the highest-scored, over their share among all.

    Equal scores at the border count in proportion. None without a positive case.
    """
    base = float(positive.mean()) if len(positive) else 0.0
    if not base:
        return None
    wanted = share * len(score)
    values, index = np.unique(-score, return_inverse=True)
    cases = np.bincount(index, minlength=len(values)).astype(float)
    hits = np.bincount(index, positive, len(values))
    before = np.cumsum(cases) - cases
    taken = np.clip((wanted - before) / cases, 0.0, 1.0)
    return float((hits * taken).sum() / wanted / base)
