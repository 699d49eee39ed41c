"""The book of appointments: hours, chairs, skills, rosters, today's visits and those to come.

Written through the actions that desk and phone use. What was drawn does not collide, so nothing is
refused; a refusal would stop the load.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from regulars.booking import progress
from regulars.booking.actions import book
from regulars.booking.drafts import ServiceDraft, VisitDraft
from regulars.booking.rostering import ShiftDraft, add_shifts
from regulars.kit.permissions import SYSTEM
from regulars.offer.arranging import PlaceDraft, SkillDraft, add_places, set_hours, set_skills
from regulars.site.samples.salon import seasons, shop
from regulars.site.samples.salon.plan import Plan
from regulars.site.samples.salon.shop import Stylist
from regulars.site.samples.salon.visits import (
    BOOKED_AHEAD_DAYS,
    CAME,
    CANCELLED,
    NO_SHOW,
    SLOTS,
    Visit,
    off_duty,
)

CHAIRS_A_STYLIST = 2
"""One customer's colour works while the next is cut."""
CHANNELS = {"wechat": "portal", "phone": "phone", "desk": "desk"}
MISSED_AFTER = timedelta(minutes=15)


def moment(day: date, minute: int) -> datetime:
    """A minute of a day by the salon's clock."""
    return datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(shop.ZONE))


def arrange(
    stores: Sequence[int], team: Sequence[Stylist], staff: Sequence[int], items: Mapping[str, int],
    *, at: datetime,
) -> None:  # fmt: skip
    """Sets hours and chairs of each store, and says who does what."""
    hours = {day: [(seasons.OPENS, seasons.CLOSES)] for day in range(7)}
    for number, store in enumerate(stores):
        chairs = CHAIRS_A_STYLIST * sum(stylist.store == number for stylist in team)
        places = [PlaceDraft("chair", f"{n + 1} 号椅") for n in range(chairs)]
        set_hours(store, hours, country="CN", slot_minutes=shop.SLOT, by=SYSTEM, at=at)
        add_places(store, places, by=SYSTEM, at=at)
    cuts = set(shop.CUT.values())
    skills = [
        SkillDraft(pk, items[service.code], level=_level(stylist))
        for pk, stylist in zip(staff, team, strict=True)
        for service in shop.SERVICES
        if service.code not in cuts or service.code == shop.CUT[stylist.title]
    ]
    set_skills(skills, by=SYSTEM, at=at)


def _level(stylist: Stylist) -> int:
    return {"首席": 4, "总监": 3, "资深": 2, "助理": 1}[stylist.title]


class Book:
    """Writes the roster and the appointments around the end of the time told."""

    def __init__(
        self,
        drawn: Plan,
        stores: Sequence[int],
        staff: Sequence[int],
        items: Mapping[str, int],
        customers: Sequence[int],
        now: datetime,
    ) -> None:
        self._drawn = drawn
        self._stores = stores
        self._staff = staff
        self._items = items
        self._customers = customers
        self._now = now
        self._today = drawn.until - timedelta(days=1)

    def write(self) -> None:
        """The last day told as far as it has gone, and what is booked beyond."""
        self._roster()
        visits = [visit for visit in self._drawn.visits if visit.day >= self._today]
        # What was called off made room for others: first in the book, and out of it again.
        for visit in sorted(visits, key=lambda visit: visit.outcome != CANCELLED):
            self._visit(visit)

    def _roster(self) -> None:
        days = [self._today + timedelta(n) for n in range(BOOKED_AHEAD_DAYS + 15)]
        shifts = [
            self._shift(number, stylist, day)
            for number, stylist in enumerate(self._drawn.team)
            for day in days
            if day.weekday() not in stylist.off and not self._gone(number, day)
        ]
        add_shifts(shifts, by=SYSTEM, at=self._now)

    def _gone(self, stylist: int, day: date) -> bool:
        return stylist == shop.LEAVER and day >= self._drawn.leaves_on

    def _shift(self, number: int, stylist: Stylist, day: date) -> ShiftDraft:
        """From the first slot on duty to the last."""
        on = [slot for slot in range(SLOTS) if not off_duty(number, day) >> slot & 1]
        begins, ends = (seasons.OPENS + slot * shop.SLOT for slot in (on[0], on[-1] + 1))
        store = self._stores[stylist.store]
        return ShiftDraft(self._staff[number], store, moment(day, begins), moment(day, ends))

    def _visit(self, visit: Visit) -> None:
        begins = moment(visit.day, visit.start)
        called_off = begins - timedelta(hours=3)
        if visit.booking:
            booked = moment(visit.day - timedelta(days=visit.booking.lead), visit.booking.minute)
            channel = CHANNELS[visit.booking.means]
        else:
            booked, channel = begins, "walk_in"
        if booked > self._now or (visit.outcome == CANCELLED and called_off > self._now):
            return
        pk = book(self._draft(visit, channel), by=SYSTEM, at=booked)
        if visit.outcome == CANCELLED:
            progress.cancel(pk, reason="customer", by=SYSTEM, at=max(called_off, booked))
        elif visit.outcome == NO_SHOW and begins + MISSED_AFTER <= self._now:
            progress.no_show(pk, by=SYSTEM, at=begins + MISSED_AFTER)
        elif visit.outcome == CAME:
            self._serve(pk, visit, begins, walked_in=channel == "walk_in")

    def _serve(self, pk: int, visit: Visit, begins: datetime, *, walked_in: bool) -> None:
        if begins > self._now:
            return
        if not walked_in:
            progress.arrive(pk, by=SYSTEM, at=begins)
        progress.start(pk, by=SYSTEM, at=begins)
        ends = moment(visit.day, visit.end)
        if ends <= self._now:
            progress.finish(pk, by=SYSTEM, at=ends)

    def _draft(self, visit: Visit, channel: str) -> VisitDraft:
        staff = self._staff[visit.stylist]
        return VisitDraft(
            store_id=self._stores[visit.store],
            starts_at=moment(visit.day, visit.start),
            services=tuple(ServiceDraft(self._items[code], staff) for code in visit.services),
            customer_id=None if visit.person is None else self._customers[visit.person],
            channel=channel,
        )
