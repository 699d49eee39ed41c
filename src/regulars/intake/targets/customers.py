"""Customers on their way in: recognised by code, number or contact, added or updated."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from regulars.intake.models import Change
from regulars.intake.staged import refuse_rows, repeated
from regulars.intake.targets.records import (
    COLUMNS,
    CONTACTS,
    arrange,
    read_customer,
    staged_records,
)
from regulars.intake.targets.target import Outcome, Target
from regulars.intake.work import Work
from regulars.kit.keys import keyring
from regulars.kit.permissions import Actor
from regulars.people.actions import data_key
from regulars.people.adding import add_customers
from regulars.people.changing import CustomerChange, Undo, change_customers, same
from regulars.people.drafts import Birth, CustomerDraft
from regulars.people.models import ContactPoint, Customer, CustomerTag, ExternalId

CHUNK_ROWS = 5_000
UNDO_PLACE = "import:undo"

_PLAIN = (
    "name", "sex", "province", "city", "city_tier", "occupation", "income_band", "found_us",
    "number",
)  # fmt: skip


@dataclass
class Decision:
    """What to do with the customers of a chunk; `refused` names rows by reason."""

    new: list[CustomerDraft] = field(default_factory=list)
    changes: list[CustomerChange] = field(default_factory=list)
    same: int = 0
    refused: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def outcome(self, repetitions: int) -> Outcome:
        changed = len(self.changes)
        return Outcome(len(self.new) + changed, self.same + repetitions, changed)


@dataclass(frozen=True)
class Known:
    """The customers a chunk may mean, and by what each is recognised."""

    customers: Mapping[int, Customer]
    by_code: Mapping[str, int]
    by_number: Mapping[str, int]
    by_contact: Mapping[bytes, frozenset[int]]
    tags: Mapping[int, frozenset[str]]

    def find(self, record: Mapping[str, Any]) -> tuple[Customer | None, str]:
        """The customer a record means, or why that cannot be said ("" when it is a new one)."""
        pk = self.by_code.get(record.get("code", ""))
        owner = self.by_number.get(record.get("number", ""))
        if pk is None:
            pk = owner
        elif owner not in (None, pk):
            return None, "number_taken"
        if pk is not None:
            return self.customers[pk], ""
        return self._find_by_contact(record)

    def _find_by_contact(self, record: Mapping[str, Any]) -> tuple[Customer | None, str]:
        found = {pk for blind in _blinds(record).values() for pk in self.by_contact.get(blind, ())}
        named = "code" in record or "number" in record
        name = record.get("name", "")
        if named:  # a new number or code: only the same name makes it the same person
            found = {pk for pk in found if name and self.customers[pk].name == name}
            return (self.customers[found.pop()], "") if len(found) == 1 else (None, "")
        if len(found) > 1:
            return None, "several_customers"
        if not found:
            return None, ""
        customer = self.customers[found.pop()]
        if name and customer.name and customer.name != name:
            return None, "another_name"
        return customer, ""


def _blinds(record: Mapping[str, Any]) -> dict[str, bytes]:
    ring = keyring()
    return {kind: ring.blind(kind, record[kind]) for kind in CONTACTS if record.get(kind)}


def _known(work: Work, records: Iterable[Mapping[str, Any]]) -> Known:
    codes = {record["code"] for record in records if "code" in record}
    numbers = {record["number"] for record in records if "number" in record}
    blinds = {blind for record in records for blind in _blinds(record).values()}
    external = ExternalId.objects.filter(source=work.source, value__in=codes)
    by_code = dict(external.values_list("value", "customer_id"))
    of_number = Customer.objects.filter(number__in=numbers)
    by_number = dict(of_number.values_list("number", "pk"))
    by_contact: dict[bytes, set[int]] = defaultdict(set)
    ids = {*by_code.values(), *by_number.values()}
    owners = ContactPoint.objects.filter(blind__in=blinds).values_list("customer_id", flat=True)
    ids |= set(owners)
    for blind, pk in ContactPoint.objects.filter(customer_id__in=ids).values_list(
        "blind", "customer_id"
    ):
        by_contact[bytes(blind)].add(pk)
    tags: dict[int, set[str]] = defaultdict(set)
    tagged = CustomerTag.objects.filter(customer_id__in=ids)
    for pk, name in tagged.values_list("customer_id", "tag__name"):
        tags[pk].add(name)
    return Known(
        customers=Customer.objects.in_bulk(ids),
        by_code=by_code,
        by_number=by_number,
        by_contact={blind: frozenset(pks) for blind, pks in by_contact.items()},
        tags={pk: frozenset(names) for pk, names in tags.items()},
    )


def decide(work: Work, chunk: int) -> Decision:
    """Holds the staged customers against those there."""
    rows = staged_records(work, chunk)
    known = _known(work, [record for _number, record in rows])
    decision = Decision()
    claimed: set[str] = set()
    for number, record in rows:
        customer, trouble = known.find(record)
        if "number" in record and not trouble:
            trouble = "number_taken" if record["number"] in claimed else ""
            claimed.add(record["number"])
        if trouble:
            decision.refused[trouble].append(number)
        elif customer is None:
            decision.new.append(_draft(record, work.source))
        elif change := _change(customer, record, known, work.source):
            decision.changes.append(change)
        else:
            decision.same += 1
    return decision


def _draft(record: Mapping[str, Any], source: str) -> CustomerDraft:
    birth, joined = record.get("birth"), record.get("joined_on")
    return CustomerDraft(
        **{name: record[name] for name in _PLAIN if name in record},
        birth=Birth(year=birth[0], month=birth[1], day=birth[2], lunar=birth[3]) if birth else None,
        joined_on=date.fromisoformat(joined) if joined else None,
        contacts=tuple((kind, record[kind]) for kind in CONTACTS if kind in record),
        external=((source, record["code"]),) if "code" in record else (),
        tags=tuple(record.get("tags", ())),
    )


def _change(
    customer: Customer, record: Mapping[str, Any], known: Known, source: str
) -> CustomerChange | None:
    said = {name: record[name] for name in _PLAIN if name in record}
    if "joined_on" in record:
        said["joined_on"] = record["joined_on"]
    if birth := record.get("birth"):
        names = ("birth_year", "birth_month", "birth_day", "birth_calendar")
        said |= dict(zip(names, [*birth[:3], "lunar" if birth[3] else "solar"], strict=True))
    change = CustomerChange(
        customer_id=customer.pk,
        fields={n: v for n, v in said.items() if not same(getattr(customer, n), v)},
        contacts=tuple(
            (kind, record[kind])
            for kind, blind in _blinds(record).items()
            if customer.pk not in known.by_contact.get(blind, ())
        ),
        external=()
        if "code" not in record or known.by_code.get(record["code"]) == customer.pk
        else ((source, record["code"]),),
        tags=tuple(set(record.get("tags", ())) - known.tags.get(customer.pk, frozenset())),
    )
    is_news = change.fields or change.contacts or change.external or change.tags
    return change if is_news else None


def compare(work: Work, chunk: int) -> Outcome:
    """Which customers of a chunk are new, changed, or there as they are."""
    return _noted(work, chunk, decide(work, chunk))


def move(work: Work, chunk: int, by: Actor, at: datetime) -> Outcome:
    """Adds and updates the customers of a chunk; what was before is sealed in `Change`."""
    decision, batch_id = decide(work, chunk), work.job.batch_id
    if decision.new:
        add_customers(decision.new, by=by, at=at, batch_id=batch_id)
    if decision.changes:
        undos = change_customers(decision.changes, by=by, at=at, batch_id=batch_id)
        Change.objects.bulk_create(_sealed(work, undo) for undo in undos)
    return _noted(work, chunk, decision)


def _noted(work: Work, chunk: int, decision: Decision) -> Outcome:
    for code, numbers in decision.refused.items():
        refuse_rows(work, numbers, code)
    return decision.outcome(repeated(work, chunk))


def _sealed(work: Work, undo: Undo) -> Change:
    customer = Customer.objects.select_for_update().get(pk=undo.customer_id)
    text = json.dumps(asdict(undo), ensure_ascii=False, default=str)
    return Change(
        by_import=work.job, customer=customer, sealed=data_key(customer).seal(UNDO_PLACE, text)
    )


TARGET = Target(COLUMNS, read_customer, arrange(CHUNK_ROWS), compare, move)
