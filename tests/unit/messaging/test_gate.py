"""Who may be written to, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.messaging.gate import Quiet, capped, consent_allows
from regulars.messaging.occasions import ASKED, MARKETING, SERVICE

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = Quiet(21 * 60, 9 * 60, SHANGHAI)


@pytest.mark.parametrize(
    ("purpose", "said", "allowed"),
    [
        (SERVICE, {}, True),
        (SERVICE, {("service", "any"): False}, False),
        (SERVICE, {("service", "any"): True, ("service", "email"): False}, False),
        (SERVICE, {("service", "sms"): False}, True),
        (SERVICE, {("marketing", "any"): False}, True),
        (MARKETING, {}, False),
        (MARKETING, {("service", "any"): True}, False),
        (MARKETING, {("marketing", "email"): True}, True),
        (MARKETING, {("marketing", "any"): True}, True),
        (MARKETING, {("marketing", "any"): False, ("marketing", "email"): True}, False),
        (MARKETING, {("marketing", "sms"): True}, False),
        (ASKED, {("service", "any"): False}, True),
    ],
)
def test_what_consent_lets_go_to_an_email(
    purpose: str, said: dict[tuple[str, str], bool], allowed: bool
) -> None:
    assert consent_allows(purpose, "email", said) is allowed


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("at", "goes"),
    [
        (local(20, 20, 59), local(20, 20, 59)),
        (local(20, 21), local(21, 9)),
        (local(20, 23, 59), local(21, 9)),
        (local(20, 3), local(20, 9)),
        (local(20, 9), local(20, 9)),
    ],
)
def test_what_is_ready_at_night_goes_in_the_morning(at: datetime, goes: datetime) -> None:
    assert NIGHT.over(at.astimezone(UTC)) == goes


def test_a_pause_at_noon_lies_within_the_day() -> None:
    noon = Quiet(12 * 60, 14 * 60, SHANGHAI)
    assert noon.over(local(20, 13)) == local(20, 14)
    assert noon.over(local(20, 11)) == local(20, 11)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.sampled_from(["Asia/Shanghai", "Europe/London", "America/New_York"]),
)
def test_a_message_is_never_early_and_at_most_a_day_late(
    at: datetime, begins: int, ends: int, zone: str
) -> None:
    goes = Quiet(begins, ends, ZoneInfo(zone)).over(at)
    assert at <= goes <= at + timedelta(hours=25)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    st.integers(0, 1439),
    st.integers(0, 1439),
)
def test_when_it_goes_it_is_not_quiet(at: datetime, begins: int, ends: int) -> None:
    quiet = Quiet(begins, ends, SHANGHAI)
    assert quiet.over(quiet.over(at)) == quiet.over(at)


def test_caps_count_what_went_out_and_spare_what_was_asked_for() -> None:
    caps = {"most_a_day": 6, "marketing_a_week": 2}
    assert not capped(SERVICE, today=5, marketing_this_week=9, **caps)
    assert capped(SERVICE, today=6, marketing_this_week=0, **caps)
    assert capped(MARKETING, today=0, marketing_this_week=2, **caps)
    assert not capped(ASKED, today=99, marketing_this_week=99, **caps)
