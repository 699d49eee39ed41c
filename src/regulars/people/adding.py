"""Adding customers, one or a million: sealed here, written by COPY, checked by the database."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from regulars.kit import audit
from regulars.kit.bulk import copy_rows, next_ids
from regulars.kit.keys import DataKey, keyring
from regulars.kit.permissions import Actor, Permission
from regulars.people import rules
from regulars.people.drafts import CustomerDraft
from regulars.people.models import Tag

CUSTOMER_COLUMNS = [
    "id", "number", "name", "sex", "birth_year", "birth_month", "birth_day", "birth_calendar",
    "province", "city", "city_tier", "occupation", "income_band", "found_us", "joined_on",
    "custom", "data_key", "search", "sort_name", "batch_id", "created_at",
]  # fmt: skip
CONTACT_COLUMNS = ["customer_id", "kind", "sealed", "blind", "tail_blind"]
CONSENT_COLUMNS = [
    "customer_id", "purpose", "channel", "granted", "notice_version", "evidence", "at", "by_name",
]  # fmt: skip


_Person = tuple[int, CustomerDraft, bytes | None]
"""Id, draft and wrapped key; no key for who has no contacts."""


@transaction.atomic
def add_customers(
    drafts: Sequence[CustomerDraft], *, by: Actor, at: datetime, batch_id: int | None = None
) -> list[int]:
    """Adds customers in the order given and returns their ids.

    Contacts that cannot be normalised are left out: callers that must tell check beforehand with
    `rules.normalise_contact`.

    Raises:
        IntegrityError: a number or an external id is already another customer's.
    """
    by.must(Permission.EDIT_CUSTOMERS)
    ids = next_ids("people_customer", len(drafts))
    keys = [keyring().new_wrapped_key() if draft.contacts else None for draft in drafts]
    people = list(zip(ids, drafts, keys, strict=True))
    copy_rows(
        "people_customer",
        CUSTOMER_COLUMNS,
        (_customer_row(*person, batch_id=batch_id, at=at) for person in people),
    )
    copy_rows("people_contactpoint", CONTACT_COLUMNS, _contact_rows(people))
    copy_rows(
        "people_externalid",
        ["customer_id", "source", "value"],
        ((pk, source, value) for pk, draft, _ in people for source, value in draft.external),
    )
    copy_rows("people_consent", CONSENT_COLUMNS, _consent_rows(people, by))
    _tag(people, by=by, at=at)
    audit.record(
        "people.add_customers",
        f"customer:{ids[0]}" if len(ids) == 1 else f"batch:{batch_id}",
        by=by,
        at=at,
        detail={"count": len(ids)},
    )
    return ids


def _consent_rows(people: Sequence[_Person], by: Actor) -> Iterator[tuple[Any, ...]]:
    """In the order of `CONSENT_COLUMNS`."""
    for pk, draft, _ in people:
        for word in draft.consents:
            said = (word.purpose, word.channel, word.granted, word.notice_version)
            yield (pk, *said, word.evidence, word.at, by.name)


def _customer_row(
    pk: int, draft: CustomerDraft, key: bytes | None, *, batch_id: int | None, at: datetime
) -> tuple[Any, ...]:
    name = rules.normalise_name(draft.name)
    number = draft.number or f"R{pk:07d}"
    birth = draft.birth
    return (
        pk, number, name, draft.sex,
        birth.year if birth else None,
        birth.month if birth else None,
        birth.day if birth else None,
        "lunar" if birth and birth.lunar else "solar",
        draft.province, draft.city, draft.city_tier, draft.occupation, draft.income_band,
        draft.found_us, draft.joined_on, json.dumps(draft.custom, ensure_ascii=False), key,
        search_text(name, number), rules.sort_name(name), batch_id, at,
    )  # fmt: skip


def search_text(name: str, number: str) -> str:
    """The lexemes of a customer, in PostgreSQL's text form of a tsvector.

    A number such as till-KERT01 is found by its last part, too.
    """
    number = number.lower()
    keys = {*rules.name_keys(name), number, number.rpartition("-")[2]} - {""}
    return " ".join(quoted_lexeme(key) for key in sorted(keys))


def quoted_lexeme(key: str) -> str:
    """A lexeme quoted for a tsvector or tsquery literal."""
    return "'" + key.replace("\\", "\\\\").replace("'", "''") + "'"


def contact_columns(key: DataKey, kind: str, value: str) -> tuple[bytes, bytes, bytes | None]:
    """A normalised contact as it is stored: sealed, blind index, blind index of the tail."""
    ring = keyring()
    tail = ring.blind("tail", value[-rules.TAIL_DIGITS :]) if kind == "phone" else None
    return key.seal(f"contact:{kind}", value), ring.blind(kind, value), tail


def _contact_rows(
    people: Sequence[_Person],
) -> Iterator[tuple[Any, ...]]:
    for pk, draft, wrapped in people:
        if wrapped is None:
            continue
        key = keyring().data_key(wrapped)
        seen = {
            (kind, value)
            for kind, text in draft.contacts
            if (value := rules.normalise_contact(kind, text))
        }
        for kind, value in sorted(seen):
            yield (pk, kind, *contact_columns(key, kind, value))


def _tag(people: Sequence[_Person], *, by: Actor, at: datetime) -> None:
    tagged = [
        (pk, name)
        for pk, draft, _ in people
        for name in sorted({rules.normalise_name(tag) for tag in draft.tags} - {""})
    ]
    if not tagged:
        return
    names = sorted({name for _, name in tagged})
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    tags = dict(Tag.objects.filter(name__in=names).values_list("name", "id"))
    copy_rows(
        "people_customertag",
        ["customer_id", "tag_id", "at", "by_name"],
        ((pk, tags[name], at, by.name) for pk, name in tagged),
    )


def analyse_tables() -> None:
    """Tells the planner about freshly loaded tables; worth it after thousands of rows."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_customer, people_contactpoint, people_externalid")
