"""Holidays and shopping days, and what they do to a shop's takings.

Public holidays come from the package ``holidays``; days off that were moved next to a holiday
belong to it. Around the largest feast of a country the fourteen days before it are an occasion of
their own, because that is when people get ready. Shopping days are declared below.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import NormalDist, fmean, stdev

import holidays
import pyarrow as pa
from ibis.expr.types import Table

from regulars.insight.features.timing import daily
from regulars.insight.shop import Shop

COUNTRIES = ("CN", "US", "GB", "CA")
GREATEST_FEAST = {"CN": "chinese_new_year", "US": "christmas_day"} | {
    "GB": "christmas_day", "CA": "christmas_day"
}  # fmt: skip
RUN_UP_DAYS = 14
AROUND_DAYS = 28
ORDINARY_DAYS_NEEDED = 14
LEVEL = 0.8


@dataclass(frozen=True)
class Occasion:
    """A named span of days, both ends included. ``name`` is an id such as "national_day"."""

    name: str
    first: date
    last: date

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(n) for n in range((self.last - self.first).days + 1))


def _black_friday(year: int) -> date:
    november = date(year, 11, 1)
    first_thursday = november + timedelta((3 - november.weekday()) % 7)
    return first_thursday + timedelta(22)


SHOPPING_DAYS: Mapping[str, Mapping[str, Callable[[int], date]]] = {
    "CN": {
        "valentines_day": lambda year: date(year, 2, 14),
        "womens_day": lambda year: date(year, 3, 8),
        "shopping_618": lambda year: date(year, 6, 18),
        "singles_day": lambda year: date(year, 11, 11),
        "double_twelve": lambda year: date(year, 12, 12),
    },
    "US": {"valentines_day": lambda year: date(year, 2, 14), "black_friday": _black_friday},
    "GB": {"valentines_day": lambda year: date(year, 2, 14), "black_friday": _black_friday},
    "CA": {"valentines_day": lambda year: date(year, 2, 14), "black_friday": _black_friday},
}
"""Country -> id -> the day of a year. Not holidays, but people buy."""


def occasions(country: str, first: date, last: date) -> list[Occasion]:
    """Every occasion that touches the span, in the order of time; none for the country "".

    Raises:
        ValueError: a country that is not in ``COUNTRIES``.
    """
    if not country:
        return []
    if country not in COUNTRIES:
        raise ValueError(f"No calendar for “{country}”. Known: {', '.join(COUNTRIES)}.")
    years = range(first.year - 1, last.year + 2)
    found = _public(country, years)
    feast = GREATEST_FEAST[country]
    found += [
        Occasion(f"before_{feast}", o.first - timedelta(RUN_UP_DAYS), o.first - timedelta(1))
        for o in found
        if o.name == feast
    ]
    for name, day_of in SHOPPING_DAYS[country].items():
        found += [Occasion(name, day_of(year), day_of(year)) for year in years]
    touching = (o for o in found if o.first <= last and o.last >= first)
    return sorted(touching, key=lambda o: (o.first, o.last, o.name))


def _public(country: str, years: Sequence[int]) -> list[Occasion]:
    language = "en_US" if country != "GB" else "en_GB"
    calendar = holidays.country_holidays(country, years=years, language=language)
    named: list[Occasion] = []
    moved: list[date] = []
    for day in sorted(calendar):
        name = _identifier(calendar[day])
        if name.startswith("day_off"):
            moved.append(day)
        elif named and named[-1].name == name and (day - named[-1].last).days <= 3:
            named[-1] = Occasion(name, named[-1].first, day)
        else:
            named.append(Occasion(name, day, day))
    return [_with_moved(occasion, moved) for occasion in named]


def _identifier(name: str) -> str:
    """National Day (observed); Labour Day -> national_day; the Eve belongs to its feast."""
    plain = re.sub(r"\(.*?\)", "", name.split(";")[0]).strip().lower()
    plain = plain.removesuffix("'s eve") if "chinese new year" in plain else plain
    return re.sub(r"[^a-z0-9]+", "_", plain.replace("'", "")).strip("_")


def _with_moved(occasion: Occasion, moved: Sequence[date]) -> Occasion:
    # A weekend may stand between the feast and the day moved next to it.
    for day in moved:
        if 0 < (day - occasion.last).days <= 4:
            occasion = Occasion(occasion.name, occasion.first, day)
        elif 0 < (occasion.first - day).days <= 1:
            occasion = Occasion(occasion.name, day, occasion.last)
    return occasion


def occasion_lift(shop: Shop, *, as_of: date, country: str = "CN") -> Table:
    """What each occasion that is over brought, against ordinary days around it.

    Columns: name, first_on, last_on, days, spend (net, minor units), expected (what ordinary days
    of the same weekdays took), lift (spend / expected), low, high (80% interval from how ordinary
    days scatter), ordinary_days (how many it was compared with, within 28 days of it).
    Occasions with fewer than fourteen ordinary days around them are left out.
    """
    rows = daily(shop, as_of=as_of).to_pyarrow().to_pylist()
    takings = {row["day"]: row["spend"] for row in rows}
    lifts = lifts_of(takings, country)
    return shop.engine.read("occasions", pa.Table.from_pylist(lifts, _LIFTS))


def lifts_of(takings: Mapping[date, int], country: str) -> list[dict[str, object]]:
    """The rows of ``occasion_lift`` from takings by day, every day of the span present."""
    if not takings:
        return []
    first, last = min(takings), max(takings)
    known = occasions(country, first, last)
    special = {day for occasion in known for day in occasion.days()}
    lifts = []
    for occasion in known:
        if occasion.first < first or occasion.last > last:
            continue
        around = range(-AROUND_DAYS, (occasion.last - occasion.first).days + AROUND_DAYS + 1)
        nearby = (occasion.first + timedelta(step) for step in around)
        ordinary = [day for day in nearby if day in takings and day not in special]
        lift = _lift(occasion, takings, ordinary)
        if lift:
            lifts.append(lift)
    return lifts


def _lift(
    occasion: Occasion, takings: Mapping[date, int], ordinary: Sequence[date]
) -> dict[str, object] | None:
    if len(ordinary) < ORDINARY_DAYS_NEEDED:
        return None
    mean = fmean(takings[day] for day in ordinary)
    by_weekday = {
        weekday: fmean(same) if (same := _on(weekday, ordinary, takings)) else mean
        for weekday in range(7)
    }
    days = list(occasion.days())
    expected = sum(by_weekday[day.weekday()] for day in days)
    if expected <= 0:
        return None
    daily_mean = expected / len(days)
    scatter = stdev((takings[day] - by_weekday[day.weekday()]) / daily_mean for day in ordinary)
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    half = z * scatter * sqrt(1 / len(days) + 1 / len(ordinary))
    spend = sum(takings[day] for day in days)
    return {
        "name": occasion.name,
        "first_on": occasion.first,
        "last_on": occasion.last,
        "days": len(days),
        "spend": spend,
        "expected": expected,
        "lift": spend / expected,
        "low": min(spend / expected, max(0.0, spend / expected - half)),
        "high": spend / expected + half,
        "ordinary_days": len(ordinary),
    }


def _on(weekday: int, days: Sequence[date], takings: Mapping[date, int]) -> list[int]:
    return [takings[day] for day in days if day.weekday() == weekday]


_LIFTS = pa.schema(
    {
        "name": pa.string(),
        "first_on": pa.date32(),
        "last_on": pa.date32(),
        "days": pa.int64(),
        "spend": pa.int64(),
        "expected": pa.float64(),
        "lift": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "ordinary_days": pa.int64(),
    }
)
