"""Booking and moving: the one way for desk, phone page, API, drag, waitlist, series and walk-in.

Each action is one transaction and leaves one line in the appointment's history and one audit
event. What cannot be raises `Refused`, which says why and what could be had instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from regulars.booking import catalogue, policies, rebuilding, writing
from regulars.booking.allocation import Rank
from regulars.booking.catalogue import Catalogue
from regulars.booking.drafts import ServiceDraft, VisitDraft
from regulars.booking.minutes import moment_of
from regulars.booking.models import Appointment, BookedService, BookedStep, Occupancy
from regulars.booking.placing import Request, Taken, place
from regulars.booking.refusals import Refused
from regulars.booking.visits import Wish
from regulars.kit.permissions import Actor, Grant, Permission, Role
from regulars.offer.models import Store

PORTAL = Actor(user_id=None, name="portal", grants=(Grant(Role.DESK),))
"""Who books on the customer's own phone; held to the shop's policy by the channel."""

HOLD = timedelta(minutes=10)


def wishes_of(store_id: int, services: Sequence[ServiceDraft]) -> tuple[list[Wish], Catalogue]:
    """What services need that are asked for.

    Raises:
        Refused: there is none, or one that cannot be booked.
    """
    if not services:
        raise Refused("no_service")
    read = catalogue.read(store_id, [draft.item_id for draft in services])
    if any(draft.item_id not in read.services for draft in services):
        raise Refused("unknown_service")
    wishes = [read.wish(draft, n) for n, draft in enumerate(services)]
    return [
        rebuilding.with_minutes(wish, draft.minutes)
        for wish, draft in zip(wishes, services, strict=True)
    ], read


@transaction.atomic
def book(
    draft: VisitDraft,
    *,
    hold_for: timedelta | None = None,
    overlap_reason: str = "",
    rank: Rank = lambda staff: 0,
    series_id: int | None = None,
    by: Actor,
    at: datetime,
) -> int:
    """Books a visit and returns the appointment's id.

    Args:
        hold_for: only holds the time, this long; `keep` makes it a booking.
        overlap_reason: puts it over other appointments; for those who may double-book.
        rank: the lower, the sooner someone is given a service that anyone may do.

    Raises:
        Refused: it cannot be at that time, or the shop's policy does not allow it.
    """
    by.must(Permission.MAKE_BOOKINGS, store_id=draft.store_id)
    overlap = _overlap(overlap_reason, draft.store_id, by)
    wishes, read = wishes_of(draft.store_id, draft.services)
    policy = policies.check_new(draft, read, at=at)
    request = Request(
        store=Store.objects.get(pk=draft.store_id, active=True),
        wishes=wishes,
        starts_at=draft.starts_at.replace(second=0, microsecond=0),
        at=at,
        customer_id=draft.customer_id,
        overlap=overlap,
        rank=rank,
    )
    first = _first_state(draft, hold_for)

    def write(taken: Taken) -> int:
        appointment = Appointment.objects.create(
            **_of_draft(draft, first, at),
            starts_at=moment_of(taken.plan.start),
            ends_at=moment_of(taken.plan.end),
            held_until=at + hold_for if hold_for else None,
            deposit=policy.deposit,
            series_id=series_id,
            created_by=by.name,
        )
        rows = writing.services(appointment.pk, wishes, taken.plan, read)
        booked = BookedService.objects.bulk_create(rows)
        writing.write_steps(booked, wishes, taken.plan)
        writing.write_occupancies(appointment.pk, taken, overlap)
        what = "held" if hold_for else "booked"
        writing.log(appointment, what, by=by, at=at, **({"over": True} if taken.over else {}))
        return appointment.pk

    return place(request, write)


def _of_draft(draft: VisitDraft, state: str, at: datetime) -> dict[str, Any]:
    """What an appointment has from its draft, as fields."""
    return {
        "store_id": draft.store_id,
        "customer_id": draft.customer_id,
        "guest_name": draft.guest_name,
        "state": state,
        "channel": draft.channel,
        "note": draft.note,
        "arrived_at": at if state == Appointment.ARRIVED else None,
        "created_at": at,
    }


def _first_state(draft: VisitDraft, hold_for: timedelta | None) -> str:
    if hold_for:
        return Appointment.HELD
    return Appointment.ARRIVED if draft.channel == "walk_in" else Appointment.BOOKED


def _overlap(reason: str, store_id: int, by: Actor) -> tuple[str, str] | None:
    if not reason:
        return None
    by.must(Permission.DOUBLE_BOOK, store_id=store_id)
    if not reason.strip():
        raise Refused("no_reason")
    return by.name, reason.strip()


@transaction.atomic
def move(
    appointment_id: int,
    *,
    starts_at: datetime | None = None,
    staff: Mapping[int, int] | None = None,
    own: bool = False,
    version: int | None = None,
    overlap_reason: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """Moves an appointment in time, to other people, or both. At another time it is unconfirmed.

    Who serves stays, unless `staff` says otherwise; places and helpers are given out anew. Minutes
    stay as booked, except of a service that goes to someone else: theirs are as in the catalogue.

    Args:
        staff: by id of the booked service, who shall serve from now on.
        own: by the customer, who is held to the policy.
        version: the one the mover has seen.

    Raises:
        Refused: it cannot be at that time, or has come too far, or changed meanwhile.
    """
    visit = _open_visit(appointment_id, rebuilding.MOVABLE, version, by)
    policies.check_change(visit.appointment, own=own, at=at)
    wishes = visit.wishes(staff or {})
    before = visit.appointment.starts_at
    _replace(visit, wishes, starts_at or before, overlap_reason, by=by, at=at)
    if visit.appointment.state == Appointment.CONFIRMED and starts_at not in (None, before):
        visit.appointment.state = Appointment.BOOKED
    detail = {"from": before.isoformat(), "to": visit.appointment.starts_at.isoformat()}
    _finish(visit.appointment, "moved", by=by, at=at, detail=detail)


@transaction.atomic
def resize(
    appointment_id: int,
    minutes: Mapping[int, int],
    *,
    version: int | None = None,
    overlap_reason: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """Gives steps other durations; what comes after them moves along.

    Args:
        minutes: by id of the booked step.

    Raises:
        Refused: what comes after it has no room then.
    """
    visit = _open_visit(appointment_id, rebuilding.RESIZABLE, version, by)
    wishes = visit.wishes({}, minutes)
    _replace(visit, wishes, visit.appointment.starts_at, overlap_reason, by=by, at=at)
    _finish(visit.appointment, "resized", by=by, at=at, detail={"steps": len(minutes)})


@transaction.atomic
def restore(appointment_id: int, *, version: int | None = None, by: Actor, at: datetime) -> None:
    """Books what was called off or missed again, at its time and with its people.

    Raises:
        Refused: somebody else has the time by now.
    """
    visit = _open_visit(appointment_id, rebuilding.GONE, version, by)
    visit.appointment.state = Appointment.BOOKED
    visit.appointment.fee = 0
    visit.appointment.save(update_fields=["state", "fee"])
    _replace(visit, visit.wishes({}), visit.appointment.starts_at, "", by=by, at=at)
    _finish(visit.appointment, "restored", by=by, at=at)


def _open_visit(
    appointment_id: int, states: frozenset[str], version: int | None, by: Actor
) -> rebuilding.Visit:
    appointment = locked(appointment_id, version, by)
    if appointment.state not in states:
        raise Refused("state")
    return rebuilding.read(appointment)


def locked(appointment_id: int, version: int | None, by: Actor) -> Appointment:
    """The appointment, for whoever may change it, unchanged since `version` (None: any)."""
    appointment = Appointment.objects.select_for_update().get(pk=appointment_id)
    by.must(Permission.MAKE_BOOKINGS, store_id=appointment.store_id)
    if version is not None and appointment.version != version:
        raise Refused("changed")
    return appointment


def _replace(
    visit: rebuilding.Visit,
    wishes: Sequence[Wish],
    starts_at: datetime,
    overlap_reason: str,
    *,
    by: Actor,
    at: datetime,
) -> None:
    appointment = visit.appointment
    overlap = _overlap(overlap_reason, appointment.store_id, by)
    request = Request(
        store=appointment.store,
        wishes=wishes,
        starts_at=starts_at.replace(second=0, microsecond=0),
        at=at,
        customer_id=appointment.customer_id,
        but_not=appointment.pk,
        overlap=overlap,
    )

    def write(taken: Taken) -> None:
        Occupancy.objects.filter(appointment=appointment).delete()
        for number, (service, wish) in enumerate(zip(visit.services, wishes, strict=True)):
            writing.replan(service, wish, taken.plan, number)
        BookedService.objects.bulk_update(
            visit.services, ["staff", "asked", "starts_at", "ends_at"]
        )
        BookedStep.objects.filter(service__in=visit.services).delete()
        writing.write_steps(visit.services, wishes, taken.plan)
        writing.write_occupancies(appointment.pk, taken, overlap)
        appointment.starts_at = moment_of(taken.plan.start)
        appointment.ends_at = moment_of(taken.plan.end)

    place(request, write)


def _finish(
    appointment: Appointment,
    what: str,
    *,
    by: Actor,
    at: datetime,
    detail: Mapping[str, object] | None = None,
) -> None:
    appointment.version += 1
    appointment.save()
    writing.log(appointment, what, by=by, at=at, **(detail or {}))


def copy_draft(appointment_id: int, starts_at: datetime) -> VisitDraft:
    """The same visit at another time, as a draft to book."""
    appointment = Appointment.objects.get(pk=appointment_id)
    services = tuple(
        ServiceDraft(service.item_id, service.staff_id if service.asked else None, service.group)
        for service in appointment.services.all()
    )
    draft = VisitDraft(appointment.store_id, starts_at, services, appointment.customer_id)
    return replace(draft, guest_name=appointment.guest_name, note=appointment.note)
