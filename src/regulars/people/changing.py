"""Changing many customers at once, and putting them back exactly as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Cast

from regulars.kit import audit
from regulars.kit.permissions import Actor, Permission
from regulars.people import rules
from regulars.people.actions import EDITABLE, data_key
from regulars.people.adding import contact_columns, search_text
from regulars.people.models import ContactPoint, Customer, CustomerTag, ExternalId, Tag

CHANGEABLE = EDITABLE | {"number", "joined_on"}


@dataclass(frozen=True)
class CustomerChange:
    """What is new about a customer: fields that get another value, and things that are added."""

    customer_id: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    contacts: tuple[tuple[str, str], ...] = ()
    external: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Undo:
    """How a customer was: the values of the fields changed, and the ids of the rows added."""

    customer_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    contacts: tuple[int, ...] = ()
    external: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()


@transaction.atomic
def change_customers(
    changes: Sequence[CustomerChange], *, by: Actor, at: datetime, batch_id: int | None = None
) -> list[Undo]:
    """Applies the changes, one audit event for all; returns what `put_back` needs, in that order.

    Raises:
        IntegrityError: a number or external id is another customer's, or a value is impossible.
    """
    by.must(Permission.EDIT_CUSTOMERS)
    ids = [change.customer_id for change in changes]
    locked = Customer.objects.select_for_update().filter(pk__in=ids, erased_at=None).order_by("pk")
    customers = {customer.pk: customer for customer in locked}
    undos = [_change(customers[c.customer_id], c, by=by, at=at) for c in changes]
    _index({undo.customer_id for undo in undos if {"name", "number"} & undo.after.keys()})
    audit.record(
        "people.change_customers",
        f"batch:{batch_id}",
        by=by,
        at=at,
        detail={"count": len(changes), "fields": sorted({n for u in undos for n in u.after})},
    )
    return undos


def _change(customer: Customer, change: CustomerChange, *, by: Actor, at: datetime) -> Undo:
    strange = change.fields.keys() - CHANGEABLE
    if strange:
        raise ValueError(f"these fields cannot be changed: {', '.join(sorted(strange))}")
    before = {name: getattr(customer, name) for name in change.fields}
    for name, value in change.fields.items():
        setattr(customer, name, value)
    if change.fields:
        customer.save(update_fields=list(change.fields))
    return Undo(
        customer_id=customer.pk,
        before=before,
        after=dict(change.fields),
        contacts=_add_contacts(customer, change.contacts),
        external=tuple(
            ExternalId.objects.create(customer=customer, source=source, value=value).pk
            for source, value in change.external
        ),
        tags=_add_tags(customer, change.tags, by=by, at=at),
    )


def _add_contacts(customer: Customer, contacts: Sequence[tuple[str, str]]) -> tuple[int, ...]:
    added = []
    for kind, text in contacts:
        value = rules.normalise_contact(kind, text)
        sealed, blind, tail = contact_columns(data_key(customer), kind, value)
        contact, new = ContactPoint.objects.get_or_create(
            customer=customer,
            kind=kind,
            blind=blind,
            defaults={"sealed": sealed, "tail_blind": tail},
        )
        if new:
            added.append(contact.pk)
    return tuple(added)


def _add_tags(
    customer: Customer, names: Sequence[str], *, by: Actor, at: datetime
) -> tuple[int, ...]:
    added = []
    for name in names:
        tag, _new = Tag.objects.get_or_create(name=name)
        tagged, new = CustomerTag.objects.get_or_create(
            customer=customer, tag=tag, defaults={"at": at, "by_name": by.name}
        )
        if new:
            added.append(tagged.pk)
    return tuple(added)


def _index(ids: set[int]) -> None:
    for customer in Customer.objects.filter(pk__in=ids):
        lexemes = Value(search_text(customer.name, customer.number))
        Customer.objects.filter(pk=customer.pk).update(
            search=Cast(lexemes, SearchVectorField()), sort_name=rules.sort_name(customer.name)
        )


@transaction.atomic
def put_back(undos: Sequence[Undo], *, by: Actor, at: datetime) -> int:
    """Undoes changes; fields that have been changed again since stay. Returns how many stayed."""
    by.must(Permission.EDIT_CUSTOMERS)
    ids = [undo.customer_id for undo in undos]
    locked = Customer.objects.select_for_update().filter(pk__in=ids, erased_at=None).order_by("pk")
    customers = {customer.pk: customer for customer in locked}
    stayed = 0
    for undo in undos:
        customer = customers.get(undo.customer_id)
        if customer is None:  # erased since: nothing of the person may come back
            continue
        ours = [n for n, value in undo.after.items() if same(getattr(customer, n), value)]
        stayed += len(undo.after) - len(ours)
        for name in ours:
            setattr(customer, name, undo.before[name])
        if ours:
            customer.save(update_fields=ours)
    _remove_added(undos)
    _index({undo.customer_id for undo in undos if {"name", "number"} & undo.after.keys()})
    audit.record("people.put_back", "customer:many", by=by, at=at, detail={"count": len(undos)})
    return stayed


def same(value: Any, other: Any) -> bool:
    """Whether two values of a field are equal; one may have been through JSON."""
    if isinstance(value, date):
        value = value.isoformat()
    if isinstance(other, date):
        other = other.isoformat()
    return bool(value == other)


def _remove_added(undos: Sequence[Undo]) -> None:
    for table, added in (
        (ContactPoint, [pk for undo in undos for pk in undo.contacts]),
        (ExternalId, [pk for undo in undos for pk in undo.external]),
        (CustomerTag, [pk for undo in undos for pk in undo.tags]),
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table._meta.db_table} WHERE id = ANY(%s)", [added])
