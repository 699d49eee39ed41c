"""Times to choose from, in order, each with who would serve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from regulars.booking import looking
from regulars.booking.pages.frame import wall
from regulars.booking.placing import Request
from regulars.offer.hours import moment
from regulars.offer.models import Staff

MOST = 6
FURTHER_DAYS = 14


@dataclass(frozen=True)
class Slot:
    """A time that can be had; `value` is what its button sends (see `pressed`)."""

    starts_at: datetime
    staff: Staff | None
    value: str


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
    return [
        Slot(
            one.starts_at,
            people.get(one.staff_id) if one.staff_id is not None else None,
            f"{wall(one.starts_at, zone)}/{one.staff_id or ''}",
        )
        for one in found
    ]


def pressed(value: str) -> tuple[str, int | None]:
    """What the button of a slot says: the time by the clock on the wall, and who would serve."""
    start, _, staff = value.partition("/")
    return start, int(staff) if staff.isdigit() else None
