"""The customer's own appointments: seen, confirmed, moved, called off, put into a calendar.

An address names an appointment by its number, for the visitor whose it is, or by the signed token
of a message (`booking.links`), for whoever got that message.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.booking import actions, links, policies, progress, states
from regulars.booking.actions import PORTAL
from regulars.booking.models import Appointment
from regulars.booking.refusals import Refused
from regulars.kit import clock
from regulars.kit.forms import KeyedForm
from regulars.kit.idempotency import KeyReused, once
from regulars.portal import calendars, offering, times
from regulars.portal.booking_pages import days_context, moment_in
from regulars.portal.faces import Request, for_visitors, open_to_all, show, to_sign_in
from regulars.portal.writing import price_of

MOST_PAST = 10


@for_visitors
def mine(request: Request) -> HttpResponseBase:
    """What is to come, and what was."""
    visitor, at = request.visitor, clock.now()
    customer_id = visitor.customer_id if visitor else None
    # A visitor who is no customer yet has none: null would match the walk-ins.
    known = Appointment.objects.filter(customer_id=customer_id or 0).exclude(state=states.HELD)
    known = known.select_related("store").prefetch_related("services__item", "services__staff")
    coming = known.filter(ends_at__gt=at, state__in=states.OCCUPYING - {states.DONE})
    past = known.exclude(pk__in=coming.values("pk"))
    context = {
        "coming": coming.order_by("starts_at"),
        "past": past.order_by("-starts_at")[:MOST_PAST],
    }
    return show(request, "mine.html", context)


def appointment_for(request: Request, key: str, *, at: datetime) -> Appointment | None:
    """The appointment a page is about; None when a visitor has to sign in first.

    Raises:
        Http404: there is none, or it is somebody else's.
    """
    if not key.isdigit():
        found = links.appointment_of(key, at=at)
        if found is None:
            raise Http404
        return found
    if request.visitor is None:
        return None
    if request.visitor.customer_id is None:
        raise Http404
    mine = Appointment.objects.select_related("store").filter(
        customer_id=request.visitor.customer_id
    )
    return get_object_or_404(mine, pk=int(key))


def _about(request: Request, key: str) -> Appointment | HttpResponseBase:
    try:
        found = appointment_for(request, key, at=clock.now())
    except Http404:
        return show(request, "gone.html", status=404)
    return found or to_sign_in(request.get_full_path())


@open_to_all
def visit(request: Request, key: str) -> HttpResponseBase:
    """One appointment, with what can still be done about it."""
    appointment = _about(request, key)
    if not isinstance(appointment, Appointment):
        return appointment
    return _show_visit(request, key, appointment)


def _show_visit(
    request: Request, key: str, appointment: Appointment, problem: str = ""
) -> HttpResponse:
    services = list(appointment.services.select_related("item", "staff"))
    policy, at = policies.policy_of(appointment), clock.now()
    to_come = at < appointment.starts_at
    new = "booked" in request.GET or "moved" in request.GET  # who has just chosen will come
    context = {
        "appointment": appointment, "services": services, "key": key, "problem": problem,
        "policy": policy,
        "price": price_of(appointment.pk),
        "open": to_come and appointment.state in states.OPEN,
        "late": policies.is_late(appointment, policy, at=at),
        "latest": appointment.starts_at - timedelta(minutes=policy.change_minutes),
        "can_confirm": to_come and appointment.state == states.BOOKED and not new,
        "preparations": offering.preparations([service.item_id for service in services]),
        "booked": "booked" in request.GET, "moved": "moved" in request.GET,
        "form": KeyedForm(),
    }  # fmt: skip
    return show(request, "visit.html", context, status=422 if problem else 200)


def _do(
    request: Request, key: str, what: str, do: Callable[[Appointment, datetime], None]
) -> HttpResponseBase:
    """Does something with an appointment, once for each form; then shows the appointment."""
    at = clock.now()
    appointment = _about(request, key)
    if not isinstance(appointment, Appointment):
        return appointment
    form = KeyedForm(request.POST)
    request_key = form.cleaned_data["request_key"] if form.is_valid() else ""
    content = request.POST.get("t", "")
    try:
        once(
            f"portal.{what}:{appointment.pk}",
            request_key or f"version-{appointment.version}",
            content,
            lambda: do(appointment, at),
            at=at,
        )
    except Refused as refused:
        return _show_visit(request, key, appointment, refused.message)
    except KeyReused as reused:
        return _show_visit(request, key, appointment, str(reused))
    # Moved, it has another token: whoever came by the old one goes on with the new.
    appointment.refresh_from_db()
    key = key if key.isdigit() else links.token(appointment)
    note = "?moved=1" if what == "move" else ""
    return HttpResponseRedirect(reverse("portal:visit", args=[key]) + note)


@require_POST
@open_to_all
def confirm(request: Request, key: str) -> HttpResponseBase:
    """The customer says that they will come."""

    def do(appointment: Appointment, at: datetime) -> None:
        if appointment.state != states.CONFIRMED:  # said twice is said
            progress.confirm(appointment.pk, by=PORTAL, at=at)

    return _do(request, key, "confirm", do)


@require_POST
@open_to_all
def cancel(request: Request, key: str) -> HttpResponseBase:
    """The customer calls it off, within the policy."""

    def do(appointment: Appointment, at: datetime) -> None:
        progress.cancel(appointment.pk, reason="customer", own=True, by=PORTAL, at=at)

    return _do(request, key, "cancel", do)


@open_to_all
def move(request: Request, key: str) -> HttpResponseBase:
    """Another time with the same people: chosen (GET), then taken (POST)."""
    at = clock.now()
    appointment = _about(request, key)
    if not isinstance(appointment, Appointment):
        return appointment
    if request.method == "POST":
        starts_at = moment_in(request.POST.get("t", ""))

        def do(appointment: Appointment, at: datetime) -> None:
            if starts_at is None:
                raise Refused("changed")
            actions.move(
                appointment.pk, starts_at=starts_at, own=True, version=appointment.version,
                by=PORTAL, at=at,
            )  # fmt: skip

        return _do(request, key, "move", do)
    try:
        if appointment.state not in states.OPEN:
            raise Refused("state")
        policies.check_change(appointment, own=True, at=at)
    except Refused as refused:
        return _show_visit(request, key, appointment, refused.message)
    context = {
        "appointment": appointment, "key": key, "form": KeyedForm(),
        **days_context(request, times.of_move(appointment, at=at), at),
    }  # fmt: skip
    return show(request, "move.html", context)


@open_to_all
def ics(request: Request, key: str) -> HttpResponseBase:
    """The appointment as a file for a calendar."""
    appointment = _about(request, key)
    if not isinstance(appointment, Appointment):
        return appointment
    title = _("Appointment at %(store)s") % {"store": appointment.store.name}
    answer = HttpResponse(
        calendars.of_visit(appointment, title, at=clock.now()),
        content_type="text/calendar; charset=utf-8",
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="visit-{appointment.pk}.ics"'
    return answer
