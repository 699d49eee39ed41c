"""The same cluster keeps its number: clusters of two runs matched over the same customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.optimize import linear_sum_assignment

from regulars.insight.models.clusters.choice import jaccard

SAME_FROM = 0.3
"""Two clusters that share less than this of their customers are not the same."""


@dataclass(frozen=True)
class Shift:
    """One cluster between two runs.

    ``before`` and ``now`` are its shares of the same customers, told by the earlier and by the
    present model; None where there was or is none. ``jaccard`` is how much of it is the same.
    """

    number: int
    before: float | None
    now: float | None
    jaccard: float | None


@dataclass(frozen=True)
class Drift:
    """What changed since the model of ``since``; ``moved`` is the share of customers who stand
    in another cluster by today's model than by the earlier one, on today's figures.
    """

    since: date
    n: int
    moved: float
    shifts: tuple[Shift, ...]


def matched(
    earlier: np.ndarray, present: np.ndarray, k_earlier: Sequence[int], k_present: int
) -> list[int]:
    """The number each present cluster should carry.

    Args:
        earlier: number of each customer by the earlier model.
        present: index (from 0) of each customer by the present one, the same customers.
        k_earlier: the numbers of the earlier model.

    The pairs are those with the largest total Jaccard (Hungarian method, Kuhn 1955). A cluster
    without a partner takes the smallest number the earlier model did not use.
    """
    rows = {number: place for place, number in enumerate(k_earlier)}
    old = np.array([rows[int(number)] for number in earlier], dtype=int)
    alike = jaccard(old, present, len(k_earlier), k_present)
    pairs = zip(*linear_sum_assignment(-alike), strict=True)
    kept = {int(new): k_earlier[was] for was, new in pairs if alike[was, new] >= SAME_FROM}
    free = iter(number for number in range(1, 99) if number not in rows)
    return [kept[place] if place in kept else next(free) for place in range(k_present)]


def drift(earlier: np.ndarray, present: np.ndarray, since: date) -> Drift:
    """What changed, once both partitions carry the same numbers; shape (n,) each."""
    shifts = []
    for number in sorted({*earlier.tolist(), *present.tolist()}):
        was, now = earlier == number, present == number
        either = int((was | now).sum())
        both = round(float((was & now).sum() / either), 4)
        there = bool(was.any()) and bool(now.any())
        shifts.append(
            Shift(
                number=int(number),
                before=round(float(was.mean()), 4) if was.any() else None,
                now=round(float(now.mean()), 4) if now.any() else None,
                jaccard=both if there else None,
            )
        )
    moved = round(float((earlier != present).mean()), 4)
    return Drift(since, len(present), moved, tuple(shifts))
