"""Which beginnings suit best, and why: pure, over what is free and what the customer usually does.

Points are declared, not learned: see `POINTS`. Beginnings within `NEAR` points of each other count
as equal and come in an order drawn anew, so that no stylist and no hour is favoured for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from regulars.booking.free import STAFF, Free, Key
from regulars.booking.minutes import Bits, Span

USUAL_PERSON, USUAL_HOUR, USUAL_DAY = "usual_person", "usual_hour", "usual_day"
CLOSES_GAP, NEXT_TO, LEAVES_SLIVER = "closes_gap", "next_to", "leaves_sliver"
USES_WAITING, SOON = "uses_waiting", "soon"

POINTS: Mapping[str, int] = {
    USUAL_PERSON: 30,
    USUAL_HOUR: 20,
    USUAL_DAY: 10,
    USES_WAITING: 12,
    CLOSES_GAP: 10,
    NEXT_TO: 5,
    SOON: 4,
    LEAVES_SLIVER: -10,
}
NEAR = 4
SLIVER = 30
"""Minutes that are too short for most services."""
HOUR_APART = 60
A_DAY = 1440


@dataclass(frozen=True)
class Habits:
    """What a customer usually does; empty for someone new.

    Attributes:
        staff: who usually serves them.
        weekdays: 0 is Monday.
        minute: of the day at which they usually come.
    """

    staff: int | None = None
    weekdays: frozenset[int] = frozenset()
    minute: int | None = None


@dataclass(frozen=True)
class Candidate:
    """A beginning that could be had.

    Attributes:
        start: minute since 1970.
        weekday, minute: of the store's own clock.
        takes: what it would occupy, in minutes since 1970.
    """

    start: int
    staff: int | None
    weekday: int
    minute: int
    takes: Mapping[Key, Sequence[Span]]


@dataclass(frozen=True)
class Suggestion:
    """A candidate with its points and what they are for, the weightiest first."""

    candidate: Candidate
    points: int
    reasons: tuple[str, ...]


def suggest(
    candidates: Iterable[Candidate],
    free: Free,
    habits: Habits,
    *,
    waiting: Mapping[int, Bits],
    now: int,
    count: int,
    random: Random,
) -> list[Suggestion]:
    """The best candidates with their reasons.

    Args:
        waiting: by staff, the minutes in which a customer of theirs waits for something to work.
        now: minute since 1970.
        random: draws the order of what is nearly equal.
    """
    rated = [_rate(candidate, free, habits, waiting, now) for candidate in candidates]
    rated.sort(key=lambda one: (-(one.points // NEAR), random.random()))
    return rated[:count]


def _rate(
    candidate: Candidate, free: Free, habits: Habits, waiting: Mapping[int, Bits], now: int
) -> Suggestion:
    found = [*_of_customer(candidate, habits), *_of_day(candidate, free, waiting)]
    if candidate.start - now <= A_DAY:
        found.append(SOON)
    reasons = sorted(found, key=lambda reason: -abs(POINTS[reason]))
    return Suggestion(candidate, sum(POINTS[reason] for reason in found), tuple(reasons))


def _of_customer(candidate: Candidate, habits: Habits) -> Iterable[str]:
    if habits.staff is not None and candidate.staff == habits.staff:
        yield USUAL_PERSON
    if habits.minute is not None and abs(candidate.minute - habits.minute) <= HOUR_APART:
        yield USUAL_HOUR
    if candidate.weekday in habits.weekdays:
        yield USUAL_DAY


def _of_day(candidate: Candidate, free: Free, waiting: Mapping[int, Bits]) -> Iterable[str]:
    """What it leaves of the free time of the one who serves."""
    if candidate.staff is None:
        return
    spans = candidate.takes[Key(STAFF, candidate.staff)]
    bits = free.window.bits(spans)
    if bits & ~waiting.get(candidate.staff, 0) == 0:
        yield USES_WAITING
    before, after = _left(free, candidate.staff, spans)
    if before == after == 0:
        yield CLOSES_GAP
    elif before == 0 or after == 0:
        yield NEXT_TO
    if 0 < before < SLIVER or 0 < after < SLIVER:
        yield LEAVES_SLIVER


def _left(free: Free, staff: int, spans: Sequence[Span]) -> tuple[int, int]:
    """The free minutes that would be left right before and right after."""
    bits = free.staff[staff]
    begin, end = spans[0][0] - free.window.first, spans[-1][1] - free.window.first
    earlier = ~bits & ((1 << begin) - 1)
    later = bits >> end
    return begin - earlier.bit_length(), (~later & (later + 1)).bit_length() - 1
