"""Writes on customers: each in one transaction, each leaving one audit event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from regulars.kit import audit
from regulars.kit.keys import DataKey, keyring
from regulars.kit.permissions import Actor, Permission
from regulars.people import rules
from regulars.people.adding import add_customers, contact_columns, search_text
from regulars.people.drafts import ConsentDraft, CustomerDraft
from regulars.people.models import (
    Consent,
    ContactPoint,
    Customer,
    CustomerTag,
    ExternalId,
    Note,
    Relation,
    Tag,
)
from regulars.people.queries import consents_of, open_key

EDITABLE = {
    "name", "sex", "birth_year", "birth_month", "birth_day", "birth_calendar", "province", "city",
    "city_tier", "occupation", "income_band", "found_us", "custom",
}  # fmt: skip


def add_customer(draft: CustomerDraft, *, by: Actor, at: datetime) -> int:
    """Adds one customer and returns the id."""
    by.must(Permission.EDIT_CUSTOMERS)
    return add_customers([draft], by=by, at=at)[0]


@transaction.atomic
def update_customer(
    customer_id: int, changes: dict[str, Any], *, by: Actor, at: datetime
) -> dict[str, Any]:
    """Changes profile fields and returns what they were, so that the change can be undone.

    Raises:
        ValidationError: a field is unknown or its value is not one the record takes.
    """
    by.must(Permission.EDIT_CUSTOMERS)
    unknown = changes.keys() - EDITABLE
    if unknown:
        raise ValidationError(
            _("Unknown fields: %(names)s") % {"names": ", ".join(sorted(unknown))}
        )
    if "name" in changes:
        changes = {**changes, "name": rules.normalise_name(changes["name"])}
    customer = Customer.objects.select_for_update().get(pk=customer_id, erased_at=None)
    before = {name: getattr(customer, name) for name in changes}
    for name, value in changes.items():
        setattr(customer, name, value)
    customer.full_clean(exclude=["search", "data_key"])
    customer.save(update_fields=list(changes))
    if "name" in changes:
        _index_name(customer)
    audit.record(
        "people.update_customer",
        f"customer:{customer_id}",
        by=by,
        at=at,
        detail={"fields": sorted(changes)},
    )
    return before


def _index_name(customer: Customer) -> None:
    lexemes = Value(search_text(customer.name, customer.number))
    Customer.objects.filter(pk=customer.pk).update(
        search=Cast(lexemes, SearchVectorField()), sort_name=rules.sort_name(customer.name)
    )


@transaction.atomic
def add_contact(customer_id: int, kind: str, text: str, *, by: Actor, at: datetime) -> None:
    """Adds a phone, e-mail or WeChat id; the same one twice is kept once."""
    by.must(Permission.EDIT_CUSTOMERS)
    customer = Customer.objects.select_for_update().get(pk=customer_id, erased_at=None)
    value = rules.normalise_contact(kind, text)
    if not value:
        raise ValidationError(_("This is not a phone number, e-mail address or WeChat id."))
    sealed, blind, tail = contact_columns(data_key(customer), kind, value)
    ContactPoint.objects.get_or_create(
        customer=customer,
        kind=kind,
        blind=blind,
        defaults={"sealed": sealed, "tail_blind": tail},
    )
    audit.record(
        "people.add_contact", f"customer:{customer_id}", by=by, at=at, detail={"kind": kind}
    )


@transaction.atomic
def reveal_contacts(customer_id: int, *, by: Actor, at: datetime) -> list[tuple[str, str]]:
    """Opens a customer's contacts, pairs of kind and value; each reveal is in the audit trail."""
    by.must(Permission.REVEAL_CONTACTS)
    customer = Customer.objects.get(pk=customer_id, erased_at=None)
    key = data_key(customer)
    opened = [
        (contact.kind, key.open(f"contact:{contact.kind}", contact.sealed))
        for contact in customer.contacts.order_by("kind", "id")
    ]
    audit.record("people.reveal_contacts", f"customer:{customer_id}", by=by, at=at)
    return opened


@transaction.atomic
def set_consent(customer_id: int, word: ConsentDraft, *, by: Actor, at: datetime) -> None:
    """Appends one word of the customer to the consent ledger."""
    by.must(Permission.EDIT_CUSTOMERS)
    Consent.objects.create(
        customer_id=customer_id,
        purpose=word.purpose,
        channel=word.channel,
        granted=word.granted,
        notice_version=word.notice_version,
        evidence=word.evidence,
        at=word.at,
        by_name=by.name,
    )
    audit.record(
        "people.set_consent",
        f"customer:{customer_id}",
        by=by,
        at=at,
        detail={"purpose": word.purpose, "channel": word.channel, "granted": word.granted},
    )


@transaction.atomic
def add_tag(customer_id: int, name: str, *, by: Actor, at: datetime) -> None:
    """Puts a tag on a customer; a new word becomes a new tag."""
    by.must(Permission.EDIT_CUSTOMERS)
    name = rules.normalise_name(name)
    if not 1 <= len(name) <= 30:
        raise ValidationError(_("A tag has 1 to 30 characters."))
    tag, _new = Tag.objects.get_or_create(name=name)
    CustomerTag.objects.get_or_create(
        customer_id=customer_id, tag=tag, defaults={"at": at, "by_name": by.name}
    )
    audit.record("people.add_tag", f"customer:{customer_id}", by=by, at=at, detail={"tag": tag.pk})


@transaction.atomic
def remove_tag(customer_id: int, tag_id: int, *, by: Actor, at: datetime) -> None:
    """Takes a tag off a customer."""
    by.must(Permission.EDIT_CUSTOMERS)
    CustomerTag.objects.filter(customer_id=customer_id, tag_id=tag_id).delete()
    audit.record(
        "people.remove_tag", f"customer:{customer_id}", by=by, at=at, detail={"tag": tag_id}
    )


@transaction.atomic
def add_note(
    customer_id: int, text: str, *, sensitive: bool = False, by: Actor, at: datetime
) -> int:
    """Writes a note, sealed under the customer's key.

    Raises:
        ValidationError: the note is empty, or sensitive without the customer's consent to it.
    """
    by.must(Permission.EDIT_CUSTOMERS)
    if not text.strip():
        raise ValidationError(_("The note is empty."))
    if sensitive and not consents_of(customer_id).get(("sensitive", "any"), False):
        raise ValidationError(
            _("Notes on skin, allergies or health need the customer's consent first.")
        )
    customer = Customer.objects.select_for_update().get(pk=customer_id, erased_at=None)
    note = Note.objects.create(
        customer=customer,
        sensitive=sensitive,
        sealed=data_key(customer).seal("note", text.strip()),
        at=at,
        by_id=by.user_id,
        by_name=by.name,
    )
    audit.record("people.add_note", f"customer:{customer_id}", by=by, at=at)
    return note.pk


def data_key(customer: Customer) -> DataKey:
    """The key of a customer, made on first need. The caller has locked the row."""
    if customer.data_key is None:
        customer.data_key = keyring().new_wrapped_key()
        customer.save(update_fields=["data_key"])
    return open_key(customer)


@dataclass(frozen=True)
class Removed:
    """What taking back a batch did: rows deleted, and rows emptied because a ledger names them."""

    deleted: int
    emptied: int


@transaction.atomic
def remove_batch(batch_id: int, *, by: Actor, at: datetime) -> Removed:
    """Takes back the customers a batch brought.

    A customer with consent on record keeps an empty row (the ledger stays, nothing personal does);
    the others disappear. The caller makes sure that no sale names them.
    """
    by.must(Permission.IMPORT_DATA)
    theirs = {"customer__batch_id": batch_id}
    for table in (ContactPoint, CustomerTag, Note, ExternalId, Relation):
        table.objects.filter(**theirs).delete()
    Relation.objects.filter(other__batch_id=batch_id).delete()
    brought = Customer.objects.filter(batch_id=batch_id, erased_at=None)
    emptied = _empty(brought.filter(Exists(Consent.objects.filter(customer=OuterRef("pk")))), at=at)
    _total, deleted = brought.delete()
    removed = Removed(deleted.get(Customer._meta.label, 0), emptied)
    audit.record(
        "people.remove_batch",
        f"batch:{batch_id}",
        by=by,
        at=at,
        detail={"deleted": removed.deleted, "emptied": removed.emptied},
    )
    return removed


def _empty(customers: QuerySet[Customer], *, at: datetime) -> int:
    kept = {"id", "number", "created_at", "erased_at"}
    blank = Customer()
    emptied = {
        field.attname: getattr(blank, field.attname)
        for field in Customer._meta.concrete_fields
        if field.attname not in kept
    }
    number = Concat(Value("erased-"), Cast("pk", CharField()))
    return customers.update(**emptied, number=number, erased_at=at)
