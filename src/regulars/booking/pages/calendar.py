"""The calendar: its frame, and the plain list that it is without script."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.booking import diary, states
from regulars.booking.pages.feed import summary
from regulars.booking.pages.frame import DAY, LIST, PLACES, WEEK, Frame, frame_of
from regulars.booking.words import STATES
from regulars.kit import clock
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.offer.models import Staff, Store

SHOWN_STATES = (
    states.BOOKED, states.CONFIRMED, states.ARRIVED, states.IN_SERVICE, states.DONE, states.NO_SHOW
)  # fmt: skip


@needs(Permission.SEE_BOOKINGS)
def calendar(request: Request) -> HttpResponse:
    """A day by staff or place, or a week of one person; as a list wherever script does not run."""
    if not Store.objects.filter(active=True).exists():
        return render(request, "booking/no_store.html")
    frame, at = frame_of(request), clock.now()
    staff_id = frame.staff.pk if frame.staff else None
    found = diary.entries(frame.store, frame.first, frame.last, at=at, staff_id=staff_id)
    today = at.astimezone(frame.zone).date()
    may_book = request.actor.may(Permission.MAKE_BOOKINGS, store_id=frame.store.pk)
    context: dict[str, Any] = {
        "frame": frame,
        "entries": found,
        "views": _views(frame),
        "looks": {state: STATES[state] for state in SHOWN_STATES},
        "before": frame.step(-1),
        "now": frame.address(day=today.isoformat()),
        "after": frame.step(1),
        "is_today": frame.first_day <= today <= frame.last_day,
        "summary": summary(found),
        "may_book": may_book,
        "book": f"{reverse('booking:book')}?{urlencode(_seen(frame, today))}",
        "book_verb": _("Book an appointment") if may_book else "",
        "colleagues": Staff.objects.filter(stores=frame.store, active=True).order_by("pk"),
        "feed": frame.address().replace(reverse("booking:calendar"), reverse("booking:feed"), 1),
    }
    with timezone.override(ZoneInfo(frame.store.time_zone)):
        return render(request, "booking/calendar.html", context)


def _seen(frame: Frame, today: date) -> dict[str, Any]:
    """What a new appointment begins with: this store, and this day unless it is over."""
    return {"store": frame.store.pk, "day": max(frame.day, today).isoformat()}


def _views(frame: Frame) -> list[tuple[str, str, bool]]:
    names = {
        DAY: pgettext("calendar", "Day"),
        WEEK: pgettext("calendar", "Week"),
        PLACES: pgettext("calendar", "Places"),
        LIST: pgettext("calendar", "List"),
    }
    return [(name, frame.address(view=view), view == frame.view) for view, name in names.items()]
