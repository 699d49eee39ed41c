"""What happened with a customer, newest first: purchases, events, notes, words on consent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from regulars.intake.models import Event
from regulars.people.models import Consent, Customer, Note
from regulars.people.queries import open_key
from regulars.sales.queries import Stores, orders_of

PAGE = 20
KINDS = ("purchases", "events", "notes", "consents")


@dataclass(frozen=True)
class Entry:
    """One thing. `record` is the row behind it; `text` the opened note."""

    kind: str
    at: datetime
    record: Any
    text: str = ""


@dataclass(frozen=True)
class Place:
    """Where a page ended: the moment, the kind and the id of its last entry."""

    at: datetime
    kind: str
    pk: int

    @classmethod
    def parse(cls, text: str) -> Place | None:
        """Reads what `str` wrote; None for anything else."""
        at, _, rest = text.partition("~")
        kind, _, pk = rest.partition("~")
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return None
        known = kind in KINDS and pk.isascii() and pk.isdigit() and moment.tzinfo
        return cls(moment, kind, int(pk)) if known else None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.pk}"


@dataclass(frozen=True)
class TimelinePage:
    entries: list[Entry]
    after: Place | None


def page_of(
    customer: Customer,
    *,
    kinds: Sequence[str] = KINDS,
    after: Place | None = None,
    sales_at: Stores = None,
    size: int = PAGE,
) -> TimelinePage:
    """The entries that follow `after`, of these kinds.

    Args:
        sales_at: the stores whose purchases may be shown; None for all.
    """
    found: list[Entry] = []
    for kind in KINDS:
        if kind in kinds:
            column, rows = _source(kind, customer, sales_at)
            older = _older(kind, column, after)
            newest = rows.filter(older).order_by(f"-{column}", "-pk")[: size + 1]
            found.extend(Entry(kind, getattr(row, column), row) for row in newest)
    found.sort(key=lambda entry: (entry.at, -KINDS.index(entry.kind), entry.record.pk))
    found.reverse()
    shown, more = found[:size], len(found) > size
    last = shown[-1] if more else None
    return TimelinePage(
        _opened(customer, shown), Place(last.at, last.kind, last.record.pk) if last else None
    )


def _older(kind: str, column: str, after: Place | None) -> Q:
    """At one moment, purchases come before events, those before notes, those before consents."""
    if after is None:
        return Q()
    before = Q(**{f"{column}__lt": after.at})
    if kind == after.kind:
        return before | Q(**{column: after.at, "pk__lt": after.pk})
    later = KINDS.index(kind) > KINDS.index(after.kind)
    return before | Q(**{column: after.at}) if later else before


def _source(kind: str, customer: Customer, stores: Stores) -> tuple[str, QuerySet[Any]]:
    sources: dict[str, Callable[[], tuple[str, QuerySet[Any]]]] = {
        "purchases": lambda: ("ordered_at", orders_of(customer.pk, stores=stores)),
        "events": lambda: (
            "at",
            Event.objects.filter(customer=customer).select_related("store", "staff", "item"),
        ),
        "notes": lambda: ("at", Note.objects.filter(customer=customer)),
        "consents": lambda: ("at", Consent.objects.filter(customer=customer)),
    }
    return sources[kind]()


def _opened(customer: Customer, entries: list[Entry]) -> list[Entry]:
    if not any(entry.kind == "notes" for entry in entries):
        return entries
    key = open_key(customer)
    return [
        Entry(entry.kind, entry.at, entry.record, key.open("note", entry.record.sealed))
        if entry.kind == "notes"
        else entry
        for entry in entries
    ]
