"""Writes the drawn salon week by week through the actions of the rooms, as its users would.

A week is one transaction that ends with its mark in the audit trail: a run that is killed goes on
with the first week that is not marked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.intake.events import EventDraft, record_events
from regulars.kit.permissions import SYSTEM
from regulars.offer.actions import change_price, retire_staff
from regulars.offer.models import Item, Staff, Store
from regulars.people.actions import add_note, set_consent
from regulars.people.adding import add_customers
from regulars.people.drafts import ConsentDraft
from regulars.people.models import ExternalId
from regulars.people.relating import relate
from regulars.sales.actions import LineDraft, OrderDraft, record_orders
from regulars.site.samples import marker
from regulars.site.samples.marker import NotEmpty
from regulars.site.samples.progress import Progress
from regulars.site.samples.salon import customers, plan, seasons, shop
from regulars.site.samples.salon.appointments import Book
from regulars.site.samples.salon.opening import open_stores
from regulars.site.samples.salon.plan import Plan
from regulars.site.samples.salon.receipts import Receipt
from regulars.site.samples.salon.visits import CAME, CANCELLED, NO_SHOW, Visit

NAME = "salon"
SOURCE = "salon"
ZONE = ZoneInfo(shop.ZONE)

T = TypeVar("T", Visit, Receipt)


def seed(
    *,
    seed: int,
    size: str,
    until: date,
    months: int,
    progress: Progress,
    now: datetime | None = None,
) -> None:
    """Fills an empty business with the salon; goes on where an earlier run was cut off.

    A salon of the same seed, size and months that is there whole is left alone, whenever it ends.

    Args:
        until: the first day that is not told any more.
        now: on a last day that is not over yet, what lies after this moment has not happened.

    Raises:
        NotEmpty: the business holds customers of its own, or another sample.
    """
    wanted = {"seed": seed, "size": size, "months": months}
    state = marker.state()
    if state is None:
        marker.require_empty()
    elif state.name != NAME or wanted != {key: state.made_of[key] for key in wanted}:
        raise NotEmpty(
            f"This business already holds another sample ({state.name}: {state.made_of}). "
            "Choose another business with --business CODE."
        )
    elif state.done:
        return
    else:
        until = date.fromisoformat(state.made_of["until"])
    progress("drawing", 0, 1)
    drawn = plan.draw(seed=seed, size=size, until=until, months=months)
    progress("drawing", 1, 1)
    digest = drawn.digest()
    if state is None:
        _open(drawn, wanted | {"until": until.isoformat(), "digest": digest})
    elif state.made_of["digest"] != digest:
        raise NotEmpty(
            "This business holds half a salon, begun by another version of Regulars that draws it "
            "differently. Remove its database, or choose another with --business CODE."
        )
    _Writer(drawn, now or moment(until, 0)).write(
        done=state.steps if state else 0, progress=progress
    )


def moment(day: date, minute: int) -> datetime:
    """A minute of a day by the salon's clock."""
    return datetime.combine(day, time(minute // 60, minute % 60), ZONE)


@transaction.atomic
def _open(drawn: Plan, made_of: dict[str, object]) -> None:
    at = moment(drawn.start, 9 * 60)
    marker.begin(NAME, made_of, at=at)
    open_stores(drawn.team, at=at)


@dataclass(frozen=True)
class _Ids:
    """What the database calls what the plan names."""

    stores: list[int]
    team: list[int]
    items: dict[str, int]


class _Writer:
    def __init__(self, drawn: Plan, now: datetime) -> None:
        self._plan = drawn
        self._now = now
        self._ids = _Ids(
            list(Store.objects.order_by("code").values_list("id", flat=True)),
            list(Staff.objects.order_by("code").values_list("id", flat=True)),
            dict(Item.objects.values_list("code", "id")),
        )
        self._visits = _by_week(drawn, drawn.visits)
        self._receipts = _by_week(drawn, drawn.receipts)
        known = ExternalId.objects.filter(source=customers.SOURCE)
        ids = dict(known.values_list("value", "customer_id"))
        self._customers = [ids.get(person.number, 0) for person in drawn.people]

    def write(self, *, done: int, progress: Progress) -> None:
        weeks = self._plan.weeks()
        for number, first in enumerate(weeks):
            progress("weeks", number, len(weeks))
            if number >= done:
                self._week(number, first, last=number == len(weeks) - 1)
        marker.settle()
        progress("weeks", len(weeks), len(weeks))

    @transaction.atomic
    def _week(self, number: int, first: date, *, last: bool) -> None:
        days = [first + timedelta(days=n) for n in range(7)]
        days = [day for day in days if day < self._plan.until]
        at = min(moment(days[-1], seasons.CLOSES + 30), self._now)
        self._join(date.min if number == 0 else first, days[-1])
        self._changes(days)
        orders = map(self._order, self._receipts[number])
        rung_up = (order for order in orders if order.ordered_at <= self._now)
        record_orders(rung_up, by=SYSTEM, at=at)
        visits = self._visits[number] + (self._visits[number + 1] if last else [])
        events = (event for visit in visits for event in self._events(visit))
        record_events(events, by=SYSTEM, at=at)
        marker.step(NAME, first.isoformat(), at=at)
        if last:
            ids = self._ids
            Book(self._plan, ids.stores, ids.team, ids.items, self._customers, self._now).write()
            marker.finish(NAME, at=at)

    def _join(self, first: date, last: date) -> None:
        """Takes down who joined: those from before the story at its beginning, the others daily."""
        by_day: dict[date, list[int]] = defaultdict(list)
        for person in self._plan.people:
            if first <= person.joined <= last:
                by_day[max(person.joined, self._plan.start)].append(person.index)
        for day, indexes in sorted(by_day.items()):
            at = min(moment(day, 9 * 60 + 30), self._now)
            ids = add_customers([self._plan.records[n] for n in indexes], by=SYSTEM, at=at)
            for index, pk in zip(indexes, ids, strict=True):
                self._customers[index] = pk
            for index in indexes:
                self._describe(index, at=at)

    def _describe(self, index: int, *, at: datetime) -> None:
        person, pk = self._plan.people[index], self._customers[index]
        if person.note:
            text, sensitive = person.note
            add_note(pk, text, sensitive=sensitive, by=SYSTEM, at=at)
        if person.referrer is not None:
            relate(self._customers[person.referrer], pk, "referred", by=SYSTEM, at=at)

    def _changes(self, days: list[date]) -> None:
        """What changed in the salon and in people's minds on these days."""
        plan = self._plan
        if plan.prices.risen_on in days:
            for service in shop.SERVICES:
                price = plan.prices.on(plan.prices.risen_on, service.code)
                at = moment(plan.prices.risen_on, 9 * 60)
                change_price(self._ids.items[service.code], price, by=SYSTEM, at=at)
        if plan.leaves_on in days and len(plan.team) > shop.LEAVER:
            retire_staff(self._ids.team[shop.LEAVER], by=SYSTEM, at=moment(plan.leaves_on, 9 * 60))
        for person in plan.people:
            if person.no_marketing_from in days:
                self._withdraw(person)

    def _withdraw(self, person: customers.Person) -> None:
        assert person.no_marketing_from is not None  # noqa: S101  the caller picked the day
        at = moment(person.no_marketing_from, 20 * 60)
        notice = customers.notice_on(person.no_marketing_from)
        word = ConsentDraft("marketing", "sms", False, notice, "短信回复 T", at)
        set_consent(self._customers[person.index], word, by=SYSTEM, at=at)

    def _order(self, receipt: Receipt) -> OrderDraft:
        ids = self._ids
        return OrderDraft(
            source=SOURCE,
            key=receipt.key,
            store_id=ids.stores[receipt.store],
            ordered_at=moment(receipt.day, receipt.minute),
            customer_id=None if receipt.person is None else self._customers[receipt.person],
            lines=tuple(
                LineDraft(
                    item_id=ids.items[line.code],
                    quantity=Decimal(line.quantity),
                    amount=line.amount,
                    discount=line.discount,
                    staff_id=ids.team[line.stylist],
                )
                for line in receipt.lines
            ),
        )

    def _events(self, visit: Visit) -> Iterable[EventDraft]:
        """What is on record of a visit: that it was booked, and what became of it."""
        if visit.person is None:
            return
        key = f"{visit.day:%y%m%d}-{visit.stylist:03d}-{visit.start:04d}-{visit.person}"
        services: dict[str, object] = {"services": list(visit.services)}
        begins, ends = moment(visit.day, visit.start), moment(visit.day, visit.end)
        if visit.booking:
            booked = moment(visit.day - timedelta(days=visit.booking.lead), visit.booking.minute)
            how = {"booked_at": booked.isoformat(), "by": visit.booking.means}
            yield self._event("booking", key, visit, begins, ends, services | how)
        if ends > self._now:
            return
        if visit.outcome == CAME:
            yield self._event("visit", key, visit, begins, ends, services)
        elif visit.outcome == NO_SHOW:
            yield self._event(NO_SHOW, key, visit, begins, None, services)
        elif visit.outcome == CANCELLED:
            called_off = begins - timedelta(hours=3)
            what = services | {"booked_for": begins.isoformat()}
            yield self._event("cancellation", key, visit, called_off, None, what)

    def _event(
        self,
        kind: str,
        key: str,
        visit: Visit,
        at: datetime,
        ends_at: datetime | None,
        properties: dict[str, object],
    ) -> EventDraft:
        assert visit.person is not None  # noqa: S101  walk-ins leave no events
        return EventDraft(
            source=SOURCE,
            key=f"{kind}:{key}",
            kind=kind,
            at=at,
            ends_at=ends_at,
            customer_id=self._customers[visit.person],
            store_id=self._ids.stores[visit.store],
            staff_id=self._ids.team[visit.stylist],
            item_id=self._ids.items[visit.services[0]],
            properties=properties,
        )


def _by_week(drawn: Plan, happenings: Iterable[T]) -> dict[int, list[T]]:
    """By the number of the week; what lies ahead of the story comes after its last week."""
    weeks: dict[int, list[T]] = defaultdict(list)
    beyond = len(drawn.weeks())
    for happening in happenings:
        ahead = happening.day >= drawn.until
        weeks[beyond if ahead else (happening.day - drawn.start).days // 7].append(happening)
    return weeks
