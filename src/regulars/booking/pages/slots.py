"""Times to choose from, each with who would serve, and why it is offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.utils.functional import Promise

from regulars.booking import looking, queries
from regulars.booking.minutes import moment_of
from regulars.booking.pages.frame import wall
from regulars.booking.placing import Request
from regulars.booking.suggesting import Suggestion
from regulars.booking.words import SUGGESTED
from regulars.offer.hours import moment
from regulars.offer.models import Staff

MOST = 6
FURTHER_DAYS = 14
TOLD = 2
"""Of the reasons, so many are shown."""


@dataclass(frozen=True)
class Slot:
    """A time that can be had; `value` is what its button sends (see `pressed`)."""

    starts_at: datetime
    staff: Staff | None
    value: str
    reasons: tuple[Promise, ...] = ()


def suggested(visit: queries.Visit, day: date, zone: ZoneInfo, *, at: datetime) -> list[Slot]:
    """The times that suit best on a day, the best first; when it is full, on the next days."""
    first, last = moment(day, 0, zone), moment(day + timedelta(1), 0, zone)
    end = last + timedelta(days=FURTHER_DAYS)
    found: list[Suggestion] = []
    for begins, ends in ((first, last), (last, end)):
        if not found and ends > at:
            found = queries.suggestions(visit, begins, ends, at=at, random=Random(), count=MOST)  # noqa: S311  no secret
    people = Staff.objects.in_bulk([one.candidate.staff for one in found if one.candidate.staff])
    return [
        _slot(
            moment_of(one.candidate.start),
            one.candidate.staff,
            people,
            zone,
            tuple(SUGGESTED[reason] for reason in one.reasons if reason in SUGGESTED)[:TOLD],
        )
        for one in found
    ]


def slots_of(
    plan: Request, day: date, zone: ZoneInfo, *, around: datetime | None = None, most: int = MOST
) -> list[Slot]:
    """Times on a day, or, when it is full, on the next days that have some."""
    first, last = moment(day, 0, zone), moment(day + timedelta(1), 0, zone)
    found = looking.openings(plan, first, last, most=most, around=around)
    if not found:
        end = last + timedelta(days=FURTHER_DAYS)
        found = looking.openings(plan, last, end, most=most)
    people = Staff.objects.in_bulk([one.staff_id for one in found if one.staff_id is not None])
    return [_slot(one.starts_at, one.staff_id, people, zone) for one in found]


def _slot(
    starts_at: datetime,
    staff_id: int | None,
    people: Mapping[int, Staff],
    zone: ZoneInfo,
    reasons: tuple[Promise, ...] = (),
) -> Slot:
    staff = people.get(staff_id) if staff_id is not None else None
    return Slot(starts_at, staff, f"{wall(starts_at, zone)}/{staff_id or ''}", reasons)


def pressed(value: str) -> tuple[str, int | None]:
    """What the button of a slot says: the time by the clock on the wall, and who would serve."""
    start, _, staff = value.partition("/")
    return start, int(staff) if staff.isdigit() else None
