"""Writes on what bookings need of the offer: places, skills, hours, add-ons and policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from regulars.kit import audit
from regulars.kit.permissions import Actor, Permission
from regulars.offer.models import (
    AddOn,
    BookingPolicy,
    HoursException,
    Item,
    OpeningHours,
    Place,
    Skill,
    Staff,
    Store,
)


@dataclass(frozen=True)
class PlaceDraft:
    """A place to be added; `units` that are alike count as one."""

    kind: str
    name: str
    units: int = 1


@dataclass(frozen=True)
class SkillDraft:
    """That someone does a service. `price` in minor units (None: as listed), `pace` in per cent."""

    staff_id: int
    item_id: int
    level: int = 1
    price: int | None = None
    pace: int = 100


@dataclass(frozen=True)
class PolicyDraft:
    """What customers are held to; see `BookingPolicy`. Money in minor units."""

    lead_minutes: int = 0
    horizon_days: int = 60
    change_minutes: int = 0
    deposit: int = 0
    no_show_fee: int = 0


@transaction.atomic
def add_places(
    store_id: int, drafts: Sequence[PlaceDraft], *, by: Actor, at: datetime
) -> list[int]:
    """Adds places to a store after those it has; returns their ids in that order.

    Raises:
        IntegrityError: a name is taken in this store, or a kind is not known.
    """
    by.must(Permission.MANAGE_SETTINGS)
    first = Place.objects.filter(store_id=store_id).count()
    places = Place.objects.bulk_create(
        Place(store_id=store_id, kind=d.kind, name=d.name, units=d.units, position=first + n)
        for n, d in enumerate(drafts)
    )
    _record("offer.add_places", f"store:{store_id}", by, at, count=len(places))
    return [place.pk for place in places]


@transaction.atomic
def set_skills(drafts: Sequence[SkillDraft], *, by: Actor, at: datetime) -> None:
    """Adds skills, or changes them where someone had them already."""
    by.must(Permission.MANAGE_SETTINGS)
    Skill.objects.bulk_create(
        (Skill(**asdict(draft)) for draft in drafts),
        update_conflicts=True,
        unique_fields=["item", "staff"],
        update_fields=["level", "price", "pace"],
    )
    _record("offer.set_skills", "staff:many", by, at, count=len(drafts))


@transaction.atomic
def drop_skill(staff_id: int, item_id: int, *, by: Actor, at: datetime) -> None:
    """Someone does a service no longer. What is booked stays booked."""
    by.must(Permission.MANAGE_SETTINGS)
    Skill.objects.filter(staff_id=staff_id, item_id=item_id).delete()
    _record("offer.drop_skill", f"staff:{staff_id}", by, at, item=item_id)


@transaction.atomic
def let_assist(staff_id: int, assists: bool, *, by: Actor, at: datetime) -> None:
    """Whether someone takes on steps that ask for no particular hands."""
    by.must(Permission.MANAGE_SETTINGS)
    Staff.objects.filter(pk=staff_id).update(assists=assists)
    _record("offer.let_assist", f"staff:{staff_id}", by, at, allowed=assists)


@transaction.atomic
def set_hours(
    store_id: int,
    hours: Mapping[int, Sequence[tuple[int, int]]],
    *,
    country: str = "",
    slot_minutes: int = 15,
    by: Actor,
    at: datetime,
) -> None:
    """Sets a store's opening hours anew, with its calendar of holidays and its grid.

    Args:
        hours: by kind of day as in `OpeningHours.day`; times in minutes of the day.
    """
    by.must(Permission.MANAGE_SETTINGS)
    Store.objects.filter(pk=store_id).update(country=country, slot_minutes=slot_minutes)
    OpeningHours.objects.filter(store_id=store_id).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(store_id=store_id, day=day, opens=opens, closes=closes)
        for day, spans in hours.items()
        for opens, closes in spans
    )
    _record("offer.set_hours", f"store:{store_id}", by, at, count=len(hours))


@transaction.atomic
def set_exception(
    store_id: int,
    on: date,
    hours: tuple[int, int] | None,
    *,
    reason: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """Sets other hours for one day, in minutes of the day; None closes the store."""
    by.must(Permission.MANAGE_SETTINGS)
    opens, closes = hours or (None, None)
    HoursException.objects.update_or_create(
        store_id=store_id,
        on=on,
        defaults={"opens": opens, "closes": closes, "reason": reason},
    )
    _record("offer.set_exception", f"store:{store_id}", by, at, day=on.isoformat())


@transaction.atomic
def set_add_ons(item_id: int, extras: Sequence[int], *, by: Actor, at: datetime) -> None:
    """Says which services may be added to one, in place of what was said before."""
    by.must(Permission.MANAGE_SETTINGS)
    AddOn.objects.filter(service_id=item_id).delete()
    AddOn.objects.bulk_create(AddOn(service_id=item_id, extra_id=extra) for extra in extras)
    _record("offer.set_add_ons", f"item:{item_id}", by, at, count=len(extras))


@transaction.atomic
def set_times(
    item_id: int, *, before: int, after: int, capacity: int, bookable: bool, by: Actor, at: datetime
) -> None:
    """Sets the minutes around a service, how many it serves at once, and who may book it."""
    by.must(Permission.MANAGE_SETTINGS)
    Item.objects.filter(pk=item_id).update(
        minutes_before=before, minutes_after=after, capacity=capacity, bookable=bookable
    )
    _record("offer.set_times", f"item:{item_id}", by, at)


@transaction.atomic
def set_policy(
    draft: PolicyDraft,
    *,
    item_id: int | None = None,
    tag_id: int | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Sets what customers who book by themselves are held to; see `BookingPolicy`."""
    by.must(Permission.MANAGE_SETTINGS)
    policy = BookingPolicy(item_id=item_id, tag_id=tag_id, **asdict(draft))
    same = {"item__isnull": True} if item_id is None else {"item": item_id}
    same |= {"tag__isnull": True} if tag_id is None else {"tag": tag_id}
    BookingPolicy.objects.filter(**same).delete()
    policy.save()
    _record("offer.set_policy", f"item:{item_id}", by, at)


def _record(action: str, subject: str, by: Actor, at: datetime, **detail: Any) -> None:
    audit.record(action, subject, by=by, at=at, detail=detail)
