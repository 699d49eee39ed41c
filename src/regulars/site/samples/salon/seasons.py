"""When people come: opening hours, weekdays, hours, and the Chinese year."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from lunardate import LunarDate

OPENS, CLOSES = 10 * 60, 21 * 60
"""Minutes of the day."""

# Monday to Sunday: how readily someone comes on that day, against the best day.
WEEKDAY = (0.26, 0.29, 0.34, 0.38, 0.60, 1.0, 0.85)

# By hour from 10:00: working days fill after work, weekends from late morning.
WORKDAY_HOURS = (4, 5, 5, 5, 6, 6, 7, 9, 12, 11, 5)
WEEKEND_HOURS = (8, 10, 10, 10, 12, 12, 11, 10, 8, 6, 3)


@lru_cache(maxsize=64)
def spring_festival(year: int) -> date:
    """The first day of the first lunar month that begins in `year`."""
    found: date = LunarDate(year, 1, 1).toSolarDate()
    return found


@lru_cache(maxsize=4096)
def closed(day: date) -> bool:
    """The salon is closed from the eve of Spring Festival to its third day."""
    days = (day - spring_festival(day.year)).days
    return -1 <= days <= 3


@lru_cache(maxsize=4096)
def season(day: date) -> float:
    """How much busier a day is for the time of year; 1 is usual.

    The rush before Spring Festival; the quiet first month, when old custom forbids the scissors;
    the second day of the second month, when everyone makes up for it; the eves of holidays.
    """
    if closed(day):
        return 0.0
    days = (day - spring_festival(day.year)).days
    if -18 <= days < -1:
        return 1.3 + 0.5 * (18 + days) / 17
    if 3 < days < 28:
        return 0.5
    dragon: date = LunarDate(day.year, 2, 2).toSolarDate()
    if abs((day - dragon).days) <= 2:
        return 1.45
    if (day.month, day.day) in _EVES:
        return 1.25
    if day.month == 10 and day.day <= 7:
        return 0.8
    return _MONTH[day.month - 1]


_EVES = {(9, 27), (9, 28), (9, 29), (9, 30), (4, 28), (4, 29), (4, 30), (3, 7), (3, 8), (5, 20)}
_MONTH = (1.0, 0.95, 1.0, 1.0, 1.05, 1.03, 0.97, 0.95, 1.03, 1.0, 1.0, 1.08)


def readiness(day: date) -> float:
    """How readily people come on this day, 0 to 1 and rarely a little above."""
    return season(day) * WEEKDAY[day.weekday()]


def hours(day: date) -> tuple[int, ...]:
    """The weight of each hour from opening."""
    return WEEKEND_HOURS if day.weekday() >= 5 else WORKDAY_HOURS


def lunar_birthday(day: date) -> tuple[int, int]:
    """Month and day of a solar date in the lunar calendar."""
    lunar = LunarDate.fromSolarDate(day.year, day.month, day.day)
    return lunar.month, lunar.day


def months_before(day: date, months: int) -> date:
    """The same day of the month `months` earlier; the month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(day.day - 1), first_of_next - timedelta(1))
