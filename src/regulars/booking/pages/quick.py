"""Quick booking: who, what, and one of the times that are offered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.booking import actions, looking, progress, queries
from regulars.booking.drafts import VisitDraft
from regulars.booking.forms import BookForm, services_here, signed
from regulars.booking.models import Appointment
from regulars.booking.pages.answers import appointment_of, done, when_words
from regulars.booking.pages.frame import moment_at, store_of, wall
from regulars.booking.pages.slots import pressed, slots_of, suggested
from regulars.booking.refusals import Refused
from regulars.kit import clock, sheets
from regulars.kit.faces import Request, needs
from regulars.kit.idempotency import KeyReused
from regulars.kit.permissions import Permission
from regulars.offer.models import Store
from regulars.offer.scope import scope_of
from regulars.people.rules import name_keys

AGAIN = timedelta(weeks=4)
"""When somebody is booked again who was here: as a start, to be changed."""


@needs(Permission.MAKE_BOOKINGS)
def book(request: Request) -> HttpResponse:
    """The form, with what was clicked on filled in; booked when a time was chosen."""
    store = _store(request)
    if request.method == "GET":
        return _shown(request, store, BookForm(initial=_first(request, store), store=store))
    form = BookForm(request.POST, store=store)
    if not form.is_valid() or "look" in request.POST:
        return _shown(request, store, form)
    if not (form.cleaned_data["start"] or form.cleaned_data["time"]):
        form.add_error("start", _("Choose a time."))
        return _shown(request, store, form)
    try:
        pk = form.once("booking.book", lambda: _book(request, store, form), at=clock.now())
    except Refused as refused:
        return _shown(request, store, form, refused)
    except KeyReused as reused:
        form.add_error(None, str(reused))
        return _shown(request, store, form)
    booked = Appointment.objects.select_related("store", "customer").get(pk=pk)
    return done(request, booked, _said(booked), undo=reverse("booking:unbook", args=[pk]))


def _store(request: Request) -> Store:
    scope = scope_of(request.actor, Permission.MAKE_BOOKINGS, request.session)
    return store_of(scope, request.POST.get("store") or request.GET.get("store", ""))


def _book(request: Request, store: Store, form: BookForm) -> int:
    given = form.cleaned_data
    _, serves = pressed(given["start"])
    return actions.book(
        VisitDraft(
            store_id=store.pk,
            starts_at=wanted_time(form) or clock.now(),
            services=form.drafts(),
            customer_id=given["person"],
            guest_name="" if given["person"] else given["guest_name"],
            note=given["note"],
        ),
        overlap_reason=given["overlap_reason"],
        # Whom the chosen time was offered with comes first.
        rank=lambda staff: 0 if staff == serves else 1,
        by=request.actor,
        at=clock.now(),
    )


def wanted_time(form: BookForm) -> datetime | None:
    """The time that was pressed, or filled in beside the day; None where there is none yet."""
    given, zone = form.cleaned_data, ZoneInfo(form.store.time_zone)
    if given.get("start"):
        return moment_at(pressed(given["start"])[0], zone)
    if given.get("time") and given.get("day"):
        return moment_at(f"{given['day']}T{given['time']:%H:%M}", zone)
    return None


def _said(booked: Appointment) -> str:
    zone = ZoneInfo(booked.store.time_zone)
    who = str(booked.customer) if booked.customer else booked.guest_name or _("A guest")
    when = when_words(booked.starts_at, zone)
    return _("Booked: %(who)s, %(when)s") % {"who": who, "when": when}


def _first(request: Request, store: Store) -> dict[str, Any]:
    """What the form begins with: the span that was clicked on, or an appointment to repeat."""
    zone = ZoneInfo(store.time_zone)
    now = clock.now()
    first: dict[str, Any] = {"day": now.astimezone(zone).date(), "staff": None, "items": []}
    given = request.GET
    if given.get("day"):
        first["day"] = given["day"]
    if given.get("like", "").isdigit():
        first |= _like(request, int(given["like"]), zone, now)
    if given.get("staff", "").isdigit():
        first["staff"] = int(given["staff"])
    try:
        if given.get("start"):
            moment_at(given["start"], zone)
            first |= {"day": given["start"][:10], "time": given["start"][11:16]}
    except ValueError:
        pass  # an address typed by hand; the form begins without a time
    return first


def _like(request: Request, pk: int, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    known = appointment_of(request, pk, Permission.MAKE_BOOKINGS)
    services = list(known.services.all())
    asked = next((one.staff_id for one in services if one.asked), None)
    day = known.starts_at + AGAIN if known.starts_at <= now else known.starts_at
    return {
        "person": signed(known.customer_id) if known.customer_id else "",
        "customer": known.customer,
        "guest_name": known.guest_name,
        "items": [service.item_id for service in services],
        "staff": asked,
        "day": max(day, now).astimezone(zone).date(),
        "time": wall(known.starts_at, zone)[11:16],
    }


def _shown(
    request: Request, store: Store, form: BookForm, refused: Refused | None = None
) -> HttpResponse:
    chosen = set(_items(form))
    services = [
        (item, " ".join(name_keys(item.name)), item.pk in chosen) for item in services_here(store)
    ]
    context: dict[str, Any] = {
        "form": form,
        "store": store,
        "services": services,
        "chosen_customer": form.initial.get("customer"),
        "refused": refused,
        "may_overlap": request.actor.may(Permission.DOUBLE_BOOK, store_id=store.pk),
        "overlap_helps": refused is not None and refused.code in looking.OVERLAP_HELPS,
        **offered(form),
    }
    with timezone.override(ZoneInfo(store.time_zone)):
        return sheets.show(
            request,
            "booking/book.html",
            title=_("New appointment"),
            status=422 if form.errors or refused else 200,
            **context,
        )


def _items(form: BookForm) -> list[int]:
    if not form.is_bound:
        return [int(pk) for pk in form.initial.get("items", [])]
    sent = form.data
    values = sent.getlist("items") if isinstance(sent, QueryDict) else []
    return [int(pk) for pk in values if pk.isdigit()]


@require_POST
@needs(Permission.MAKE_BOOKINGS)
def slots(request: Request) -> HttpResponse:
    """The times that are offered for what has been filled in so far."""
    store = _store(request)
    form = BookForm(request.POST, store=store)
    form.is_valid()
    with timezone.override(ZoneInfo(store.time_zone)):
        return render(request, "booking/_slots.html", {"form": form, **offered(form)})


def offered(form: BookForm) -> dict[str, Any]:
    """Times for the form as it is: none before a service is chosen, or where nothing can be had."""
    given = getattr(form, "cleaned_data", {})
    if not given.get("items") or not given.get("day"):
        return {"slots": [], "asked": False}
    try:
        around = wanted_time(form)
        return {"asked": True, **(_near(form, around) if around else _best(form))}
    except Refused as refused:
        return {"slots": [], "asked": True, "nothing": refused.message}


def _best(form: BookForm) -> dict[str, Any]:
    """No time was named: those that suit best."""
    given, store = form.cleaned_data, form.store
    visit = queries.Visit.of_new(store, form.drafts(), given.get("person"))
    zone = ZoneInfo(store.time_zone)
    return {"slots": suggested(visit, given["day"], zone, at=clock.now())}


def _near(form: BookForm, around: datetime) -> dict[str, Any]:
    """A time was clicked on: it and those around it, or why it cannot be."""
    given, zone = form.cleaned_data, ZoneInfo(form.store.time_zone)
    plan = looking.new_visit(
        form.store, form.drafts(), around, customer_id=given.get("person"), at=clock.now()
    )
    found = slots_of(plan, given["day"], zone, around=around)
    exact = any(slot.starts_at == around for slot in found)
    return {"slots": found, "not_then": None if exact else looking.refusal(plan), "around": around}


@require_POST
@needs(Permission.MAKE_BOOKINGS)
def unbook(request: Request, pk: int) -> HttpResponse:
    """Takes back what was booked a moment ago."""
    found = appointment_of(request, pk, Permission.MAKE_BOOKINGS)
    try:
        progress.cancel(pk, reason="mistake", by=request.actor, at=clock.now())
    except Refused as refused:
        return done(request, found, refused.message)
    return done(request, found, _("The booking was taken back."))
