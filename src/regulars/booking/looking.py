"""Looks whether and when something could be booked or moved, without taking anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from regulars.booking import rebuilding
from regulars.booking.actions import wishes_of
from regulars.booking.availability import CUSTOMER_BUSY, NO_HELPER, NO_PLACE, TAKEN, Finder
from regulars.booking.drafts import ServiceDraft
from regulars.booking.loading import free_between
from regulars.booking.minutes import minute_of, moment_of
from regulars.booking.models import Appointment
from regulars.booking.placing import Request, plan_or_refuse
from regulars.booking.refusals import Alternative, Refused
from regulars.offer.models import Store

OVERLAP_HELPS = frozenset({CUSTOMER_BUSY, NO_HELPER, NO_PLACE, TAKEN})
"""Refusals that a deliberate overlap passes over: things are taken, not off or closed."""


def new_visit(
    store: Store,
    services: Sequence[ServiceDraft],
    starts_at: datetime,
    *,
    customer_id: int | None,
    at: datetime,
) -> Request:
    """A visit that is thought of, as it would be placed.

    Raises:
        Refused: there is no service, or one that cannot be booked.
    """
    wishes, _ = wishes_of(store.pk, services)
    return Request(store, wishes, starts_at, at, customer_id=customer_id)


def moved_visit(
    appointment: Appointment,
    starts_at: datetime,
    staff: Mapping[int, int],
    *,
    at: datetime,
) -> Request:
    """An appointment as `actions.move` would place it at another time or with others.

    Args:
        staff: by id of the booked service.
    """
    return Request(
        store=appointment.store,
        wishes=rebuilding.read(appointment).wishes(staff),
        starts_at=starts_at,
        at=at,
        customer_id=appointment.customer_id,
        but_not=appointment.pk,
    )


def refusal(request: Request) -> Refused | None:
    """Why a visit cannot be as things stand now, with alternatives; None when it can."""
    try:
        plan_or_refuse(request)
    except Refused as refused:
        return refused
    return None


def openings(
    request: Request, first: datetime, last: datetime, *, most: int, around: datetime | None = None
) -> list[Alternative]:
    """Beginnings from `first` to before `last`, each with who would serve first, in order of time.

    Args:
        around: the nearest to this moment rather than the earliest.
    """
    first = max(first, request.at)
    if first >= last:
        return []
    free, grid = free_between(request.wanted, first, last, at=request.at)
    finder = Finder(request.wishes, free)
    starts = free.window.minutes(finder.starts(grid))
    if around is not None:
        near = minute_of(around)
        starts.sort(key=lambda start: abs(start - near))
    found = []
    for start in sorted(starts[:most]):
        plan = finder.plan(start, request.rank)
        who = next((s.staff for s in plan.services if s.staff is not None), None) if plan else None
        found.append(Alternative(moment_of(start), who))
    return found
