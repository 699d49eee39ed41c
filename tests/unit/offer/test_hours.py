"""When a store is open: weekdays, holidays, weekends worked for them, clocks that change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.offer.hours import Timetable, kind_of, moment

SHANGHAI, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
DAILY = dict.fromkeys(range(7), ((600, 1200),))


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 10, 1), 7),  # National Day
        (date(2026, 10, 7), 7),  # a day off that is worked for
        (date(2026, 10, 10), 8),  # on this Saturday
        (date(2026, 2, 14), 8),
        (date(2026, 10, 17), 5),  # an ordinary Saturday
        (date(2026, 10, 21), 2),
    ],
)
def test_days_by_the_chinese_calendar(day: date, kind: int) -> None:
    assert kind_of(day, "CN") == kind


def test_without_a_country_every_day_is_a_weekday() -> None:
    assert kind_of(date(2026, 10, 1), "") == 3


def test_holidays_follow_their_weekday_unless_they_have_hours_of_their_own() -> None:
    day = date(2026, 10, 1)
    assert Timetable(SHANGHAI, "CN", DAILY).hours(day) == ((600, 1200),)
    own = {**DAILY, 7: ((720, 1080),)}
    assert Timetable(SHANGHAI, "CN", own).hours(day) == ((720, 1080),)
    closed = Timetable(SHANGHAI, "CN", own, {day: ()})
    assert list(closed.spans(day, day)) == []


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    day = date(2026, 10, 21)
    bar = Timetable(SHANGHAI, "", {2: ((1200, 1560),)})
    assert list(bar.spans(day, day)) == [
        (datetime(2026, 10, 21, 12, tzinfo=UTC), datetime(2026, 10, 21, 18, tzinfo=UTC))
    ]


def test_in_spring_the_day_is_an_hour_shorter_and_in_autumn_longer() -> None:
    whole = Timetable(NEW_YORK, "", dict.fromkeys(range(7), ((0, 1440),)))
    lengths = {
        day: sum((end - begin for begin, end in whole.spans(day, day)), timedelta())
        for day in (date(2026, 3, 8), date(2026, 11, 1), date(2026, 6, 1))
    }
    assert [length.total_seconds() / 3600 for length in lengths.values()] == [23, 25, 24]


@settings(deadline=None)
@given(
    st.sampled_from([SHANGHAI, NEW_YORK, ZoneInfo("Australia/Lord_Howe")]),
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 2_879),
)
def test_a_minute_of_the_day_is_that_time_on_the_wall_unless_the_clock_skips_it(
    zone: ZoneInfo, day: date, minute: int
) -> None:
    there = moment(day, minute, zone).astimezone(zone).replace(tzinfo=None)
    wanted = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    skipped = there - wanted
    assert skipped in (timedelta(0), timedelta(minutes=30), timedelta(hours=1))
    if skipped:
        before = there.replace(tzinfo=zone).astimezone(UTC) - skipped
        assert before.astimezone(zone).utcoffset() != there.replace(tzinfo=zone).utcoffset()
