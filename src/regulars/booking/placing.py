"""Finds a place for a visit and takes it: plan, lock, look again, write; then the constraint.

Whoever plans sees what was committed when they looked. Under the locks of exactly the resources
planned for they look once more, and plan anew when somebody was quicker. What a bug or a hurried
statement would still let through, the database refuses (`never_double_booked`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction

from regulars.booking import expiry, resources
from regulars.booking.allocation import Plan, Rank
from regulars.booking.availability import TAKEN, Finder
from regulars.booking.free import STAFF, Free, Key
from regulars.booking.loading import Wanted, free_between
from regulars.booking.minutes import Bits, Span, minute_of, moment_of
from regulars.booking.refusals import Alternative, Refused
from regulars.booking.visits import Wish
from regulars.offer.models import Store

TRIES = 6
ALTERNATIVES = 4


@dataclass(frozen=True)
class Request:
    """A visit to be placed.

    Attributes:
        overlap: who puts it over others and why, or None.
        rank: the lower, the sooner someone is given a service that anyone may do.
    """

    store: Store
    wishes: Sequence[Wish]
    starts_at: datetime
    at: datetime
    customer_id: int | None = None
    but_not: int | None = None
    overlap: tuple[str, str] | None = None
    rank: Rank = field(default=lambda staff: 0)

    @property
    def wanted(self) -> Wanted:
        return Wanted.by(
            self.store, self.wishes, customer_id=self.customer_id, but_not=self.but_not
        )


@dataclass(frozen=True)
class Taken:
    """A plan whose resources are locked, with what it takes: resource ids and their spans.

    Attributes:
        over: indexes of the spans that lie over other appointments on purpose.
    """

    plan: Plan
    spans: Sequence[tuple[int, Span]]
    over: frozenset[int]


T = TypeVar("T")


class _Quicker(Exception):
    """Somebody was quicker: the plan no longer holds."""


def place(request: Request, write: Callable[[Taken], T]) -> T:
    """Takes the resources of a visit and calls `write` under their locks, in one savepoint.

    Raises:
        Refused: it cannot be at that time; with what could be had instead.
    """
    for _ in range(TRIES):
        plan = plan_or_refuse(request)
        try:
            # Leaving by an exception also gives the locks back, before others are asked for.
            with transaction.atomic():
                return write(_take(request, plan))
        except _Quicker:
            continue
        except IntegrityError as error:
            if "never_double_booked" not in str(error):
                raise
    raise Refused(TAKEN, alternatives=alternatives(request))


def plan_or_refuse(request: Request) -> Plan:
    """A plan for the visit as things stand now, without taking anything."""
    starts = request.starts_at
    free, _ = free_between(
        request.wanted,
        starts,
        starts + timedelta(minutes=1),
        at=request.at,
        taken=request.overlap is None,
    )
    finder = Finder(request.wishes, free)
    plan = finder.plan(minute_of(starts), request.rank)
    if plan is None:
        obstacle = finder.why_not(minute_of(starts))
        raise Refused(
            obstacle.code,
            alternatives=alternatives(request),
            appointment_id=_who_is_there(request, obstacle.key),
        )
    return plan


def _take(request: Request, plan: Plan) -> Taken:
    takes = plan.takes(request.customer_id)
    ids = resources.ids_of(takes)
    resources.lock(ids.values())
    spans = [(ids[key], span) for key, found in takes.items() for span in found]
    others = resources.in_the_way(spans, but_not=request.but_not)
    if others:
        gone = expiry.clear({appointment for appointment, _ in others}, at=request.at)
        others = [(appointment, n) for appointment, n in others if appointment not in gone]
    if others and request.overlap is None:
        raise _Quicker
    return Taken(plan, spans, frozenset(n for _, n in others))


def _who_is_there(request: Request, key: Key | None) -> int | None:
    """The appointment that has the one person who could serve, if it is only one."""
    if key is None or key.kind != STAFF:
        return None
    ids = resources.ids_of([key])
    begin = minute_of(request.starts_at)
    there = resources.in_the_way(
        [(ids[key], (begin, begin + request.wanted.after))], but_not=request.but_not
    )
    found = {appointment for appointment, _ in there}
    return found.pop() if len(found) == 1 else None


def alternatives(request: Request) -> list[Alternative]:
    """Other beginnings within a day either way: the nearest first, not before now."""
    first = max(request.starts_at - timedelta(days=1), request.at)
    last = max(request.starts_at + timedelta(days=1), request.at + timedelta(days=1))
    free, grid = free_between(request.wanted, first, last, at=request.at)
    return nearest(request, free, grid)


def nearest(request: Request, free: Free, grid: Bits) -> list[Alternative]:
    """The beginnings nearest to the one asked for, each with who would serve first."""
    finder = Finder(request.wishes, free)
    around = minute_of(request.starts_at)
    starts = free.window.minutes(finder.starts(grid))
    found = []
    for start in sorted(starts, key=lambda start: abs(start - around))[:ALTERNATIVES]:
        plan = finder.plan(start, request.rank)
        who = next((s.staff for s in plan.services if s.staff is not None), None) if plan else None
        found.append(Alternative(moment_of(start), who))
    return found
