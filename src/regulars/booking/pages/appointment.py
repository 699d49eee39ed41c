"""One appointment beside the calendar: who, what, when, its history, and what can be done now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from regulars.booking import actions, diary, progress, rebuilding, states
from regulars.booking.models import Appointment, BookedStep, Occupancy
from regulars.booking.pages.answers import appointment_of, done
from regulars.booking.refusals import Refused
from regulars.booking.words import CHANNELS, REASONS, STATES
from regulars.kit import clock, sheets
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.people.queries import masked_contacts


@dataclass(frozen=True)
class Verb:
    """Something to do with an appointment.

    Attributes:
        leads: to which state; the verb is offered where `states` lets an appointment go there.
        back: the name of the verb that takes it back, "" where there is none.
        early: whether it can be done before the appointment begins.
    """

    label: Promise
    said: Promise
    act: Callable[..., None]
    leads: str
    comes_from: frozenset[str]
    back: str = ""
    early: bool = True


_S = states
VERBS: Mapping[str, Verb] = {
    "keep": Verb(
        gettext_lazy("Make it a booking"), gettext_lazy("Booked."),
        progress.keep, _S.BOOKED, frozenset({_S.HELD}),
    ),
    "arrive": Verb(
        pgettext_lazy("verb", "Check in"), gettext_lazy("Checked in."),
        progress.arrive, _S.ARRIVED, frozenset({_S.BOOKED, _S.CONFIRMED}), back="expect",
    ),
    "start": Verb(
        gettext_lazy("Begin the service"), gettext_lazy("The service has begun."),
        progress.start, _S.IN_SERVICE, frozenset({_S.ARRIVED}), back="not-yet",
    ),
    "finish": Verb(
        gettext_lazy("Finish"), gettext_lazy("Done; the rest of the time is free again."),
        progress.finish, _S.DONE, frozenset({_S.IN_SERVICE}), back="go-on",
    ),
    "restore": Verb(
        gettext_lazy("Book it again"), gettext_lazy("Booked again."),
        actions.restore, _S.BOOKED, rebuilding.GONE,
    ),
    "confirm": Verb(
        gettext_lazy("They will come"), gettext_lazy("Confirmed."),
        progress.confirm, _S.CONFIRMED, frozenset({_S.BOOKED}),
    ),
    "expect": Verb(
        gettext_lazy("Not here yet"), gettext_lazy("The arrival was taken back."),
        progress.expect, _S.BOOKED, frozenset({_S.ARRIVED}),
    ),
    "not-yet": Verb(
        gettext_lazy("Not begun yet"), gettext_lazy("The beginning was taken back."),
        progress.arrive, _S.ARRIVED, frozenset({_S.IN_SERVICE}),
    ),
    "go-on": Verb(
        gettext_lazy("It goes on"), gettext_lazy("The service goes on."),
        progress.start, _S.IN_SERVICE, frozenset({_S.DONE}),
    ),
    "miss": Verb(
        gettext_lazy("No-show"), gettext_lazy("Noted as a no-show; the time is free again."),
        progress.no_show, _S.NO_SHOW, frozenset({_S.BOOKED, _S.CONFIRMED}),
        back="restore", early=False,
    ),
}  # fmt: skip


def verbs_of(appointment: Appointment, at: datetime) -> dict[str, Verb]:
    """What can be done with an appointment now, the likeliest first."""
    return {
        name: verb
        for name, verb in VERBS.items()
        if appointment.state in verb.comes_from and (verb.early or at >= appointment.starts_at)
    }


@needs(Permission.SEE_BOOKINGS)
def appointment(request: Request, pk: int) -> HttpResponse:
    """One appointment."""
    return shown(request, appointment_of(request, pk, Permission.SEE_BOOKINGS))


def shown(request: Request, found: Appointment, *, refused: Refused | None = None) -> HttpResponse:
    """The sheet of an appointment; after a refusal with the reason on top."""
    may = request.actor.may(Permission.MAKE_BOOKINGS, store_id=found.store_id)
    verbs = verbs_of(found, clock.now()) if may else {}
    services = found.services.select_related("item", "staff").prefetch_related(
        Prefetch("steps", BookedStep.objects.select_related("staff", "place"))
    )
    entry = diary.Entry(found, list(services))
    first, *others = verbs.items() if verbs else [None]
    context: dict[str, Any] = {
        "entry": entry,
        "appointment": found,
        "look": STATES[found.state],
        "channel": CHANNELS[found.channel],
        "contacts": masked_contacts([found.customer])[found.customer.pk] if found.customer else [],
        "total": sum(service.price or 0 for service in entry.services),
        "changes": found.changes.order_by("-pk"),
        "overlaps": Occupancy.objects.filter(appointment=found).exclude(overlap_reason=""),
        "first_verb": first,
        "other_verbs": others,
        "reasons": REASONS,
        "may_change": may,
        "may_move": may and found.state in rebuilding.MOVABLE,
        "may_cancel": may and states.may_move(found.state, states.CANCELLED),
        "refused": refused,
    }
    title = entry.who or _("A guest")
    with timezone.override(ZoneInfo(found.store.time_zone)):
        status = 422 if refused else 200
        return sheets.show(
            request, "booking/appointment.html", title=title, status=status, **context
        )


@require_POST
@needs(Permission.MAKE_BOOKINGS)
def act(request: Request, pk: int, verb: str) -> HttpResponse:
    """Does one of `VERBS`. What was done by a click is taken back by another."""
    found = appointment_of(request, pk, Permission.MAKE_BOOKINGS)
    if verb not in VERBS:
        raise Http404
    chosen = VERBS[verb]
    try:
        chosen.act(pk, version=_version(request), by=request.actor, at=clock.now())
    except Refused as refused:
        found.refresh_from_db()
        return shown(request, found, refused=refused)
    undo = reverse("booking:act", args=[pk, chosen.back]) if chosen.back else ""
    return done(request, found, str(chosen.said), undo=undo)


@require_POST
@needs(Permission.MAKE_BOOKINGS)
def cancel(request: Request, pk: int) -> HttpResponse:
    """Calls an appointment off."""
    found = appointment_of(request, pk, Permission.MAKE_BOOKINGS)
    reason = request.POST.get("reason", "")
    reason = reason if reason in REASONS else ""
    try:
        progress.cancel(
            pk, reason=reason, version=_version(request), by=request.actor, at=clock.now()
        )
    except Refused as refused:
        found.refresh_from_db()
        return shown(request, found, refused=refused)
    undo = reverse("booking:act", args=[pk, "restore"])
    return done(request, found, _("Called off; the time is free again."), undo=undo)


def _version(request: Request) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() else None
