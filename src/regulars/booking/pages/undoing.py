"""The way back of a move or a resize: what was before, signed into an address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.booking import actions, progress, states
from regulars.booking.models import Appointment, BookedService, BookedStep
from regulars.booking.pages.answers import appointment_of, done
from regulars.booking.refusals import Refused
from regulars.kit import clock
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission

SALT = "booking.undo"
KEPT = timedelta(hours=1)
"""How long the way back stays open; longer than any toast."""


def served_by(found: Appointment) -> dict[int, int | None]:
    """Who serves, by id of the booked service."""
    return dict(BookedService.objects.filter(appointment=found).values_list("pk", "staff_id"))


def minutes_of(found: Appointment) -> list[tuple[int, int, int]]:
    """Service, position and minutes of each step."""
    return [
        (step.service_id, step.position, int((step.ends_at - step.starts_at).total_seconds() // 60))
        for step in BookedStep.objects.filter(service__appointment=found)
    ]


def way_back(
    found: Appointment,
    staff: Mapping[int, int | None],
    minutes: list[tuple[int, int, int]],
    *,
    confirmed: bool,
    starts_at: datetime | None = None,
) -> str:
    """The address that takes a move back, which has just been done.

    Args:
        staff: who served before, by id of the booked service, of those that were given away.
        minutes: of all steps before, as `minutes_of` tells them.
        confirmed: whether it was confirmed before.
        starts_at: when it began before; None when it was only made longer or shorter.
    """
    found.refresh_from_db()
    told = {
        "version": found.version,
        "start": starts_at.isoformat() if starts_at else None,
        "staff": {str(service): person for service, person in staff.items()},
        "minutes": minutes,
        "confirmed": confirmed,
    }
    token = signing.dumps([found.pk, told], salt=SALT, compress=True)
    return reverse("booking:undo", args=[found.pk, token])


@require_POST
@needs(Permission.MAKE_BOOKINGS)
def undo(request: Request, pk: int, token: str) -> HttpResponse:
    """Takes a move back, unless somebody has changed the appointment since."""
    found = appointment_of(request, pk, Permission.MAKE_BOOKINGS)
    try:
        whose, told = signing.loads(token, salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        raise Http404 from None
    if whose != pk:
        raise Http404
    try:
        _take_back(request, found, told)
    except Refused as refused:
        return done(request, found, refused.message)
    found.refresh_from_db()
    return done(request, found, _("Back as it was."))


@transaction.atomic
def _take_back(request: Request, found: Appointment, told: Mapping[str, Any]) -> None:
    said: dict[str, Any] = {"by": request.actor, "at": clock.now()}
    version = told["version"]
    if told["start"]:
        staff = {int(service): person for service, person in told["staff"].items()}
        start = datetime.fromisoformat(told["start"])
        actions.move(found.pk, starts_at=start, staff=staff, version=version, **said)
        version += 1
    now = {(service, position): minutes for service, position, minutes in minutes_of(found)}
    if any(now.get((s, p)) != minutes for s, p, minutes in told["minutes"]):
        wanted = {(s, p): minutes for s, p, minutes in told["minutes"]}
        steps = BookedStep.objects.filter(service__appointment=found)
        resized = {step.pk: wanted[step.service_id, step.position] for step in steps}
        actions.resize(found.pk, resized, version=version, **said)
    found.refresh_from_db()
    if told["confirmed"] and states.may_move(found.state, states.CONFIRMED):
        progress.confirm(found.pk, **said)
