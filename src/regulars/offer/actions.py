"""Writes on stores, staff and items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.kit import audit
from regulars.kit.bulk import copy_rows, next_ids
from regulars.kit.models import RoleGrant, User
from regulars.kit.permissions import Actor, Permission, Role
from regulars.offer.models import Item, ServiceStep, Staff, Store


@dataclass(frozen=True)
class StepDraft:
    """A step of a service. `staff` is "same", "any" or "none"; a waiting step needs none."""

    name: str
    minutes: int
    waiting: bool = False
    staff: str = ServiceStep.SAME
    place_kind: str = ""


@dataclass(frozen=True)
class ItemDraft:
    """A service or product to be added. Price and cost in minor units."""

    code: str
    kind: str
    name: str
    category: str = ""
    department: str = ""
    brand: str = ""
    supplier: str = ""
    price: int | None = None
    cost: int | None = None
    active: bool = True
    steps: tuple[StepDraft, ...] = ()
    minutes_before: int = 0
    minutes_after: int = 0
    capacity: int = 1


ITEM_COLUMNS = [
    "id", "code", "kind", "name", "category", "department", "brand", "supplier", "price", "cost",
    "active", "batch_id", "minutes_before", "minutes_after", "capacity",
]  # fmt: skip


@transaction.atomic
def add_store(code: str, name: str, time_zone: str, *, by: Actor, at: datetime) -> Store:
    by.must(Permission.MANAGE_SETTINGS)
    store = Store.objects.create(code=code, name=name, time_zone=time_zone)
    audit.record("offer.add_store", f"store:{store.pk}", by=by, at=at)
    return store


@transaction.atomic
def add_staff(
    code: str,
    name: str,
    *,
    title: str = "",
    stores: Sequence[Store] = (),
    by: Actor,
    at: datetime,
) -> Staff:
    by.must(Permission.MANAGE_SETTINGS)
    staff = Staff.objects.create(code=code, name=name, title=title)
    staff.stores.set(stores)
    audit.record("offer.add_staff", f"staff:{staff.pk}", by=by, at=at)
    return staff


@transaction.atomic
def add_items(
    drafts: Sequence[ItemDraft], *, by: Actor, at: datetime, batch_id: int | None = None
) -> list[int]:
    """Adds services and products in the order given; returns their ids.

    Raises:
        IntegrityError: a code is taken, or a price is negative.
    """
    by.must(Permission.IMPORT_DATA)
    ids = next_ids("offer_item", len(drafts))
    rows = (_item_row(pk, draft, batch_id) for pk, draft in zip(ids, drafts, strict=True))
    copy_rows("offer_item", ITEM_COLUMNS, rows)
    ServiceStep.objects.bulk_create(
        step for pk, draft in zip(ids, drafts, strict=True) for step in _steps(pk, draft)
    )
    audit.record(
        "offer.add_items",
        f"item:{ids[0]}" if len(ids) == 1 else f"batch:{batch_id}",
        by=by,
        at=at,
        detail={"count": len(ids)},
    )
    return ids


def _item_row(pk: int, draft: ItemDraft, batch_id: int | None) -> tuple[Any, ...]:
    """In the order of `ITEM_COLUMNS`."""
    return (
        pk, draft.code, draft.kind, draft.name, draft.category, draft.department, draft.brand,
        draft.supplier, draft.price, draft.cost, draft.active, batch_id,
        draft.minutes_before, draft.minutes_after, draft.capacity,
    )  # fmt: skip


def _steps(pk: int, draft: ItemDraft) -> Iterator[ServiceStep]:
    for position, step in enumerate(draft.steps):
        yield ServiceStep(
            item_id=pk,
            position=position,
            name=step.name,
            minutes=step.minutes,
            waiting=step.waiting,
            staff=ServiceStep.NONE if step.waiting else step.staff,
            place_kind=step.place_kind,
        )


@transaction.atomic
def remove_batch(batch_id: int, *, by: Actor, at: datetime) -> int:
    """Takes back the items a batch brought; returns how many. No sale may name them."""
    by.must(Permission.IMPORT_DATA)
    _total, tables = Item.objects.filter(batch_id=batch_id).delete()
    deleted = tables.get(Item._meta.label, 0)
    audit.record(
        "offer.remove_batch", f"batch:{batch_id}", by=by, at=at, detail={"deleted": deleted}
    )
    return deleted


@transaction.atomic
def add_user(
    username: str,
    password: str,
    name: str,
    role: Role,
    *,
    store: Store | None = None,
    by: Actor,
    at: datetime,
) -> User:
    """Adds someone who signs in, with a role at one store or (None) everywhere."""
    by.must(Permission.MANAGE_SETTINGS)
    user = User.objects.create_user(username, password, name=name)
    RoleGrant.objects.create(user=user, role=role, store_id=store.pk if store else None)
    audit.record("offer.add_user", f"user:{user.pk}", by=by, at=at, detail={"role": role})
    return user


@transaction.atomic
def let_user_in(user_id: int, allowed: bool, *, by: Actor, at: datetime) -> None:
    """Whether someone may sign in; when not, what they have open ends with their next click."""
    by.must(Permission.MANAGE_SETTINGS)
    User.objects.filter(pk=user_id).update(is_active=allowed)
    audit.record("offer.let_user_in", f"user:{user_id}", by=by, at=at, detail={"allowed": allowed})


@transaction.atomic
def choose_shortcuts(on: bool, *, by: Actor, at: datetime) -> None:
    """Turns the single-key shortcuts of the one who asks on or off."""
    User.objects.filter(pk__in=[by.user_id]).update(shortcuts=on)
    audit.record("offer.choose_shortcuts", f"user:{by.user_id}", by=by, at=at, detail={"on": on})


@transaction.atomic
def change_price(item_id: int, price: int, *, by: Actor, at: datetime) -> None:
    """Sets the list price from now on, in minor units. What was sold keeps its amounts."""
    by.must(Permission.MANAGE_SETTINGS)
    item = Item.objects.select_for_update().get(pk=item_id)
    before, item.price = item.price, price
    item.save(update_fields=["price"])
    detail = {"from": before, "to": price}
    audit.record("offer.change_price", f"item:{item_id}", by=by, at=at, detail=detail)


@transaction.atomic
def retire_staff(staff_id: int, *, by: Actor, at: datetime) -> None:
    """Marks someone as gone. What they served keeps their name."""
    by.must(Permission.MANAGE_SETTINGS)
    Staff.objects.filter(pk=staff_id).update(active=False)
    audit.record("offer.retire_staff", f"staff:{staff_id}", by=by, at=at)


@transaction.atomic
def add_named_staff(names: Sequence[str], *, by: Actor, at: datetime) -> list[int]:
    """Adds the staff an import names and nobody knows yet; returns their ids in that order."""
    by.must(Permission.IMPORT_DATA)
    staff = Staff.objects.bulk_create(Staff(code=name, name=name) for name in names)
    detail = {"count": len(staff)}
    audit.record("offer.add_named_staff", "staff:named", by=by, at=at, detail=detail)
    return [one.pk for one in staff]


@transaction.atomic
def add_named_stores(
    names: Mapping[str, str], time_zone: str, *, by: Actor, at: datetime
) -> list[int]:
    """Adds the stores an import names and nobody knows yet, names by code; returns their ids."""
    by.must(Permission.IMPORT_DATA)
    stores = Store.objects.bulk_create(
        Store(code=code, name=name, time_zone=time_zone) for code, name in names.items()
    )
    detail = {"count": len(stores)}
    audit.record("offer.add_named_stores", "store:named", by=by, at=at, detail=detail)
    return [one.pk for one in stores]


@transaction.atomic
def change_items(
    changes: Mapping[int, Mapping[str, Any]],
    *,
    by: Actor,
    at: datetime,
    batch_id: int | None = None,
) -> dict[int, dict[str, Any]]:
    """Changes fields of many items, one audit event for all; returns what the fields were.

    Raises:
        IntegrityError: a code is taken, or a price is negative.
    """
    by.must(Permission.IMPORT_DATA)
    items = Item.objects.select_for_update().filter(pk__in=changes).order_by("pk")
    before: dict[int, dict[str, Any]] = {}
    for item in items:
        before[item.pk] = {name: getattr(item, name) for name in changes[item.pk]}
        for name, value in changes[item.pk].items():
            setattr(item, name, value)
        item.save(update_fields=list(changes[item.pk]))
    audit.record(
        "offer.change_items",
        f"batch:{batch_id}",
        by=by,
        at=at,
        detail={"count": len(before), "fields": sorted({n for c in changes.values() for n in c})},
    )
    return before


@transaction.atomic
def put_items_back(changes: Mapping[int, Mapping[str, Any]], *, by: Actor, at: datetime) -> int:
    """Undoes `change_items`; fields changed again since stay as they are. Returns how many stayed.

    Args:
        changes: by item id, `before` and `after`: the values of the changed fields.
    """
    by.must(Permission.IMPORT_DATA)
    stayed = 0
    for item in Item.objects.select_for_update().filter(pk__in=changes).order_by("pk"):
        before, after = changes[item.pk]["before"], changes[item.pk]["after"]
        ours = [name for name, value in after.items() if getattr(item, name) == value]
        stayed += len(after) - len(ours)
        for name in ours:
            setattr(item, name, before[name])
        item.save(update_fields=ours)
    if changes:
        detail = {"count": len(changes), "stayed": stayed}
        audit.record("offer.put_items_back", "item:many", by=by, at=at, detail=detail)
    return stayed
