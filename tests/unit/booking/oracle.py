"""The obvious way to find out whether a visit fits: try everybody everywhere, minute by minute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from regulars.booking.visits import Wish

Minutes = set[int]


@dataclass(frozen=True)
class World:
    """The free minutes of everything, as sets. Places by kind, a set a unit."""

    open: Minutes
    staff: Mapping[int, Minutes]
    places: Mapping[str, Sequence[Minutes]]
    customer: Minutes | None


def fits(wishes: Sequence[Wish], world: World, start: int) -> bool:
    """Whether the visit can begin at this minute with any choice of people and places."""
    return any(
        _lies(wishes, choice, world, start)
        for choice in product(*(list(wish.pace) or [None] for wish in wishes))
    )


def _lies(wishes: Sequence[Wish], choice: Sequence[int | None], world: World, start: int) -> bool:
    steps = list(_timed(wishes, choice, start))
    whole = {minute for _, begin, end, *_ in steps for minute in range(begin, end)}
    if not whole <= world.open or (world.customer is not None and not whole <= world.customer):
        return False
    if not _places_free(wishes, steps, world):
        return False
    # Each step for any hands tries every helper.
    open_steps = [(line, begin, end) for line, begin, end, hands, _ in steps if hands == "any"]
    return any(
        _people_free(wishes, choice, helpers, steps, open_steps, world)
        for helpers in product(*(sorted(wishes[line].helpers) for line, *_ in open_steps))
    )


def _timed(
    wishes: Sequence[Wish], choice: Sequence[int | None], start: int
) -> Iterator[tuple[int, int, int, str, str]]:
    """Service number, begin, end, hands and kind of place of each step."""
    at = group_begin = latest = start
    for line, (wish, staff) in enumerate(zip(wishes, choice, strict=True)):
        if line and wish.group == wishes[line - 1].group:
            at, latest = group_begin, max(at, latest)
        else:
            at = group_begin = latest = max(at, latest)
        for step in wish.steps:
            minutes = step.minutes
            if step.hands == "same":
                minutes = -(-minutes * (wish.pace[staff] if staff is not None else 100) // 100)
            yield line, at, at + minutes, step.hands, step.place_kind
            at += minutes


def _people_free(wishes, choice, helpers, steps, open_steps, world) -> bool:  # type: ignore[no-untyped-def]
    busy = [(choice[line], begin, end) for line, begin, end, hands, _ in steps if hands == "same"]
    busy += [(h, begin, end) for h, (_, begin, end) in zip(helpers, open_steps, strict=True)]
    for n, (one, begin, end) in enumerate(busy):
        if not set(range(begin, end)) <= world.staff.get(one, set()):
            return False
        if any(one == o and begin < e and b < end for o, b, e in busy[:n]):
            return False
    return all(
        set(around) <= world.staff.get(choice[line], set())
        for line, wish in enumerate(wishes)
        if any(step.hands == "same" for step in wish.steps)
        for around in _around(wish, [s for s in steps if s[0] == line])
    )


def _around(wish: Wish, steps: Sequence[tuple[int, int, int, str, str]]) -> tuple[range, range]:
    begin, end = steps[0][1], steps[-1][2]
    return range(begin - wish.before, begin), range(end, end + wish.after)


def _places_free(wishes, steps, world) -> bool:  # type: ignore[no-untyped-def]
    needed: dict[str, set[int]] = {}
    for line, wish in enumerate(wishes):
        own = [step for step in steps if step[0] == line]
        before, after = _around(wish, own)
        for n, (_, begin, end, _, kind) in enumerate(own):
            if kind:
                minutes = needed.setdefault(kind, set())
                minutes |= set(range(begin, end))
                minutes |= set(before) if n == 0 else set()
                minutes |= set(after) if n == len(own) - 1 else set()
    return all(
        any(run <= unit for unit in world.places.get(kind, ()))
        for kind, minutes in needed.items()
        for run in _runs(minutes)
    )


def _runs(minutes: Minutes) -> Iterator[Minutes]:
    """The minutes in pieces without a gap."""
    run: set[int] = set()
    for minute in sorted(minutes):
        if run and minute - 1 not in run:
            yield run
            run = set()
        run.add(minute)
    if run:
        yield run
