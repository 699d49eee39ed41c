"""Suggestions say why, close gaps, use waiting times, and favour nobody among equals."""

from __future__ import annotations

from random import Random

from regulars.booking.free import STAFF, Free, Key
from regulars.booking.minutes import Span, Window
from regulars.booking.suggesting import (
    CLOSES_GAP,
    LEAVES_SLIVER,
    NEXT_TO,
    SOON,
    USES_WAITING,
    USUAL_DAY,
    USUAL_HOUR,
    USUAL_PERSON,
    Candidate,
    Habits,
    suggest,
)

WINDOW = Window(10_000, 10_600)


def free(*spans: Span) -> Free:
    bits = WINDOW.bits(spans)
    return Free(WINDOW, WINDOW.all, {1: bits, 2: bits}, {1: bits, 2: bits})


def candidate(start: int, *, staff: int = 1, weekday: int = 2, minute: int = 600) -> Candidate:
    return Candidate(start, staff, weekday, minute, {Key(STAFF, staff): [(start, start + 30)]})


def reasons(
    start: int, *spans: Span, habits: Habits | None = None, now: int = 0, waiting: int = 0
) -> set[str]:
    (one,) = suggest(
        [candidate(start)], free(*spans), habits or Habits(), waiting={1: waiting}, now=now,
        count=1, random=Random(1),
    )  # fmt: skip
    return set(one.reasons)


def test_what_is_left_of_a_day_counts() -> None:
    assert reasons(10_100, (10_100, 10_130)) == {CLOSES_GAP}
    assert reasons(10_100, (10_100, 10_300)) == {NEXT_TO}
    assert reasons(10_115, (10_100, 10_145)) == {NEXT_TO, LEAVES_SLIVER}
    assert reasons(10_200, (10_000, 10_600)) == set()
    assert reasons(10_115, (10_100, 10_400)) == {LEAVES_SLIVER}


def test_habits_count() -> None:
    habits = Habits(staff=1, weekdays=frozenset({2}), minute=660)
    assert reasons(10_200, (10_000, 10_600), habits=habits) == {
        USUAL_PERSON,
        USUAL_HOUR,
        USUAL_DAY,
    }
    elsewhere = Habits(staff=2, weekdays=frozenset({3}), minute=661)
    assert reasons(10_200, (10_000, 10_600), habits=elsewhere) == set()


def test_waiting_times_and_the_next_day_count() -> None:
    waiting = WINDOW.bits([(10_100, 10_130)])
    found = reasons(10_100, (10_100, 10_130), waiting=waiting, now=9_900)
    assert found == {USES_WAITING, CLOSES_GAP, SOON}


def test_the_better_comes_first_with_its_weightiest_reason() -> None:
    usual = Habits(staff=2)
    both = [candidate(10_100), candidate(10_200, staff=2)]
    best, other = suggest(
        both, free((10_000, 10_600)), usual, waiting={}, now=10_000, count=5, random=Random(1)
    )
    assert (best.candidate.staff, best.reasons[0]) == (2, USUAL_PERSON)
    assert best.points > other.points


def test_among_equals_nobody_is_always_first() -> None:
    equal = [candidate(10_100 + 60 * n, staff=1 + n % 2) for n in range(4)]
    first = {
        suggest(
            equal, free((10_000, 10_600)), Habits(), waiting={}, now=0, count=1, random=Random(n)
        )[0].candidate.start
        for n in range(40)
    }
    assert len(first) == 4
