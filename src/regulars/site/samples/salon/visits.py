"""How the time told goes by: who comes on which day, to whom, for what, and who does not come."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from regulars.site.samples.salon import seasons, shop
from regulars.site.samples.salon.customers import Person

CAME, NO_SHOW, CANCELLED, AHEAD = "came", "no_show", "cancelled", "ahead"
BOOKED_AHEAD_DAYS = 14
SLOTS = (seasons.CLOSES - seasons.OPENS) // shop.SLOT
SHORTER = 2 * 60 // shop.SLOT
"""By how many slots a shift is shorter than the opening hours."""
TRIES = 12
LEADS = (1, 2, 4, 10)
"""Mean days by which people book ahead: some today for today, some at the last visit."""


@dataclass(frozen=True)
class Booking:
    """How a visit was booked: days ahead, at which minute of that day, by what means."""

    lead: int
    minute: int
    means: str


@dataclass(frozen=True)
class Visit:
    """A visit that was, was missed, was called off, or is to come. Times in minutes of the day."""

    person: int | None
    store: int
    stylist: int
    day: date
    start: int
    end: int
    services: tuple[str, ...]
    outcome: str
    booking: Booking | None
    first: bool = False


@dataclass
class Diary:
    """Which slots of a day each stylist is taken, as bits. Waiting times of a service are free."""

    day: date
    taken: dict[int, int] = field(default_factory=dict)

    def place(self, stylist: int, slot: int, busy: int) -> bool:
        """Takes the slots if they are free; `busy` are the bits of a service begun at slot 0."""
        wanted = busy << slot
        taken = self.taken.get(stylist, off_duty(stylist, self.day))
        if not fits(slot, busy) or taken & wanted:
            return False
        self.taken[stylist] = taken | wanted
        return True


def fits(slot: int, busy: int) -> bool:
    """Whether a service begun at this slot is done by closing time."""
    return not busy << slot >> SLOTS


def off_duty(stylist: int, day: date) -> int:
    """The slots outside the stylist's shift: on working days early or late, in turn."""
    if day.weekday() >= 5:
        return 0
    away = (1 << SHORTER) - 1
    return away if (stylist + day.toordinal()) % 2 else away << (SLOTS - SHORTER)


def busy_bits(services: tuple[str, ...]) -> tuple[int, int]:
    """The slots in which the stylist is busy, as bits, and the minutes from begin to end."""
    bits, minute = 0, 0
    for code in services:
        for _name, minutes, waiting in shop.SERVICE[code].steps:
            if not waiting:
                first, last = minute // shop.SLOT, (minute + minutes - 1) // shop.SLOT
                bits |= ((1 << (last - first + 1)) - 1) << first
            minute += minutes
    return bits, minute


class Simulation:
    """Runs the days from `start` to `until` and a fortnight of bookings beyond."""

    def __init__(
        self,
        rng: Random,
        people: list[Person],
        team: list[shop.Stylist],
        *,
        start: date,
        until: date,
        leaves_on: date,
    ) -> None:
        self._rng = rng
        self._people = people
        self._team = team
        self._until = until
        self._start = start
        self._leaves_on = leaves_on
        self._agenda = [(self._first_day(person), person.index) for person in people]
        heapq.heapify(self._agenda)
        self._here = [
            [n for n, stylist in enumerate(team) if stylist.store == store]
            for store in range(max(stylist.store for stylist in team) + 1)
        ]

    def run(self) -> Iterator[Visit]:
        """All visits, day by day."""
        day = self._start
        while day < self._until + timedelta(days=BOOKED_AHEAD_DAYS):
            diary = Diary(day)
            while self._agenda and self._agenda[0][0] <= day:
                _, index = heapq.heappop(self._agenda)
                yield from self._consider(self._people[index], day, diary)
            if day < self._until:
                yield from self._walk_ins(day, diary)
            day += timedelta(days=1)

    def _first_day(self, person: Person) -> date:
        if person.joined >= self._start:
            return person.joined + timedelta(days=self._rng.choice((0, 0, 0, 1, 2, 4)))
        return self._start + timedelta(days=int(self._rng.random() * person.gap * 1.2))

    def _consider(self, person: Person, day: date, diary: Diary) -> Iterator[Visit]:
        """Someone is due: they come today, or put it off, or stay away for good."""
        if person.leaves_after is not None and person.visits >= person.leaves_after:
            return
        ready = seasons.readiness(day) * (person.weekend if day.weekday() >= 5 else 1)
        visit = self._arrange(person, day, diary) if self._rng.random() < ready else None
        if visit is None:
            self._again(person, day, self._rng.choice((1, 1, 2)))
            return
        if visit.outcome == AHEAD:
            if visit.booking and visit.booking.lead >= (day - self._until).days + 1:
                yield visit
            return
        yield visit
        self._next(person, visit)

    def _arrange(self, person: Person, day: date, diary: Diary) -> Visit | None:
        stylist = self._choose_stylist(person, day)
        if stylist is None:
            return None
        services = self._choose_services(person, stylist)
        booking = self._book(person, day)
        outcome = self._outcome(person, booking, day)
        busy, minutes = busy_bits(services)
        for _ in range(TRIES):
            slot = self._draw_slot(day)
            if booking and booking.lead == 0 and seasons.OPENS + slot * shop.SLOT < booking.minute:
                continue
            placed = fits(slot, busy) if outcome == CANCELLED else diary.place(stylist, slot, busy)
            if placed:
                start = seasons.OPENS + slot * shop.SLOT
                first = person.visits == 0 and person.joined >= self._start
                return Visit(
                    person.index, self._team[stylist].store, stylist, day, start, start + minutes,
                    services, outcome, booking, first,
                )  # fmt: skip
        return None

    def _choose_stylist(self, person: Person, day: date) -> int | None:
        """The usual one, if at work; another for those who do not insist."""
        if person.stylist == shop.LEAVER and day >= self._leaves_on:
            if self._rng.random() < 0.4:
                person.leaves_after = person.visits
                return None
            person.stylist = self._rng.choice(self._at_work(person.store, day) or [0])
        insists = self._rng.random() < person.loyalty
        if self._works(person.stylist, day) and (insists or self._rng.random() < 0.3):
            return person.stylist
        if insists:
            return None
        others = self._at_work(person.store, day)
        return self._rng.choice(others) if others else None

    def _works(self, stylist: int, day: date) -> bool:
        gone = stylist == shop.LEAVER and day >= self._leaves_on
        return not gone and day.weekday() not in self._team[stylist].off

    def _at_work(self, store: int, day: date) -> list[int]:
        return [n for n in self._here[store] if self._works(n, day)]

    def _choose_services(self, person: Person, stylist: int) -> tuple[str, ...]:
        wants = person.habit.wants
        code = self._rng.choices([c for c, _ in wants], [weight for _, weight in wants])[0]
        cut = shop.CUT[self._team[stylist].title]
        services = [cut if code == "cut" else code]
        category = shop.SERVICE[services[0]].category
        if category in {"染发", "烫发"} and self._rng.random() < 0.32:
            services.append(self._rng.choice((cut, "护理·滋养")))
        elif category == "剪发" and self._rng.random() < 0.06 * person.spender:
            services.append("护理·滋养")
        return tuple(services)

    def _book(self, person: Person, day: date) -> Booking | None:
        if self._rng.random() < 0.2:
            return None
        usual = self._rng.choice(LEADS) + (3 if day.weekday() >= 5 else 0)
        lead = min(int(self._rng.expovariate(1 / usual)), 20, (day - person.joined).days)
        means = self._rng.choices(("wechat", "phone", "desk"), (62, 23, 15))[0]
        latest = 13 * 60 if lead == 0 else 22 * 60
        return Booking(lead, self._rng.randint(8 * 60 + 30, latest), means)

    def _outcome(self, person: Person, booking: Booking | None, day: date) -> str:
        if day >= self._until:
            return AHEAD
        if booking is None:
            return CAME
        missing = 0.04 + 0.004 * booking.lead + (0.05 if person.visits == 0 else 0)
        chance = self._rng.random()
        if chance < missing:
            return NO_SHOW
        return CANCELLED if booking.lead and chance < missing + 0.065 else CAME

    def _draw_slot(self, day: date) -> int:
        hours = seasons.hours(day)
        hour = self._rng.choices(range(len(hours)), hours)[0]
        return hour * 60 // shop.SLOT + self._rng.choice((0, 0, 2, 2, 1, 3))

    def _next(self, person: Person, visit: Visit) -> None:
        if visit.outcome in {NO_SHOW, CANCELLED}:
            stays = 0.55 if visit.outcome == NO_SHOW else 0.85
            if person.visits or self._rng.random() < stays:
                self._again(person, visit.day, self._rng.randint(2, 11))
            return
        person.visits += 1
        if self._rng.random() < 0.0003 * person.gap:
            person.leaves_after = person.visits
        if person.slips_on and visit.day >= person.slips_on:
            person.gap *= 1.5
            if self._rng.random() < 0.5:
                person.leaves_after = person.visits
        shape = person.regularity
        gap = max(4, round(self._rng.gammavariate(shape, person.gap / shape)))
        self._again(person, visit.day, self._before_the_festival(visit.day, gap))

    def _before_the_festival(self, day: date, gap: int) -> int:
        """Many who would be due around Spring Festival come early, to enter the year trim."""
        due = day + timedelta(days=gap)
        festival = seasons.spring_festival(due.year)
        early = (festival - day).days - self._rng.randint(2, 16)
        if -2 <= (due - festival).days < 20 and early > 7 and self._rng.random() < 0.7:
            return early
        return gap

    def _again(self, person: Person, day: date, days: int) -> None:
        heapq.heappush(self._agenda, (day + timedelta(days=days), person.index))

    def _walk_ins(self, day: date, diary: Diary) -> Iterator[Visit]:
        """People who came in from the street and left no name."""
        for store in range(len(self._here)):
            team = self._at_work(store, day)
            mean = 2.2 * len(team) * seasons.readiness(day)
            for _ in range(min(40, int(self._rng.expovariate(1 / (mean + 0.01))) if mean else 0)):
                stylist = self._rng.choice(team)
                cut = shop.CUT[self._team[stylist].title]
                services = (
                    self._rng.choices((cut, "洗吹", "儿童剪发", "日常造型"), (66, 22, 6, 6))[0],
                )
                busy, minutes = busy_bits(services)
                slot = self._draw_slot(day)
                if diary.place(stylist, slot, busy):
                    start = seasons.OPENS + slot * shop.SLOT
                    yield Visit(
                        None, store, stylist, day, start, start + minutes, services, CAME, None
                    )
