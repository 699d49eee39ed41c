"""Reads an appointment back into what it needs, so that it can be placed anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from regulars.booking import catalogue, states
from regulars.booking.catalogue import Catalogue
from regulars.booking.drafts import ServiceDraft
from regulars.booking.models import Appointment, BookedService, BookedStep
from regulars.booking.refusals import Refused
from regulars.booking.visits import Step, Wish

MOVABLE = states.OPEN | {states.ARRIVED}
RESIZABLE = MOVABLE | {states.IN_SERVICE}
GONE = frozenset({states.CANCELLED, states.NO_SHOW})


@dataclass(frozen=True)
class Visit:
    """An appointment with its services and steps as they are booked."""

    appointment: Appointment
    services: Sequence[BookedService]
    steps: Mapping[int, Sequence[BookedStep]]
    catalogue: Catalogue

    def wishes(
        self, staff: Mapping[int, int], minutes: Mapping[int, int] | None = None
    ) -> list[Wish]:
        """What it needs: as booked, but for services that go to others and steps resized.

        Args:
            staff: by id of the booked service.
            minutes: by id of the booked step.
        """
        return [
            self._given_to(service, staff[service.pk])
            if staff.get(service.pk, service.staff_id) != service.staff_id
            else self._as_booked(service, minutes or {}, asked=service.pk in staff)
            for service in self.services
        ]

    def _given_to(self, service: BookedService, staff_id: int) -> Wish:
        if service.item_id not in self.catalogue.services:
            raise Refused("unknown_service")
        draft = ServiceDraft(service.item_id, staff_id, service.group)
        return replace(self.catalogue.wish(draft, service.position), asked=service.asked)

    def _as_booked(
        self, service: BookedService, minutes: Mapping[int, int], *, asked: bool
    ) -> Wish:
        steps = self.steps[service.pk]
        known = self.catalogue.services.get(service.item_id)
        able = frozenset(known.skills) if known else frozenset()
        helping = frozenset(step.staff_id for step in steps if step.staff_id is not None)
        return Wish(
            item_id=service.item_id,
            steps=tuple(_step(step, minutes.get(step.pk)) for step in steps),
            # Planned minutes, as they were: this person's pace is in them already.
            pace={} if service.staff_id is None else {service.staff_id: 100},
            helpers=able | self.catalogue.assistants | helping,
            before=service.minutes_before,
            after=service.minutes_after,
            group=service.group,
            asked=service.asked or asked,
        )


def _step(step: BookedStep, minutes: int | None) -> Step:
    booked = int((step.ends_at - step.starts_at).total_seconds() // 60)
    return Step(step.name, minutes or booked, step.hands, step.waiting, step.place_kind)


def read(appointment: Appointment) -> Visit:
    """Reads the services and steps of an appointment, and what the catalogue says of them."""
    services = list(appointment.services.all())
    steps: dict[int, list[BookedStep]] = {}
    for step in BookedStep.objects.filter(service__in=services).order_by("service", "position"):
        steps.setdefault(step.service_id, []).append(step)
    known = catalogue.read(appointment.store_id, [service.item_id for service in services])
    return Visit(appointment, services, steps, known)


def with_minutes(wish: Wish, minutes: Sequence[int] | None) -> Wish:
    """The wish with the minutes of its steps set, at any pace."""
    if minutes is None:
        return wish
    steps = tuple(replace(step, minutes=own) for step, own in zip(wish.steps, minutes, strict=True))
    return replace(wish, steps=steps, pace=dict.fromkeys(wish.pace, 100))
