"""Reads on customers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from regulars.kit.keys import DataKey, keyring
from regulars.people import rules
from regulars.people.adding import quoted_lexeme
from regulars.people.models import Consent, ContactPoint, Customer, ExternalId, Note


def known() -> QuerySet[Customer]:
    """All customers whose data have not been erased."""
    return Customer.objects.filter(erased_at=None)


def found_by(text: str) -> Q:
    """The condition that picks customers by what someone typed.

    Name characters, pinyin or initials, or the beginning of the customer number; four digits also
    pick a phone's tail, and a whole phone, e-mail or WeChat id its owner.
    """
    term = rules.query_term(text)
    if not term:
        return Q()
    return Q(_prefix(term)) | Q(pk__in=_owners_of(text, term))


def _owners_of(text: str, term: str) -> list[int]:
    # Ids rather than subqueries: with them the planner joins this to the search by bitmaps.
    ring = keyring()
    contacts = Q(pk__in=[])
    if re.fullmatch(r"\d{4}", term):
        contacts |= Q(tail_blind=ring.blind("tail", term))
    for kind in ContactPoint.KINDS:
        value = rules.normalise_contact(kind, text)
        if value:
            contacts |= Q(kind=kind, blind=ring.blind(kind, value))
    owners = ContactPoint.objects.filter(contacts).values_list("customer", flat=True)
    known = ExternalId.objects.filter(value=text.strip()).values_list("customer", flat=True)
    return sorted({*owners, *known})


def _prefix(term: str) -> RawSQL:
    # A cast, because to_tsquery would send the term through a parser that splits Chinese names.
    return RawSQL(
        "people_customer.search @@ %s::tsquery",
        [quoted_lexeme(term) + ":*"],
        output_field=BooleanField(),
    )


def open_key(customer: Customer) -> DataKey:
    """The key of a customer who has one."""
    assert customer.data_key is not None  # noqa: S101  whoever has sealed values has a key
    return keyring().data_key(bytes(customer.data_key))


@dataclass(frozen=True)
class MaskedContact:
    kind: str
    shown: str


def masked_contacts(customers: Sequence[Customer]) -> dict[int, list[MaskedContact]]:
    """The contacts of each customer, masked, by customer id."""
    keys = {customer.pk: open_key(customer) for customer in customers if customer.data_key}
    shown: dict[int, list[MaskedContact]] = {customer.pk: [] for customer in customers}
    for contact in ContactPoint.objects.filter(customer_id__in=keys).order_by("kind", "id"):
        value = keys[contact.customer_id].open(f"contact:{contact.kind}", contact.sealed)
        shown[contact.customer_id].append(
            MaskedContact(contact.kind, rules.mask_contact(contact.kind, value))
        )
    return shown


def phones(customers: Sequence[Customer]) -> dict[int, str]:
    """The first phone of each customer who has one, in full; the caller audits the reveal."""
    keys = {customer.pk: open_key(customer) for customer in customers if customer.data_key}
    found: dict[int, str] = {}
    contacts = ContactPoint.objects.filter(customer_id__in=keys, kind="phone").order_by("-id")
    for contact in contacts:
        found[contact.customer_id] = keys[contact.customer_id].open("contact:phone", contact.sealed)
    return found


def consents_of(customer_id: int) -> dict[tuple[str, str], bool]:
    """The word that counts now, by purpose and channel: the latest said, however late it came."""
    rows = Consent.objects.filter(customer_id=customer_id).order_by("at", "id")
    return {(row.purpose, row.channel): row.granted for row in rows}


@dataclass(frozen=True)
class OpenNote:
    text: str
    sensitive: bool
    at: datetime
    by_name: str


def notes_of(customer: Customer) -> list[OpenNote]:
    """A customer's notes, newest first, opened."""
    notes = Note.objects.filter(customer=customer).order_by("-id")
    if not notes:
        return []
    key = open_key(customer)
    return [
        OpenNote(key.open("note", note.sealed), note.sensitive, note.at, note.by_name)
        for note in notes
    ]


def customer_ids(source: str, values: Sequence[str]) -> dict[str, int]:
    """Customers by what `source` calls them."""
    rows = ExternalId.objects.filter(source=source, value__in=values)
    return dict(rows.values_list("value", "customer_id"))
