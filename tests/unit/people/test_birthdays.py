"""Birthdays come round on the day people celebrate, by either calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from lunardate import LunarDate

from regulars.people.birthdays import age, lunar_birthdays, next_birthday, solar_birthdays
from regulars.people.models import Customer
from regulars.people.rules import sort_name

TODAY = date(2026, 10, 20)


def born(
    month: int | None, day: int | None, *, year: int | None = None, lunar: bool = False
) -> Customer:
    calendar = "lunar" if lunar else "solar"
    return Customer(birth_year=year, birth_month=month, birth_day=day, birth_calendar=calendar)


@pytest.mark.parametrize(
    ("customer", "coming"),
    [
        (born(10, 20), TODAY),
        (born(10, 19), date(2027, 10, 19)),
        (born(2, 29), date(2027, 2, 28)),
        (born(8, 15, lunar=True), date(2027, 9, 15)),
        (born(1, 1, lunar=True), date(2027, 2, 6)),
        (born(None, None, year=1990), None),
    ],
)
def test_the_next_birthday(customer: Customer, coming: date | None) -> None:
    assert next_birthday(customer, TODAY) == coming


@pytest.mark.parametrize(
    ("customer", "years"),
    [
        (born(10, 20, year=1990), 36),
        (born(10, 21, year=1990), 35),
        (born(1, 1, year=1990), 36),
        (born(None, None, year=1990), 36),
        (born(10, 20), None),
    ],
)
def test_the_age_on_the_day_and_the_day_before(customer: Customer, years: int | None) -> None:
    assert age(customer, TODAY) == years


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028])
def test_every_birthday_is_celebrated_once_a_year(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365 + (year % 4 == 0))]
    solar = [one for day in days for one in solar_birthdays(day)]
    assert len(solar) == len(set(solar)) == 366
    begun = LunarDate(year, 1, 1).to_solar_date()
    ends = LunarDate(year + 1, 1, 1).to_solar_date()
    lunar = [
        one
        for n in range((ends - begun).days)
        for one in lunar_birthdays(begun + timedelta(days=n))
    ]
    assert len(lunar) == len(set(lunar)) == 360


def test_names_sort_by_pinyin_with_surnames_read_as_surnames() -> None:
    names = ["曾黎", "Anna", "单雪", "陈晨", "李静", "", "黎明"]
    assert sorted(names, key=sort_name) == ["", "Anna", "陈晨", "李静", "黎明", "单雪", "曾黎"]
