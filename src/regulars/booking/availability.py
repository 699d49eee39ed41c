"""When a visit can begin, who would serve it where, and why not: no database, no clock.

A visit can begin at a minute when, for one of the ways it can lie, every service finds someone for
all of its own steps, every step for any hands finds a helper, and every kind of place one that is
free through. Over a month that is a few hundred operations on whole numbers (see `minutes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from regulars.booking.allocation import Plan, Rank, allocate
from regulars.booking.free import STAFF, Free, Key, Reach
from regulars.booking.minutes import Bits, runs, shifted
from regulars.booking.visits import Laid, Layout, Wish, layouts

NOBODY, CLOSED, CUSTOMER_BUSY, OFF, TAKEN, NO_HELPER, NO_PLACE, TOGETHER = (
    "nobody", "closed", "customer", "off", "taken", "helper", "place", "together",
)  # fmt: skip
_ORDER = [NOBODY, CLOSED, CUSTOMER_BUSY, OFF, TAKEN, NO_HELPER, NO_PLACE, TOGETHER]


@dataclass(frozen=True)
class Obstacle:
    """What is in the way of a visit.

    Attributes:
        code: one of the constants above; `TOGETHER` when each thing is free, but not all at once.
        key: the one person who is off or taken, if it could only be that one.
        place_kind: of which no place is free.
    """

    code: str
    key: Key | None = None
    place_kind: str = ""


class Finder:
    """Finds beginnings of one visit in what is free."""

    def __init__(self, wishes: Sequence[Wish], free: Free) -> None:
        self._wishes = wishes
        self._free = free
        self._layouts = layouts(wishes)
        self._reach = Reach(free)

    def starts(self, grid: Bits) -> Bits:
        """The minutes of the grid at which the visit can begin."""
        found = 0
        for layout in self._layouts:
            possible = reduce(and_, self._reach.conditions(self._wishes, layout), grid)
            found |= self._jointly(layout, possible) if layout.side_by_side else possible
        return found

    def plan(self, start: int, rank: Rank = lambda staff: 0) -> Plan | None:
        """Who serves where from a minute since 1970, in as few hands as can be; None: no way."""
        plans = (allocate(self._wishes, way, self._reach, start, rank) for way in self._layouts)
        fitting = [plan for plan in plans if plan]
        return min(fitting, key=lambda plan: _cost(plan, rank), default=None)

    def why_not(self, start: int) -> Obstacle:
        """What is in the way of a visit that cannot begin at this minute since 1970.

        Of the ways it could lie, the one that comes furthest tells.
        """
        bit = start - self._free.window.first
        found = [self._obstacle(layout, bit) for layout in self._layouts]
        return max(found, key=lambda one: _ORDER.index(one.code), default=Obstacle(NOBODY))

    def _obstacle(self, layout: Layout, bit: int) -> Obstacle:
        if not self._reach.store(layout) >> bit & 1:
            return Obstacle(CLOSED)
        if not self._reach.customer(layout) >> bit & 1:
            return Obstacle(CUSTOMER_BUSY)
        return self._missing(layout, bit) or Obstacle(TOGETHER)

    def _missing(self, layout: Layout, bit: int) -> Obstacle | None:
        for wish, laid, pace in zip(self._wishes, layout.services, layout.paces, strict=True):
            if wish.needs_someone and not self._reach.someone(wish, pace, laid) >> bit & 1:
                return self._who(wish, laid, bit)
            for span in laid.helped.values():
                if not self._reach.helper(wish.helpers, span) >> bit & 1:
                    return Obstacle(NO_HELPER)
        for kind, spans in layout.places.items():
            if not all(self._reach.place(kind, span) >> bit & 1 for span in spans):
                return Obstacle(NO_PLACE, place_kind=kind)
        return None

    def _who(self, wish: Wish, laid: Laid, bit: int) -> Obstacle:
        """Nobody for a service: all off, or some at work but taken?"""
        key = Key(STAFF, next(iter(wish.pace))) if len(wish.pace) == 1 else None
        at_work = (self._free.shift.get(staff, 0) for staff in wish.pace)
        there = reduce(or_, (_through(shift, laid) for shift in at_work), 0)
        return Obstacle(TAKEN if there >> bit & 1 else OFF, key)

    def _jointly(self, layout: Layout, possible: Bits) -> Bits:
        """Of the beginnings, those at which nobody would be needed twice at the same time."""
        window = self._free.window
        return sum(
            1 << (start - window.first)
            for start in window.minutes(possible)
            if allocate(self._wishes, layout, self._reach, start, lambda staff: 0)
        )


def _through(shift: Bits, laid: Laid) -> Bits:
    return reduce(and_, (shifted(runs(shift, end - begin), begin) for begin, end in laid.own))


def _cost(plan: Plan, rank: Rank) -> tuple[int, int]:
    people = [served.staff for served in plan.services if served.staff is not None]
    return len(set(people)), sum(map(rank, people))
