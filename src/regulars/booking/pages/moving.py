"""Moving an appointment: by dragging, by a form, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.booking import actions, diary, looking
from regulars.booking.models import Appointment, BookedService, BookedStep
from regulars.booking.pages.answers import appointment_of, done, moved_words
from regulars.booking.pages.frame import moment_at, wall
from regulars.booking.pages.slots import MOST, Slot, pressed, slots_of
from regulars.booking.pages.undoing import minutes_of, served_by, way_back
from regulars.booking.refusals import Refused
from regulars.kit import clock, sheets
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.offer.models import Staff


@require_POST
@needs(Permission.MAKE_BOOKINGS)
def drag(request: Request, pk: int) -> HttpResponse:
    """A block was dragged in the browser, to another time or into another column.

    Takes where it began and where it was let go, by the store's clock. Answers what to say, and
    409 when it cannot be: then nothing has moved, and `sheet` tells why and what could be had.
    """
    found = appointment_of(request, pk, Permission.MAKE_BOOKINGS)
    zone = ZoneInfo(found.store.time_zone)
    given = request.POST
    try:
        shift = moment_at(given["to"], zone) - moment_at(given["from"], zone)
        version = int(given["version"])
    except (KeyError, ValueError):
        raise Http404 from None
    starts_at = found.starts_at + shift
    staff: dict[int, int] = {}
    try:
        staff = _taken_over(found, given.get("column_from", ""), given.get("column_to", ""))
        undo = move(request, found, starts_at, staff, version=version)
    except Refused as refused:
        return _cannot(refused, found, starts_at, staff, zone)
    return JsonResponse({"text": moved_words(found), "undo": undo})


def _taken_over(found: Appointment, before: str, after: str) -> dict[int, int]:
    """Who serves what from now on, when a block goes from one column into another."""
    old, new = diary.staff_of(before), diary.staff_of(after)
    if old is None or new is None or old == new:
        return {}
    services = BookedService.objects.filter(appointment=found, staff_id=old)
    staff = dict.fromkeys(services.values_list("pk", flat=True), new)
    if not staff:
        raise Refused("helper_given")
    return staff


def _cannot(
    refused: Refused,
    found: Appointment,
    starts_at: datetime,
    staff: Mapping[int, int],
    zone: ZoneInfo,
) -> HttpResponse:
    if refused.code in ("changed", "state", "helper_given"):
        sheet = reverse("booking:appointment", args=[found.pk])
        return JsonResponse({"text": refused.message, "sheet": sheet}, status=409)
    wanted = {"start": wall(starts_at, zone)} | {f"staff-{s}": p for s, p in staff.items()}
    sheet = f"{reverse('booking:move', args=[found.pk])}?{urlencode(wanted)}"
    # The sheet says why; the same words in a toast would be twice.
    return JsonResponse({"text": "", "sheet": sheet}, status=409)


@require_POST
@needs(Permission.MAKE_BOOKINGS)
def resize(request: Request, pk: int) -> HttpResponse:
    """The lower edge of a block was dragged: its last step takes longer or shorter."""
    found = appointment_of(request, pk, Permission.MAKE_BOOKINGS)
    try:
        step = BookedStep.objects.get(pk=int(request.POST["step"]), service__appointment=found)
        more, version = int(request.POST["minutes"]), int(request.POST["version"])
    except (KeyError, ValueError, BookedStep.DoesNotExist):
        raise Http404 from None
    before = minutes_of(found)
    minutes = int((step.ends_at - step.starts_at).total_seconds() // 60) + more
    try:
        actions.resize(
            pk, {step.pk: max(minutes, 1)}, version=version, by=request.actor, at=clock.now()
        )
    except Refused as refused:
        sheet = reverse("booking:appointment", args=[pk])
        return JsonResponse({"text": refused.message, "sheet": sheet}, status=409)
    text = _("%(step)s now takes %(minutes)s min") % {"step": step.name, "minutes": minutes}
    return JsonResponse({"text": text, "undo": way_back(found, {}, before, confirmed=False)})


def move(
    request: Request,
    found: Appointment,
    starts_at: datetime,
    staff: Mapping[int, int],
    *,
    version: int | None,
    overlap_reason: str = "",
) -> str:
    """Moves an appointment and returns the address that takes it back.

    Raises:
        Refused: it cannot be, or somebody has changed it meanwhile.
    """
    minutes, served = minutes_of(found), served_by(found)
    starts_before, confirmed = found.starts_at, found.state == Appointment.CONFIRMED
    actions.move(
        found.pk,
        starts_at=starts_at,
        staff=staff,
        version=version,
        overlap_reason=overlap_reason,
        by=request.actor,
        at=clock.now(),
    )
    changed = {service: person for service, person in served.items() if service in staff}
    return way_back(found, changed, minutes, confirmed=confirmed, starts_at=starts_before)


@needs(Permission.MAKE_BOOKINGS)
def move_form(request: Request, pk: int) -> HttpResponse:
    """Another time or other people, without dragging; also where a drag that cannot be ends up."""
    found = appointment_of(request, pk, Permission.MAKE_BOOKINGS)
    zone = ZoneInfo(found.store.time_zone)
    given = request.POST if request.method == "POST" else request.GET
    services = list(found.services.select_related("item", "staff"))
    staff = _chosen(given, services)
    try:
        wanted = moment_at(_start_text(given) or wall(found.starts_at, zone), zone)
    except ValueError:
        wanted = found.starts_at
    refused: Refused | None = None
    if request.method == "POST" and "look" not in given:
        try:
            back = move(
                request,
                found,
                wanted,
                staff,
                version=int(given["version"]) if given.get("version", "").isdigit() else None,
                overlap_reason=given.get("overlap_reason", ""),
            )
        except Refused as one:
            found.refresh_from_db()
            refused = one
        else:
            return done(request, found, moved_words(found), undo=back)
    return _form(request, found, services, wanted, staff, refused)


def _start_text(given: Mapping[str, str]) -> str:
    """A suggested time that was pressed, or the day and time that were filled in."""
    if given.get("start"):
        return pressed(given["start"])[0]
    day, time = given.get("day", ""), given.get("time", "")
    return f"{day}T{time}" if day and time else ""


def _chosen(given: Mapping[str, str], services: Any) -> dict[int, int]:
    chosen = {}
    for service in services:
        text = given.get(f"staff-{service.pk}", "")
        if text.isdigit() and int(text) != service.staff_id:
            chosen[service.pk] = int(text)
    return chosen


def _form(
    request: Request,
    found: Appointment,
    services: Any,
    wanted: datetime,
    staff: Mapping[int, int],
    refused: Refused | None,
) -> HttpResponse:
    zone, at = ZoneInfo(found.store.time_zone), clock.now()
    slots: list[Slot] = []
    try:
        plan = looking.moved_visit(found, wanted, staff, at=at)
        elsewhere = wanted != found.starts_at or staff
        if refused is None and elsewhere:
            refused = looking.refusal(plan)
        around = wanted if elsewhere else None
        slots = slots_of(plan, wanted.astimezone(zone).date(), zone, around=around, most=MOST)
    except Refused as one:
        refused = refused or one
    context: dict[str, Any] = {
        "appointment": found,
        "rows": [(one, staff.get(one.pk, one.staff_id), _able(found, one)) for one in services],
        "day": wall(wanted, zone)[:10],
        "time": wall(wanted, zone)[11:],
        "wanted": wanted,
        "refused": refused,
        "slots": [slot for slot in slots if slot.starts_at != found.starts_at or staff],
        "may_overlap": request.actor.may(Permission.DOUBLE_BOOK, store_id=found.store_id),
        "overlap_helps": refused is not None and refused.code in looking.OVERLAP_HELPS,
    }
    with timezone.override(zone):
        return sheets.show(
            request,
            "booking/move.html",
            title=_("Move %(who)s") % {"who": found.customer or found.guest_name or _("a guest")},
            status=422 if request.method == "POST" and "look" not in request.POST else 200,
            **context,
        )


def _able(found: Appointment, service: BookedService) -> list[Staff]:
    """Who does this service in this store."""
    return list(
        Staff.objects.filter(stores=found.store_id, active=True, skills__item_id=service.item_id)
    )
