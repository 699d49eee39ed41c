"""Grids of one hue: RFM, hour by weekday. Each cell may lead to the records behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DARKEST = 9


@dataclass(frozen=True)
class Cell:
    """One cell, written out: `value` is its main figure, `shade` runs from 0 to 9."""

    value: str
    shade: int = 0
    label: str = ""
    note: str = ""
    url: str = ""
    title: str = ""
    unit: str = ""
    current: bool = False


@dataclass(frozen=True)
class Grid:
    """Rows of cells under column names; `sentence` says in words what the shades mean."""

    sentence: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]


def shade(value: float, largest: float) -> int:
    """The shade of `value` on the scale from nothing to `largest`: 0 for nothing, at most 9."""
    if value <= 0 or largest <= 0:
        return 0
    return max(1, min(DARKEST, round(DARKEST * value / largest)))
