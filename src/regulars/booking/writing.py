"""Writes a placed visit: appointment, services, steps, what it occupies, and the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from regulars.booking import telling
from regulars.booking.allocation import Plan
from regulars.booking.catalogue import Catalogue
from regulars.booking.minutes import Span, moment_of
from regulars.booking.models import Appointment, BookedService, BookedStep, Change, Occupancy
from regulars.booking.placing import Taken
from regulars.booking.visits import Wish
from regulars.kit import audit
from regulars.kit.permissions import Actor


def services(
    appointment_id: int, wishes: Sequence[Wish], plan: Plan, catalogue: Catalogue
) -> list[BookedService]:
    """The rows of the booked services, not yet written."""
    rows = []
    for number, (wish, served) in enumerate(zip(wishes, plan.services, strict=True)):
        service = catalogue.services[wish.item_id]
        skill = service.skills.get(served.staff) if served.staff is not None else None
        begin, end = _bounds(plan, number)
        rows.append(
            BookedService(
                appointment_id=appointment_id,
                position=number,
                group=wish.group,
                item_id=wish.item_id,
                staff_id=served.staff,
                asked=wish.asked and served.staff is not None,
                level=skill.level if skill else None,
                price=service.price(served.staff),
                minutes_before=wish.before,
                minutes_after=wish.after,
                starts_at=begin,
                ends_at=end,
            )
        )
    return rows


def _bounds(plan: Plan, number: int) -> tuple[datetime, datetime]:
    laid = plan.layout.services[number]
    return moment_of(plan.start + laid.begin), moment_of(plan.start + laid.end)


def replan(service: BookedService, wish: Wish, plan: Plan, number: int) -> None:
    """Sets a booked service to where a new plan has it, without saving."""
    service.staff_id = plan.services[number].staff
    service.asked = wish.asked and service.staff_id is not None
    service.starts_at, service.ends_at = _bounds(plan, number)


def write_steps(booked: Sequence[BookedService], wishes: Sequence[Wish], plan: Plan) -> None:
    """Writes the steps of booked services."""
    BookedStep.objects.bulk_create(
        step
        for number, (service, wish) in enumerate(zip(booked, wishes, strict=True))
        for step in _steps(service, wish, plan, number)
    )


def _steps(service: BookedService, wish: Wish, plan: Plan, number: int) -> Iterator[BookedStep]:
    served, laid = plan.services[number], plan.layout.services[number]
    for n, (step, (begin, end)) in enumerate(zip(wish.steps, laid.steps, strict=True)):
        place = _place(plan, step.place_kind, (begin, end))
        yield BookedStep(
            service=service,
            position=n,
            name=step.name,
            waiting=step.waiting,
            hands=step.hands,
            place_kind=step.place_kind,
            staff_id=served.staff if step.hands == "same" else served.helpers.get(n),
            place_id=place[0] if place else None,
            unit=place[1] if place else 0,
            starts_at=moment_of(plan.start + begin),
            ends_at=moment_of(plan.start + end),
        )


def _place(plan: Plan, kind: str, span: Span) -> tuple[int, int] | None:
    for (begin, end), key in plan.places.get(kind, ()):
        if begin <= span[0] and span[1] <= end:
            return key.id, key.unit
    return None


def write_occupancies(appointment_id: int, taken: Taken, overlap: tuple[str, str] | None) -> None:
    """Takes the resources; those that lie over others carry who let them and why."""
    name, reason = overlap or ("", "")
    Occupancy.objects.bulk_create(
        Occupancy(
            resource_id=resource,
            appointment_id=appointment_id,
            span=(moment_of(begin), moment_of(end)),
            overlap_by=name if n in taken.over else "",
            overlap_reason=reason if n in taken.over else "",
        )
        for n, (resource, (begin, end)) in enumerate(taken.spans)
    )


def log(appointment: Appointment, what: str, *, by: Actor, at: datetime, **detail: Any) -> None:
    """Notes what happened to an appointment, for its own history and for the audit trail."""
    Change.objects.create(
        appointment=appointment,
        what=what,
        state=appointment.state,
        detail=detail,
        at=at,
        by_name=by.name,
    )
    audit.record(f"booking.{what}", f"appointment:{appointment.pk}", by=by, at=at, detail=detail)
    telling.tell(appointment, what, detail, by=by, at=at)
