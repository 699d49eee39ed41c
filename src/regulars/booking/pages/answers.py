"""What is said after something was done or refused."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.booking.models import Appointment
from regulars.booking.pages.frame import wall
from regulars.kit import clock, formats, sheets, toasts
from regulars.kit.faces import Request
from regulars.kit.permissions import Permission
from regulars.kit.templatetags.formats import in_chinese
from regulars.offer.models import Staff


def appointment_of(request: Request, pk: int, permission: Permission) -> Appointment:
    """An appointment that this user may see or change.

    Raises:
        Http404: there is none.
        PermissionDenied: it is another store's.
    """
    found = Appointment.objects.select_related("store", "customer").filter(pk=pk).first()
    if found is None:
        raise Http404
    request.actor.must(permission, store_id=found.store_id)
    return found


def day_of(appointment: Appointment) -> str:
    """The address of the calendar on the day of an appointment."""
    zone = ZoneInfo(appointment.store.time_zone)
    day = wall(appointment.starts_at, zone)[:10]
    return f"{reverse('booking:calendar')}?{urlencode({'day': day, 'store': appointment.store_id})}"


def done(request: Request, appointment: Appointment, text: str, *, undo: str = "") -> HttpResponse:
    """Closes the sheet, says what was done and lets the calendar draw itself anew.

    Without script, and beside any other page than the calendar, the same is said on the page that
    comes next.
    """
    if sheets.in_sheet(request):
        toast = {"text": text, "undo": undo or None}
        told: dict[str, Any] = {"toast": toast, "sheet:close": {}, "calendar:changed": {}}
        # Header values are Latin-1: json.dumps keeps to ASCII.
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(told)})
    toasts.say(request, text, undo=undo)
    return HttpResponseRedirect(day_of(appointment))


def when_words(moment: datetime, zone: ZoneInfo) -> str:
    """A moment in words: `11月22日 周六 14:30`."""
    local = moment.astimezone(zone)
    year = clock.now().astimezone(zone).year
    day = formats.full_day(local.date(), this_year=year, chinese=in_chinese())
    return f"{day} {formats.clock_time(local)}"


def moved_words(appointment: Appointment) -> str:
    """Where an appointment is now: `已改到 11月22日 周六 14:30 · 何欣怡`."""
    zone = ZoneInfo(appointment.store.time_zone)
    names = Staff.objects.filter(bookedservice__appointment=appointment).order_by(
        "bookedservice__position"
    )
    who = "、".join(dict.fromkeys(names.values_list("name", flat=True)))
    when = when_words(appointment.starts_at, zone)
    return _("Moved to %(when)s") % {"when": f"{when} · {who}" if who else when}
