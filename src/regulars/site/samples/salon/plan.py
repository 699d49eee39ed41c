"""The whole salon, drawn before anything is written: pure, and the same every time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import date, timedelta
from hashlib import sha256
from random import Random

from regulars.people.drafts import CustomerDraft
from regulars.site.samples.salon import seasons, shop
from regulars.site.samples.salon.customers import Person, draw_person, record
from regulars.site.samples.salon.receipts import Receipt, draw_lines, draw_return
from regulars.site.samples.salon.visits import CAME, Simulation, Visit

EXISTING = 0.5
"""The share of customers who were there before the time told begins."""


@dataclass(frozen=True)
class Plan:
    """Everything that happens in the salon from `start` to the eve of `until`.

    `people` and `records` go together by index, in order of joining.
    """

    start: date
    until: date
    team: list[shop.Stylist]
    prices: shop.Prices
    leaves_on: date
    people: list[Person]
    records: list[CustomerDraft]
    visits: list[Visit]
    receipts: list[Receipt]

    def digest(self) -> str:
        """A fingerprint of all of it."""
        text = sha256()
        for part in fields(self):
            value = getattr(self, part.name)
            for row in value if isinstance(value, list) else [value]:
                text.update(repr(row).encode())
        return text.hexdigest()

    def weeks(self) -> list[date]:
        """The first days of the weeks told."""
        count = -(-(self.until - self.start).days // 7)
        return [self.start + timedelta(weeks=week) for week in range(count)]


def draw(*, seed: int, size: str, until: date, months: int = 18) -> Plan:
    """Draws the salon.

    Args:
        size: one of `shop.SIZES`.
        until: the first day that is not told any more; bookings go a fortnight further.
        months: how long before `until` the story begins.
    """
    made = shop.SIZES[size]
    start = seasons.months_before(until, months)
    rng = Random(f"{seed} {size} {until} {months}")  # noqa: S311  the same salon each time
    team = shop.stylists(made)
    people = _people(rng, made, team, start, until)
    records = [record(rng, person, made) for person in people]
    prices = shop.Prices(risen_on=seasons.months_before(until, months // 2).replace(day=1))
    leaves_on = until - timedelta(days=(until - start).days // 4)
    simulation = Simulation(rng, people, team, start=start, until=until, leaves_on=leaves_on)
    visits = sorted(simulation.run(), key=lambda v: (v.day, v.store, v.start, v.stylist, v.end))
    receipts = _receipts(rng, visits, people, prices, until)
    return Plan(start, until, team, prices, leaves_on, people, records, visits, receipts)


def _people(
    rng: Random, size: shop.Size, team: list[shop.Stylist], start: date, until: date
) -> list[Person]:
    existing = round(size.customers * EXISTING)
    joined = [start - timedelta(days=rng.randint(20, 1_400)) for _ in range(existing)]
    joined += _newcomers(rng, size.customers - existing, start, until)
    people: list[Person] = []
    for index, day in enumerate(sorted(joined)):
        person = draw_person(
            rng, index, size=size, team=team, joined=day, existing=day < start, until=until
        )
        if people and rng.random() < 0.17:
            person.referrer = _referrer(rng, people, person.store)
        people.append(person)
    return people


def _newcomers(rng: Random, count: int, start: date, until: date) -> list[date]:
    """Days of joining: on open days, the more the busier, and a quarter more at the end."""
    days = [start + timedelta(days=n) for n in range((until - start).days)]
    growth = [1 + 0.25 * n / len(days) for n in range(len(days))]
    weights = [seasons.readiness(day) * grown for day, grown in zip(days, growth, strict=True)]
    return rng.choices(days, weights, k=count)


def _referrer(rng: Random, people: list[Person], store: int) -> int | None:
    """Someone of the same store who comes often."""
    for _ in range(6):
        friend = rng.choice(people)
        if friend.store == store and friend.leaves_after is None and friend.gap < 45:
            return friend.index
    return None


def _receipts(
    rng: Random, visits: list[Visit], people: list[Person], prices: shop.Prices, until: date
) -> list[Receipt]:
    counted: dict[tuple[date, int], int] = defaultdict(int)
    receipts = []
    for visit in visits:
        if visit.outcome != CAME:
            continue
        person = None if visit.person is None else people[visit.person]
        counted[visit.day, visit.store] += 1
        key = f"{visit.store + 1:02d}-{visit.day:%y%m%d}-{counted[visit.day, visit.store]:03d}"
        lines = tuple(draw_lines(rng, visit, person, prices))
        receipt = Receipt(key, visit.person, visit.store, visit.day, visit.end, lines)
        receipts.append(receipt)
        back = draw_return(rng, receipt, until)
        if back:
            receipts.append(back)
    return sorted(receipts, key=lambda receipt: (receipt.day, receipt.minute, receipt.key))
