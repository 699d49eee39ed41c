"""Writes to customers what happens with their appointments, in the transaction in which it does.

What waits about an appointment is called off as soon as it changes, and meant anew. Nothing here
decides whether somebody may be written to: the gate of `messaging` does when a message is due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation

from regulars.booking import links, states
from regulars.booking.models import Appointment
from regulars.booking.occasions import BOOKED, CANCELLED, MOVED, REMINDER, THANKS
from regulars.kit import formats
from regulars.kit.permissions import Actor
from regulars.messaging.actions import Draft, call_off, intend
from regulars.messaging.occasions import Occasion
from regulars.messaging.queries import can_be_reached, language_of

REMIND = timedelta(hours=24)
TOO_CLOSE = timedelta(hours=3)
"""Who booked this shortly before the reminder would go needs none."""
THANK = timedelta(hours=2)
STALE = timedelta(days=1)

SAYS: dict[str, Occasion | None] = {
    "booked": BOOKED,
    "kept": BOOKED,
    "restored": BOOKED,
    "moved": MOVED,
    "cancelled": CANCELLED,
    "missed": None,
    "arrived": None,
    "done": THANKS,
}
"""What is written when; whatever is listed also calls off what waits about the appointment."""


def tell(
    appointment: Appointment,
    what: str,
    detail: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Calls off what no longer holds and means to send what now does.

    Args:
        what, detail: as in the log of the appointment; what is not in `SAYS` is told to nobody.
    """
    if what not in SAYS or appointment.customer_id is None:
        return
    if what == "moved" and detail.get("from") == detail.get("to"):
        return  # only who serves has changed, not when
    if not can_be_reached(appointment.customer_id):
        return
    language = _language(appointment)
    if what != "booked":  # then nothing was written yet
        subject = f"appointment:{appointment.pk}"
        language = language_of(subject) or language
        call_off(subject, reason="changed", by=by, at=at)
    coming: list[tuple[Occasion, datetime]] = []
    if (occasion := SAYS[what]) and _is_news(appointment, what):
        coming.append((occasion, at + THANK if what == "done" else at))
    due = appointment.starts_at - REMIND
    if appointment.state in states.EXPECTED and due > at + TOO_CLOSE:
        coming.append((REMINDER, due))
    if coming:
        _mean(appointment, coming, language, by=by, at=at)


def _language(appointment: Appointment) -> str:
    """The language of the page the customer books on; the shop's where the shop books."""
    own = appointment.channel == "portal"
    return (translation.get_language() if own else None) or settings.LANGUAGE_CODE


def _is_news(appointment: Appointment, what: str) -> bool:
    """Whether the customer should hear of it: not of who came unasked, a hold, or each of a row."""
    if what in ("booked", "kept", "restored"):
        return appointment.state == states.BOOKED and appointment.channel != "series"
    if what == "cancelled":
        return appointment.changes.filter(what__in=["booked", "kept"]).exists()
    return True


def _mean(
    appointment: Appointment,
    coming: Sequence[tuple[Occasion, datetime]],
    language: str,
    *,
    by: Actor,
    at: datetime,
) -> None:
    values = _values(appointment, language)
    for occasion, due in coming:
        gone = {"link": links.booking_address()} if occasion is CANCELLED else {}
        draft = Draft(
            occasion=occasion.code,
            occurrence=f"{appointment.pk}:{appointment.version}",
            values={**values, **gone},
            language=language,
            due_at=due,
            customer_id=appointment.customer_id,
            subject=f"appointment:{appointment.pk}",
            store_id=appointment.store_id,
            not_after=_not_after(appointment, occasion, due),
        )
        intend(draft, by=by, at=at)


def _not_after(appointment: Appointment, occasion: Occasion, due: datetime) -> datetime:
    """From when on it is pointless: news of yesterday, and whatever looks ahead to the visit."""
    stale = due + STALE
    if occasion is THANKS:
        return stale
    starts = appointment.starts_at
    return starts if occasion is REMINDER else min(starts, stale)


def _values(appointment: Appointment, language: str) -> dict[str, str]:
    chinese = language.startswith("zh")
    starts = appointment.starts_at.astimezone(ZoneInfo(appointment.store.time_zone))
    names = appointment.services.values_list("item__name", flat=True)
    return {
        "store": appointment.store.name,
        "services": ("、" if chinese else ", ").join(names),
        "day": formats.full_day(starts.date(), this_year=starts.year, chinese=chinese),
        "time": formats.clock_time(starts),
        "link": links.address(appointment),
    }
