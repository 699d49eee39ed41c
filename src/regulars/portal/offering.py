"""What can be booked in a store, and by whom it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.booking import catalogue
from regulars.booking.catalogue import Catalogue
from regulars.offer.models import AddOn, Item, Skill, Staff, Store
from regulars.portal.models import Preparation

MOST_SERVICES = 6


def stores() -> list[Store]:
    """The stores that are open to bookings: those where somebody does a service."""
    able = Skill.objects.filter(item__bookable=True, item__active=True, staff__active=True)
    return list(
        Store.objects.filter(active=True, staff__in=able.values("staff")).distinct().order_by("pk")
    )


@dataclass(frozen=True)
class Offered:
    """A service on the page: minutes with an average pace, and the lowest price if it varies."""

    item: Item
    minutes: int
    price: int | None
    varies: bool
    extra_to: frozenset[int]


def offered(store: Store) -> dict[str, list[Offered]]:
    """The services that customers may book themselves, by category. Add-ons know to what."""
    items = Item.objects.filter(
        kind=Item.SERVICE, active=True, bookable=True, skills__staff__stores=store,
        skills__staff__active=True,
    ).distinct().order_by("category", "pk")  # fmt: skip
    read = catalogue.read(store.pk, [item.pk for item in items])
    extras: dict[int, set[int]] = {}
    for service, extra in AddOn.objects.values_list("service_id", "extra_id"):
        extras.setdefault(extra, set()).add(service)
    found: dict[str, list[Offered]] = {}
    for item in items:
        if item.pk in read.services:
            row = _offered(item, read, frozenset(extras.get(item.pk, ())))
            found.setdefault(item.category, []).append(row)
    return found


def _offered(item: Item, read: Catalogue, extra_to: frozenset[int]) -> Offered:
    service = read.services[item.pk]
    prices = {service.price(staff) for staff in service.skills}
    known = [price for price in prices if price is not None]
    minutes = sum(step.minutes for step in service.steps)
    return Offered(item, minutes, min(known, default=None), len(prices) > 1, extra_to)


def people(store: Store, read: Catalogue) -> list[Staff]:
    """Who does all of these services here."""
    able = [set(service.skills) for service in read.services.values()]
    everything = set.intersection(*able) if able else set()
    return list(Staff.objects.filter(pk__in=everything, stores=store).order_by("name", "pk"))


def preparations(item_ids: Sequence[int]) -> list[str]:
    """What to do or know beforehand, in the order of the services."""
    texts = dict(Preparation.objects.filter(item__in=item_ids).values_list("item_id", "text"))
    return [texts[item] for item in dict.fromkeys(item_ids) if item in texts]
