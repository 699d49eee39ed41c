"""Birthdays: when they come round, by the solar or the lunar calendar.

Who was born on a day that this year lacks (29 February, a 30th of a short lunar month) celebrates
on the day before it. A leap month of the lunar year is not celebrated a second time.
"""

from __future__ import annotations

from calendar import isleap
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Q
from lunardate import LunarDate

from regulars.people.models import Customer

YEAR_AND_A_MONTH = 400


def celebrated_between(first: date, last: date) -> Q:
    """The condition that picks customers whose birthday falls on `first`, `last` or between."""
    born: dict[tuple[str, int], set[int]] = defaultdict(set)
    for day in _days(first, last):
        for month, number in solar_birthdays(day):
            born["solar", month].add(number)
        for month, number in lunar_birthdays(day):
            born["lunar", month].add(number)
    condition = Q(pk__in=[])
    for (calendar, month), numbers in born.items():
        condition |= Q(birth_calendar=calendar, birth_month=month, birth_day__in=sorted(numbers))
    return condition


def next_birthday(customer: Customer, today: date) -> date | None:
    """The next day, from `today` on, on which the customer celebrates; None when unknown."""
    born = (customer.birth_month, customer.birth_day)
    if None in born:
        return None
    of_day = lunar_birthdays if customer.birth_calendar == "lunar" else solar_birthdays
    days = _days(today, today + timedelta(days=YEAR_AND_A_MONTH))
    return next((day for day in days if born in of_day(day)), None)


def age(customer: Customer, today: date) -> int | None:
    """Full years; None without a year. A birth date without month and day counts from January."""
    if customer.birth_year is None:
        return None
    years = today.year - customer.birth_year
    coming = next_birthday(customer, today + timedelta(days=1))
    return years - 1 if coming is not None and coming.year == today.year else years


def solar_birthdays(day: date) -> list[tuple[int, int]]:
    """Month and day of those who celebrate on `day` by the solar calendar."""
    born = [(day.month, day.day)]
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        born.append((2, 29))
    return born


def lunar_birthdays(day: date) -> list[tuple[int, int]]:
    """Lunar month and day of those who celebrate on `day` by the lunar calendar."""
    lunar, after = LunarDate.from_solar_date(day.year, day.month, day.day), day + timedelta(days=1)
    if lunar.isLeapMonth:
        return []
    born = [(lunar.month, lunar.day)]
    if lunar.day == 29 and LunarDate.from_solar_date(after.year, after.month, after.day).day == 1:
        born.append((lunar.month, 30))
    return born


def _days(first: date, last: date) -> Iterator[date]:
    for step in range((last - first).days + 1):
        yield first + timedelta(days=step)
