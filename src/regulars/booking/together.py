"""Several appointments at once: for several people, or again every so many days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.booking.actions import book
from regulars.booking.drafts import VisitDraft
from regulars.booking.models import Series
from regulars.booking.refusals import Refused
from regulars.kit.permissions import Actor
from regulars.offer.hours import moment
from regulars.offer.models import Store


@transaction.atomic
def book_together(drafts: Sequence[VisitDraft], *, by: Actor, at: datetime) -> list[int]:
    """Books visits for people who come together, all or none; returns the ids in that order.

    Raises:
        Refused: one of them cannot be; nothing is booked then.
    """
    return [book(draft, by=by, at=at) for draft in drafts]


@dataclass(frozen=True)
class Booked:
    """What became of a series: appointments, and the times that were refused, with why."""

    series_id: int
    appointments: list[int]
    refused: list[tuple[datetime, Refused]]


@transaction.atomic
def book_series(
    draft: VisitDraft, *, every_days: int, times: int, by: Actor, at: datetime
) -> Booked:
    """Books a visit and the same again every so many days, at the same time on the wall.

    What cannot be is left out and told with what could be had instead.

    Args:
        times: how many in all, 2 to 60.
    """
    if not 2 <= times <= 60:
        raise ValueError("a series has 2 to 60 appointments")
    zone = ZoneInfo(Store.objects.get(pk=draft.store_id).time_zone)
    series = Series.objects.create(every_days=every_days, at=at)
    first = draft.starts_at.astimezone(zone)
    done = Booked(series.pk, [], [])
    for n in range(times):
        day = first.date() + timedelta(days=n * every_days)
        starts_at = moment(day, first.hour * 60 + first.minute, zone)
        try:
            with transaction.atomic():
                again = replace(draft, starts_at=starts_at)
                done.appointments.append(book(again, series_id=series.pk, by=by, at=at))
        except Refused as no:
            done.refused.append((starts_at, no))
    return done
