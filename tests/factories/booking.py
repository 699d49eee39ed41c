"""A small salon that takes bookings: one store, three of the staff, chairs, a basin and services.

The store is open from 10 to 20 by the clock of Shanghai, every day but public holidays' eves; all
three work on the days of `roster`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from regulars.booking.drafts import ServiceDraft, VisitDraft
from regulars.booking.rostering import ShiftDraft, add_shifts
from regulars.kit.permissions import SYSTEM
from regulars.offer.actions import ItemDraft, StepDraft, add_items, add_staff, add_store
from regulars.offer.arranging import (
    PlaceDraft,
    SkillDraft,
    add_places,
    set_hours,
    set_skills,
)
from regulars.offer.models import Store
from regulars.people.actions import add_customers
from regulars.people.drafts import CustomerDraft

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 10, 21)
"""A Wednesday, the day after the tests' noon; rosters begin with it."""

SERVICES = (
    ItemDraft(
        "cut", "service", "剪发", price=12800, steps=(StepDraft("剪发", 30, place_kind="chair"),)
    ),
    ItemDraft(
        "colour",
        "service",
        "染发",
        price=68000,
        steps=(
            StepDraft("涂抹", 30, place_kind="chair"),
            StepDraft("停留", 30, waiting=True, place_kind="chair"),
            StepDraft("冲洗", 15, staff="any", place_kind="basin"),
            StepDraft("吹干", 15, place_kind="chair"),
        ),
    ),
    ItemDraft(
        "care", "service", "护理", price=19800, minutes_after=10, steps=(StepDraft("护", 30),)
    ),
)


@dataclass(frozen=True)
class Salon:
    """The ids of what was added. 林 and 苏 do everything, 周 only cuts and helps."""

    store: Store
    lin: int
    su: int
    zhou: int
    cut: int
    colour: int
    care: int
    customers: list[int]

    def visit(self, hour: float, *items: int, day: date = DAY, **given: object) -> VisitDraft:
        """A visit for these services (a cut by default) with 林, unless `staff` says otherwise."""
        staff = given.pop("staff", self.lin)
        services = tuple(ServiceDraft(item, staff) for item in items or (self.cut,))  # type: ignore[arg-type]
        return VisitDraft(self.store.pk, clock(hour, day), services, **given)  # type: ignore[arg-type]


def clock(hour: float, day: date = DAY) -> datetime:
    """An hour of a day by the salon's clock, in UTC."""
    midnight = datetime.combine(day, time(), ZONE)
    return (midnight + timedelta(hours=hour)).astimezone(UTC)


def open_for_bookings(*, at: datetime, days: int = 3, customers: int = 3) -> Salon:
    """Writes the salon through the same actions as users do."""
    store = add_store("main", "国贸店", "Asia/Shanghai", by=SYSTEM, at=at)
    hours = {day: [(600, 1200)] for day in range(7)}
    set_hours(store.pk, hours, country="CN", slot_minutes=15, by=SYSTEM, at=at)
    places = [PlaceDraft("chair", f"{n} 号椅") for n in (1, 2)] + [PlaceDraft("basin", "洗头位")]
    add_places(store.pk, places, by=SYSTEM, at=at)
    names = (("lin", "林晓雨"), ("su", "苏蔓"), ("zhou", "周子墨"))
    lin, su, zhou = (
        add_staff(code, name, stores=[store], by=SYSTEM, at=at).pk for code, name in names
    )
    cut, colour, care = add_items(SERVICES, by=SYSTEM, at=at)
    skills = [SkillDraft(staff, item) for staff in (lin, su) for item in (cut, colour, care)]
    skills.append(SkillDraft(zhou, cut, price=8800, pace=150))
    set_skills(skills, by=SYSTEM, at=at)
    people = add_customers(
        [CustomerDraft(name=f"客{n}") for n in range(customers)], by=SYSTEM, at=at
    )
    roster(store, [lin, su, zhou], days, at=at)
    return Salon(store, lin, su, zhou, cut, colour, care, people)


def roster(store: Store, staff: list[int], days: int, *, at: datetime, first: date = DAY) -> None:
    """Everybody works from 10 to 20."""
    shifts = [
        ShiftDraft(one, store.pk, clock(10, day), clock(20, day))
        for one in staff
        for day in (first + timedelta(n) for n in range(days))
    ]
    add_shifts(shifts, by=SYSTEM, at=at)
