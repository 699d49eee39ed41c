"""Reads for calendars and booking pages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from statistics import median
from typing import Self
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from psycopg.types.range import Range

from regulars.booking import actions, rebuilding
from regulars.booking.allocation import Plan
from regulars.booking.availability import Finder
from regulars.booking.drafts import ServiceDraft
from regulars.booking.free import Free
from regulars.booking.loading import Wanted, free_between
from regulars.booking.minutes import Bits, Span, Window, minute_of, moment_of, spans_of
from regulars.booking.models import (
    Appointment,
    BookedService,
    BookedStep,
    Break,
    Change,
    Leave,
    Shift,
)
from regulars.booking.states import OCCUPYING
from regulars.booking.suggesting import Candidate, Habits, Suggestion, suggest
from regulars.booking.visits import Wish
from regulars.offer.models import Store

LONGEST = timedelta(days=2)
"""No appointment lasts longer; those that reach into a day are looked for this far back."""

HABITS_FROM, HABITS_NEED = 12, 2
"""Of how many of the last visits habits are read, and how many there must be."""


@dataclass(frozen=True)
class Visit:
    """A visit that is looked for: what is wanted of a store, for a customer or a guest.

    Attributes:
        but_not: the appointment that is about to be moved.
    """

    store: Store
    wishes: Sequence[Wish]
    customer_id: int | None = None
    but_not: int | None = None

    @classmethod
    def of_new(
        cls, store: Store, services: Sequence[ServiceDraft], customer_id: int | None = None
    ) -> Self:
        """A visit not yet booked.

        Raises:
            Refused: no service is asked for, or one that cannot be booked.
        """
        wishes, _ = actions.wishes_of(store.pk, services)
        return cls(store, wishes, customer_id)

    @classmethod
    def of_move(cls, appointment: Appointment) -> Self:
        """Another time for an appointment, with the same people."""
        wishes = rebuilding.read(appointment).wishes({})
        return cls(appointment.store, wishes, appointment.customer_id, appointment.pk)


def starts(visit: Visit, first: datetime, last: datetime, *, at: datetime) -> list[datetime]:
    """The beginnings on the store's grid from `first` to before `last`, none before `at`.

    Seven queries, however long the time and however many the people and bookings.
    """
    finder, free, grid = _look(visit, first, last, at)
    return [moment_of(minute) for minute in free.window.minutes(finder.starts(grid))]


def plan_at(visit: Visit, starts_at: datetime, *, at: datetime) -> Plan | None:
    """Who would serve where if it were booked at this moment; None when it cannot be."""
    finder, _, _ = _look(visit, starts_at, starts_at + timedelta(minutes=1), at)
    return finder.plan(minute_of(starts_at))


def _look(visit: Visit, first: datetime, last: datetime, at: datetime) -> tuple[Finder, Free, Bits]:
    wanted = Wanted.by(
        visit.store, visit.wishes, customer_id=visit.customer_id, but_not=visit.but_not
    )
    free, grid = free_between(wanted, max(first, at), max(last, at), at=at)
    return Finder(visit.wishes, free), free, grid


def calendar(
    store: Store, first: datetime, last: datetime, *, states: Collection[str] = ()
) -> list[Appointment]:
    """The appointments of a store that meet a span, by beginning, with services and steps.

    Four queries. `services` and their `steps`, item and staff, and the customer are loaded.

    Args:
        states: only these; by default all that stand.
    """
    found = Appointment.objects.filter(
        store=store, starts_at__gt=first - LONGEST, starts_at__lt=last, ends_at__gt=first
    )
    found = (
        found.filter(state__in=states)
        if states
        else found.exclude(state__in=[Appointment.CANCELLED, Appointment.NO_SHOW])
    )
    services = BookedService.objects.select_related("item", "staff").prefetch_related(
        Prefetch("steps", BookedStep.objects.select_related("staff", "place"))
    )
    return list(
        found.select_related("customer", "store")
        .prefetch_related(Prefetch("services", services))
        .order_by("starts_at", "pk")
    )


def at_work(
    store: Store, first: datetime, last: datetime
) -> dict[int, list[tuple[datetime, datetime]]]:
    """By id of the staff, when they are at work in a store: shifts without breaks and leave."""
    window = Window(minute_of(first), minute_of(last))
    meets = {"span__overlap": (first, last)}
    work: dict[int, Bits] = defaultdict(int)
    for shift in Shift.objects.filter(store=store, **meets):
        work[shift.staff_id] |= window.bits([_minutes(shift.span)])
    for pause in Break.objects.filter(shift__store=store, **meets).select_related("shift"):
        work[pause.shift.staff_id] &= ~window.bits([_minutes(pause.span)])
    for leave in Leave.objects.filter(staff__in=work, **meets):
        work[leave.staff_id] &= ~window.bits([_minutes(leave.span)])
    return {
        staff: [(moment_of(a), moment_of(b)) for a, b in spans_of(bits, window)]
        for staff, bits in work.items()
    }


def _minutes(span: Range[datetime]) -> Span:
    assert span.lower is not None  # noqa: S101  a constraint holds it
    assert span.upper is not None  # noqa: S101
    return minute_of(span.lower), minute_of(span.upper)


def history(appointment_id: int) -> list[Change]:
    """What happened to an appointment, in order."""
    return list(Change.objects.filter(appointment=appointment_id).order_by("pk"))


def habits(customer_id: int | None, zone: ZoneInfo) -> Habits:
    """What a customer usually does, from the last visits that they kept."""
    if customer_id is None:
        return Habits()
    kept = Appointment.objects.filter(
        customer=customer_id, state__in=[Appointment.DONE, Appointment.IN_SERVICE]
    )
    last = list(kept.order_by("-starts_at").prefetch_related("services")[:HABITS_FROM])
    if len(last) < HABITS_NEED:
        return Habits()
    times = [visit.starts_at.astimezone(zone) for visit in last]
    people = Counter(
        service.staff_id
        for visit in last
        for service in visit.services.all()
        if service.staff_id is not None
    )
    days = Counter(time.weekday() for time in times)
    return Habits(
        staff=next((staff for staff, n in people.most_common(1) if 2 * n >= len(last)), None),
        weekdays=frozenset(day for day, n in days.items() if 2 * n >= len(last)),
        minute=round(median(time.hour * 60 + time.minute for time in times)),
    )


def suggestions(
    visit: Visit,
    first: datetime,
    last: datetime,
    *,
    at: datetime,
    random: Random,
    count: int = 6,
) -> list[Suggestion]:
    """The best beginnings from `first` to before `last`, each with its reasons."""
    finder, free, grid = _look(visit, first, last, at)
    zone = ZoneInfo(visit.store.time_zone)
    usual = habits(visit.customer_id, zone)
    candidates = [
        candidate
        for minute in free.window.minutes(finder.starts(grid))
        if (candidate := _candidate(finder, minute, usual, zone))
    ]
    waiting = _waiting(visit.store, free.window)
    return suggest(
        candidates, free, usual, waiting=waiting, now=minute_of(at), count=count, random=random
    )


def _candidate(finder: Finder, minute: int, usual: Habits, zone: ZoneInfo) -> Candidate | None:
    plan = finder.plan(minute, lambda staff: staff != usual.staff)
    if plan is None:
        return None
    time = moment_of(minute).astimezone(zone)
    staff = next((one.staff for one in plan.services if one.staff is not None), None)
    of_day = time.hour * 60 + time.minute
    return Candidate(minute, staff, time.weekday(), of_day, plan.takes())


def _waiting(store: Store, window: Window) -> dict[int, Bits]:
    """By staff, when a customer of theirs waits for something to work."""
    found: dict[int, Bits] = defaultdict(int)
    steps = BookedStep.objects.filter(
        waiting=True,
        service__appointment__store=store,
        service__appointment__state__in=OCCUPYING,
        starts_at__lt=moment_of(window.end),
        ends_at__gt=moment_of(window.first),
    ).values_list("service__staff", "starts_at", "ends_at")
    for staff, begins, ends in steps:
        if staff is not None:
            found[staff] |= window.bits([(minute_of(begins), minute_of(ends))])
    return dict(found)
