"""What the figures of a run say: shares, ranges in words' raw form, concentration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Row = Mapping[str, Any]

STAGES = ("potential", "new", "mature", "at_risk", "lost")
SCORES = (5, 4, 3, 2, 1)


@dataclass(frozen=True)
class Range:
    """Whole numbers from `low` to `high`, both included; None leaves that side open."""

    low: int | None
    high: int | None


def bands(cuts: Sequence[int], *, least: int) -> list[Range]:
    """The bands that rising cut-offs make: up to the first cut, then one past each cut.

    >>> bands([1, 3], least=1)
    [Range(low=1, high=1), Range(low=2, high=3), Range(low=4, high=None)]
    """
    lows = [least, *(cut + 1 for cut in cuts)]
    highs: list[int | None] = [*cuts, None]
    return [Range(low, high) for low, high in zip(lows, highs, strict=True)]


@dataclass(frozen=True)
class Cell:
    """Customers with one pair of scores. Money in minor units."""

    r: int
    f: int
    segment: str
    customers: int
    spend_365d: int

    @property
    def mean_spend(self) -> int:
        return round(self.spend_365d / self.customers) if self.customers else 0


def grid(rows: Sequence[Row]) -> dict[tuple[int, int], Cell]:
    """The cells of the RFM grid that somebody stands in, by (r, f)."""
    return {
        (row["r_score"], row["f_score"]): Cell(
            row["r_score"],
            row["f_score"],
            row["segment"],
            row["customers"],
            row["spend_365d"],
        )
        for row in rows
    }


@dataclass(frozen=True)
class Stage:
    """Customers in one stage. Shares are of all customers and of all spend; None without any."""

    name: str
    customers: int
    spend_365d: int
    share: float | None
    spend_share: float | None


def stages(rows: Sequence[Row]) -> list[Stage]:
    """Every stage in the order of a customer's life, empty ones included."""
    by_name = {row["stage"]: row for row in rows}
    customers = sum(row["customers"] for row in rows)
    spend = sum(row["spend_365d"] for row in rows)
    empty = {"customers": 0, "spend_365d": 0}
    found = []
    for name in STAGES:
        row = by_name.get(name, empty)
        found.append(
            Stage(
                name,
                row["customers"],
                row["spend_365d"],
                row["customers"] / customers if customers else None,
                row["spend_365d"] / spend if spend > 0 else None,
            )
        )
    return found


def whole_months(rows: Sequence[Row], as_of: date) -> list[Row]:
    """The months that were over at `as_of`: an unfinished one would look like a fall.

    The first month is left out too when it was not counted from its first day on.
    """
    kept = [row for row in rows if row["days"] == _days_in(row["month"])]
    return [row for row in kept if date.fromisoformat(row["month"]) < as_of.replace(day=1)]


def before(rows: Sequence[Row], as_of: date) -> list[Row]:
    """The rows of months that were over at `as_of`, whatever they count."""
    return [row for row in rows if date.fromisoformat(row["month"]) < as_of.replace(day=1)]


def _days_in(month: str) -> int:
    first = date.fromisoformat(month)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return (following - first).days


@dataclass(frozen=True)
class Movement:
    """How a monthly figure moved: the last whole month against the one before and a year before."""

    value: int
    before: int | None
    year_before: int | None

    @property
    def change(self) -> float | None:
        return _relative(self.value, self.before)

    @property
    def change_in_a_year(self) -> float | None:
        return _relative(self.value, self.year_before)


def movement(months: Sequence[Row], column: str) -> Movement | None:
    """The movement of a column; None without a whole month."""
    if not months:
        return None
    values = {row["month"]: row[column] for row in months}
    last = date.fromisoformat(months[-1]["month"])
    year_before = last.replace(year=last.year - 1).isoformat()
    before = months[-2][column] if len(months) > 1 else None
    return Movement(months[-1][column], before, values.get(year_before))


def _relative(now: int, before: int | None) -> float | None:
    return now / before - 1 if before and before > 0 else None


def share_up_to(rows: Sequence[Row], column: str, most: int) -> float | None:
    """The share of the sum of `column` that the first `most` rows hold."""
    total = sum(row[column] for row in rows)
    return sum(row[column] for row in rows[:most]) / total if total > 0 else None


def hour_span(rows: Sequence[Row]) -> range:
    """From the first hour with a purchase to the last, on any weekday."""
    hours = [row["hour"] for row in rows]
    return range(min(hours), max(hours) + 1) if hours else range(0)


@dataclass(frozen=True)
class Occasion:
    """One holiday, all its years together: takings against ordinary days, with the interval.

    `clear` says whether the whole interval lies on one side of ordinary days.
    """

    name: str
    times: int
    last_on: date
    lift: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        return self.low > 1 or self.high < 1


def occasions(rows: Sequence[Row]) -> list[Occasion]:
    """The latest of each occasion, the strongest lift first."""
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row["name"], []).append(row)
    found = []
    for name, times in by_name.items():
        last = max(times, key=lambda row: str(row["first_on"]))
        found.append(
            Occasion(
                name,
                len(times),
                date.fromisoformat(last["last_on"]),
                last["lift"],
                last["low"],
                last["high"],
            )
        )
    return sorted(found, key=lambda one: (-one.lift, one.name))
