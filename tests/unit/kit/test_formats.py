"""Figures, money and time as people read them, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit import formats
from regulars.kit.formats import MINUS, MISSING

SHANGHAI = ZoneInfo("Asia/Shanghai")
SATURDAY = datetime(2025, 11, 22, 14, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("minor", "listed", "exact"),
    [
        (123_400, "¥1,234", "¥1,234.00"),
        (-23_200, "−¥232", "−¥232.00"),
        (0, "¥0", "¥0.00"),
        (50, "¥1", "¥0.50"),
        (-49, "¥0", "−¥0.49"),
        (None, MISSING, MISSING),
    ],
)
def test_money_in_lists_and_ledgers(minor: int | None, listed: str, exact: str) -> None:
    assert formats.money(minor, sign="¥") == listed
    assert formats.money_exact(minor, sign="¥") == exact


@pytest.mark.parametrize(
    ("minor", "chinese", "english"),
    [
        (12_345_600, "¥12.3万", "¥123.5K"),
        (999_900, "¥9,999", "¥9,999"),
        (1_000_000, "¥1.0万", "¥10.0K"),
        (123_000_000_00, "¥1.2亿", "¥123.0M"),
        (-12_345_600, "−¥12.3万", "−¥123.5K"),
        (None, MISSING, MISSING),
    ],
)
def test_money_on_dashboards_shortens_from_ten_thousand_up(
    minor: int | None, chinese: str, english: str
) -> None:
    assert formats.money_short(minor, sign="¥", chinese=True) == chinese
    assert formats.money_short(minor, sign="¥", chinese=False) == english


@given(st.integers(-(10**12), 10**12))
def test_the_exact_amount_reads_back_to_the_cent(minor: int) -> None:
    written = formats.money_exact(minor, sign="$")
    bare = written.replace("$", "").replace(",", "").replace(MINUS, "-")
    assert int(Decimal(bare) * 100) == minor


def test_missing_is_a_dash_and_zero_is_not_missing() -> None:
    assert formats.count(None) == formats.percent(None) == formats.points(None) == MISSING
    assert formats.count(0) == "0"
    assert formats.percent(0) == "0.0%"


def test_a_half_is_rounded_up_and_never_to_the_even_neighbour() -> None:
    assert formats.count(2.5) == "3"
    assert formats.percent(0.0625) == "6.3%"
    assert formats.percent(0.725, 0) == "73%"


@pytest.mark.parametrize(
    ("value", "kind", "better", "text", "direction", "tone"),
    [
        (0.084, "percent", "up", "+8.4%", "up", "good"),
        (-0.031, "percent", "up", "−3.1%", "down", "poor"),
        (-0.031, "percent", "down", "−3.1%", "down", "good"),
        (0.013, "pp", "up", "+1.3pp", "up", "good"),
        (2, "count", "neither", "+2", "up", "flat"),
        (-56_000, "money", "up", "−¥560", "down", "poor"),
        (0.0001, "percent", "up", "0.0%", "flat", "flat"),
        (None, "percent", "up", MISSING, "flat", "flat"),
    ],
)
def test_a_change_tells_sign_arrow_and_tone(
    value: float | None,
    kind: formats.Kind,
    better: formats.Better,
    text: str,
    direction: str,
    tone: str,
) -> None:
    change = formats.delta(value, kind, better=better)
    assert (change.text, change.direction, change.tone) == (text, direction, tone)


def test_the_year_is_written_only_when_it_is_another() -> None:
    day = date(2025, 11, 22)
    assert formats.full_day(day, this_year=2025, chinese=True) == "11月22日 周六"
    assert formats.full_day(day, this_year=2026, chinese=True) == "2025年11月22日 周六"
    assert formats.full_day(day, this_year=2025, chinese=False) == "Sat 22 Nov"
    assert formats.full_day(day, this_year=2026, chinese=False) == "Sat 22 Nov 2025"
    assert formats.day(None, this_year=2026, chinese=True) == MISSING


def test_times_and_ranges() -> None:
    end = SATURDAY + timedelta(minutes=90)
    assert formats.time_range(SATURDAY, end) == "14:30–16:00"
    assert formats.day_and_time(SATURDAY, this_year=2025, chinese=False) == "22 Nov 14:30"


@pytest.mark.parametrize(
    ("age", "chinese", "english"),
    [
        (timedelta(seconds=20), "刚刚", "just now"),
        (timedelta(minutes=25), "25 分钟前", "25 min ago"),
        (timedelta(hours=23, minutes=59), "23 小时前", "23 h ago"),
        (timedelta(hours=24), "11月22日 14:30", "22 Nov 14:30"),
        (timedelta(minutes=-5), "11月22日 14:30", "22 Nov 14:30"),
    ],
)
def test_time_is_relative_only_under_a_day_and_never_for_the_future(
    age: timedelta, chinese: str, english: str
) -> None:
    now = (SATURDAY + age).astimezone(UTC)
    assert formats.since(SATURDAY, now=now, chinese=True) == chinese
    assert formats.since(SATURDAY, now=now, chinese=False) == english


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13812342384", "138****2384"),
        ("+8613812342384", "+86138****2384"),
        ("6622384", "*****84"),
        ("1", "1"),
        ("", MISSING),
        (None, MISSING),
    ],
)
def test_a_phone_never_shows_its_middle(number: str | None, masked: str) -> None:
    assert formats.masked_phone(number) == masked
