"""Sets of minutes against sets of numbers, and the grid against the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.booking import minutes
from regulars.booking.minutes import Window

WINDOW = Window(1_000, 1_200)
spans = st.lists(
    st.tuples(st.integers(950, 1_250), st.integers(0, 60)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=8,
)


def members(found: list[tuple[int, int]]) -> set[int]:
    inside = range(WINDOW.first, WINDOW.end)
    return {minute for begin, end in found for minute in range(begin, end) if minute in inside}


def apart(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that do not overlap one kept before; two that meet are both kept."""
    kept: list[tuple[int, int]] = []
    for begin, end in found:
        if begin < end and not any(begin < b and a < end for a, b in kept):
            kept.append((begin, end))
    return kept


@given(spans)
def test_a_set_of_spans_holds_their_minutes_within_the_window(found: list[tuple[int, int]]) -> None:
    assert set(WINDOW.minutes(WINDOW.bits(found))) == members(found)


@given(st.lists(spans, min_size=1, max_size=4))
def test_many_spans_at_once_are_the_sets_one_by_one(drawn: list[list[tuple[int, int]]]) -> None:
    rows = [apart(found) for found in drawn]
    flat = [(row, *span) for row, found in enumerate(rows) for span in found]
    columns = np.array(flat, np.int64).reshape(-1, 3).T
    assert minutes.many(len(rows), *columns, WINDOW) == [WINDOW.bits(found) for found in rows]


@given(spans, st.integers(1, 70))
def test_a_run_begins_where_so_many_minutes_follow(found: list[tuple[int, int]], n: int) -> None:
    free = members(found)
    wanted = {minute for minute in free if all(minute + k in free for k in range(n))}
    assert set(WINDOW.minutes(minutes.runs(WINDOW.bits(found), n))) == wanted


@given(spans)
def test_spans_come_back_merged(found: list[tuple[int, int]]) -> None:
    bits = WINDOW.bits(found)
    back = list(minutes.spans_of(bits, WINDOW))
    assert WINDOW.bits(back) == bits
    assert all(one[1] < other[0] for one, other in pairwise(back))


@given(spans)
def test_merged_spans_keep_every_minute_and_lie_apart(found: list[tuple[int, int]]) -> None:
    whole = minutes.merged([span for span in found if span[0] < span[1]])
    assert members(whole) == members(found)
    assert all(one[1] < other[0] for one, other in pairwise(whole))


ZONES = [
    "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu",
]  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(ZONES),
    st.sampled_from([5, 10, 15, 20, 30, 60]),
    st.sampled_from(["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-31"]),
    st.integers(0, 1_440),
)
def test_the_grid_shows_round_times_on_the_wall(
    zone_name: str, slot: int, day: str, into: int
) -> None:
    zone = ZoneInfo(zone_name)
    first = minutes.minute_of(datetime.fromisoformat(day).replace(tzinfo=UTC)) + into
    window = Window(first, first + 3 * 1_440)
    wanted = [
        minute
        for minute in range(window.first, window.end)
        if minutes.moment_of(minute).astimezone(zone).minute % slot == 0
    ]
    assert window.minutes(minutes.grid(window, slot, zone)) == wanted


@pytest.mark.parametrize("seconds", [0, 1, 59])
def test_a_moment_belongs_to_the_minute_it_is_in(seconds: int) -> None:
    moment = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
    minute = minutes.minute_of(moment + timedelta(seconds=seconds))
    assert minutes.moment_of(minute) == moment
