"""When stores are open: weekdays, exceptions, public holidays and the weekends worked for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from regulars.offer.models import HoursException, OpeningHours, Store

Hours = Sequence[tuple[int, int]]
"""Opening times of a day, in minutes since its midnight by the clock on the wall."""


@dataclass(frozen=True)
class Timetable:
    """When one store is open.

    Attributes:
        by_kind: hours by kind of day, as in `OpeningHours.day`.
        exceptions: hours of single days; empty where the store is closed.
    """

    zone: ZoneInfo
    country: str = ""
    by_kind: Mapping[int, Hours] = field(default_factory=dict)
    exceptions: Mapping[date, Hours] = field(default_factory=dict)

    def hours(self, day: date) -> Hours:
        """The opening hours of a day."""
        if day in self.exceptions:
            return self.exceptions[day]
        kind = kind_of(day, self.country)
        return self.by_kind.get(kind, self.by_kind.get(day.weekday(), ()))

    def spans(self, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
        """Begin and end in UTC of each time the store is open, from `first` to `last` included."""
        for n in range((last - first).days + 1):
            day = first + timedelta(n)
            for opens, closes in self.hours(day):
                begin = moment(day, opens, self.zone)
                end = moment(day, closes, self.zone)
                if begin < end:
                    yield begin, end


def moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A minute of the day by the clock on the wall, as UTC; minutes from 1440 on fall on the next.

    A time that the clock skips in spring is as much later as it skips; of one that comes twice in
    autumn, the first is meant.
    """
    days, rest = divmod(minute, 1440)
    local = datetime.combine(day + timedelta(days), time(rest // 60, rest % 60), zone)
    return local.astimezone(UTC)


def kind_of(day: date, country: str) -> int:
    """The weekday (0 is Monday), or the number of a public holiday or of a made-up workday."""
    if country:
        calendar = _calendar(country, day.year)
        if day in calendar.weekend_workdays:
            return OpeningHours.MADE_UP
        if day in calendar:
            return OpeningHours.HOLIDAY
    return day.weekday()


@lru_cache(maxsize=64)
def _calendar(country: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays(country, years=year)


def timetable(store: Store, first: date, last: date) -> Timetable:
    """The timetable of a store with its exceptions from `first` to `last`. Two queries."""
    by_kind: dict[int, list[tuple[int, int]]] = {}
    for hours in OpeningHours.objects.filter(store=store):
        by_kind.setdefault(hours.day, []).append((hours.opens, hours.closes))
    exceptions = {
        other.on: [(other.opens, other.closes)]
        if other.opens is not None and other.closes is not None
        else []
        for other in HoursException.objects.filter(store=store, on__range=(first, last))
    }
    return Timetable(ZoneInfo(store.time_zone), store.country, by_kind, exceptions)
