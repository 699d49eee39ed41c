"""Intervals that cover what they say: read off from what happened to customers told the same.

Customers of the back-test are lined up by what was expected of them. Around each of a few places
in that line the neighbours' outcomes give the shortest interval that holds the level; in between
places the bounds are interpolated. Nothing is assumed about a distribution (conformal prediction
in bins: Vovk 2012, "Conditional validity of inductive conformal predictors", ACML).

Counts are whole, so each outcome is spread evenly over the day it stands for before quantiles are
taken, and the bounds are rounded to the nearest: over many customers the interval holds the level
it says. Someone of whom nothing is expected has the interval 0 to 0, which holds more often than
said: the most likely single value alone does. The coverage of such customers is reported apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.insight.models.clv.families import Floats

PLACES = 24
NEIGHBOURS = 0.08
FEWEST = 60
TAILS = 41


@dataclass(frozen=True)
class Band:
    """Interval and variance of the outcome by what was expected.

    ``low`` and ``high`` are bounds before rounding; ``variance`` is the mean squared error.
    """

    level: float
    whole: bool
    expected: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    variance: tuple[float, ...]

    def bounds(self, expected: Floats, stretch: float = 1.0) -> tuple[Floats, Floats]:
        """Lower and upper bound; ``stretch`` is the horizon over the one that was tested."""
        near = expected / stretch
        low, high = self._at(near, self.low), self._at(near, self.high)
        if not self.whole:
            return low * stretch, high * stretch
        low = np.maximum(np.round(low * stretch), 0.0)
        # A count of n was spread from n to n + 1: the last day it holds is one below its edge.
        return low, np.maximum(np.round((high - 1.0) * stretch), low)

    def spread(self, expected: Floats, stretch: float = 1.0) -> Floats:
        """Standard deviation of the outcome around what was expected."""
        variance = self._at(expected / stretch, self.variance)
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)) * stretch)

    def _at(self, expected: Floats, line: tuple[float, ...]) -> Floats:
        """Interpolated; beyond the last place in proportion to what is expected."""
        places = np.array(self.expected)
        inside = np.interp(expected, places, np.array(line))
        beyond = np.maximum(expected / max(places[-1], 1e-12), 1.0)
        return np.asarray(inside * beyond)


def learn_band(expected: Floats, outcome: Floats, *, level: float, whole: bool) -> Band:
    """From predictions and what happened."""
    order = np.lexsort((outcome, expected))
    told, seen = expected[order], outcome[order]
    n = len(told)
    take = min(max(FEWEST, round(NEIGHBOURS * n)), n)
    centres = np.unique(np.linspace(0, n - 1, PLACES).round().astype(int))
    rows: list[tuple[float, float, float, float]] = []
    for centre in centres:
        begin = int(np.clip(centre - take // 2, 0, n - take))
        part, hoped = seen[begin : begin + take], told[begin : begin + take]
        low, high = _shortest(part, level, whole)
        rows.append((float(hoped.mean()), low, high, float(((part - hoped) ** 2).mean())))
    rows = sorted({row[0]: row for row in rows}.values())
    places, low_line, high_line, variance = zip(*rows, strict=True)
    return Band(level, whole, places, low_line, high_line, variance)


def _shortest(part: Floats, level: float, whole: bool) -> tuple[float, float]:
    """The shortest interval that holds ``level`` of the outcomes.

    Where many did nothing it begins at nothing, and all that is left out lies above.
    """
    values, counts = np.unique(np.maximum(part, 0.0), return_counts=True)
    after = np.cumsum(counts) / len(part)
    if whole:
        reached = np.column_stack([after - counts / len(part), after]).ravel()
        edges = np.column_stack([values, values + 1.0]).ravel()
    else:
        reached = np.concatenate([[0.0], after])
        edges = np.concatenate([[values[0]], values])
    begins = np.linspace(0.0, 1.0 - level, TAILS)
    low = np.interp(begins, reached, edges)
    high = np.interp(begins + level, reached, edges)
    best = int(np.argmin(np.round(high - low, 9)))
    return float(low[best]), float(high[best])


def coverage(low: Floats, high: Floats, outcome: Floats) -> tuple[float, float | None]:
    """Share of outcomes within the interval: of all, and of those whose interval is not 0 to 0."""
    inside = (low <= outcome) & (outcome <= high)
    open_ended = high > 0
    among = float(inside[open_ended].mean()) if open_ended.any() else None
    return float(inside.mean()), among
