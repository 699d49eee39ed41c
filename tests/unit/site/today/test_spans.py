"""Spans of days, and what each is held against."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from regulars.site.today.spans import span

SUNDAY = datetime(2026, 11, 22, 14, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_today_is_held_against_the_same_weekday_up_to_the_same_time() -> None:
    before = span("today", SUNDAY).before
    assert before.first == before.last == date(2026, 11, 15)
    assert before.until == time(14, 30)


@pytest.mark.parametrize(("key", "days"), [("7d", 7), ("30d", 30)])
def test_several_days_are_held_against_as_many_just_before(key: str, days: int) -> None:
    now = span(key, SUNDAY)
    assert (now.last - now.first).days + 1 == days
    assert (now.first - now.before.last).days == 1
    assert (now.before.last - now.before.first).days + 1 == days


def test_an_unknown_span_is_today() -> None:
    assert span("drop table", SUNDAY) == span("today", SUNDAY)
