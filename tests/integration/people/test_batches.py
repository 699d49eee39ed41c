"""A batch is taken back whole; what the consent ledger names stays as an empty row."""

from __future__ import annotations

from datetime import datetime

import pytest

from regulars.kit.models import Batch
from regulars.kit.permissions import Actor
from regulars.people import actions, relating
from regulars.people.drafts import Birth, ConsentDraft, CustomerDraft
from regulars.people.models import Consent, ContactPoint, Customer, ExternalId, Note, Relation
from regulars.people.queries import found_by, known
from tests.integration.people.conftest import Add

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(at: datetime) -> int:
    return Batch.objects.create(label="members.csv", at=at).pk


@pytest.fixture
def brought(batch: int, add: Add, at: datetime, system: Actor) -> list[int]:
    """Two customers of a batch, the first with consent on record; a third came otherwise."""
    first = CustomerDraft(
        name="曾黎",
        number="V1",
        sex="female",
        birth=Birth(8, 15, 1990),
        city="上海",
        contacts=(("phone", "13800002384"),),
        external=(("till", "K1"),),
        consents=(ConsentDraft("marketing", "sms", True, "2026-01", "paper", at),),
        tags=("VIP",),
        custom={"skin": "干"},
    )
    second = CustomerDraft(name="王小明", contacts=(("phone", "13911112384"),), tags=("VIP",))
    ids = actions.add_customers([first, second], by=system, at=at, batch_id=batch)
    other = add(name="李四", contacts=(("phone", "13722222384"),))
    relating.relate(ids[0], other, "friend", by=system, at=at)
    relating.relate(other, ids[1], "referred", by=system, at=at)
    actions.add_note(ids[0], "喜欢靠窗", by=system, at=at)
    return [*ids, other]


def test_customers_go_and_those_in_the_ledger_are_emptied(
    brought: list[int], batch: int, at: datetime, system: Actor
) -> None:
    assert actions.remove_batch(batch, by=system, at=at) == actions.Removed(1, 1)
    assert set(Customer.objects.values_list("pk", flat=True)) == {brought[0], brought[2]}
    empty = Customer.objects.get(pk=brought[0])
    shown = {
        field.attname: getattr(empty, field.attname)
        for field in Customer._meta.concrete_fields
        if getattr(empty, field.attname) not in ("", None, {})
    }
    assert shown == {
        "id": brought[0],
        "number": f"erased-{brought[0]}",
        "birth_calendar": "solar",
        "created_at": at,
        "erased_at": at,
    }
    assert Consent.objects.filter(customer=empty).count() == 1
    assert not Relation.objects.exists()
    assert not Note.objects.exists()
    assert not ExternalId.objects.exists()
    assert ContactPoint.objects.values_list("customer", flat=True).get() == brought[2]


def test_the_emptied_are_found_by_nothing(
    brought: list[int], batch: int, at: datetime, system: Actor
) -> None:
    actions.remove_batch(batch, by=system, at=at)
    for typed in ("曾", "V1", "13800002384", "K1"):
        assert not known().filter(found_by(typed)).exists()
    assert set(known().filter(found_by("2384")).values_list("pk", flat=True)) == {brought[2]}


def test_taking_back_twice_changes_nothing_more(
    brought: list[int], batch: int, at: datetime, system: Actor
) -> None:
    actions.remove_batch(batch, by=system, at=at)
    assert actions.remove_batch(batch, by=system, at=at) == actions.Removed(0, 0)


def test_the_same_customers_can_come_again(
    brought: list[int], batch: int, at: datetime, system: Actor
) -> None:
    actions.remove_batch(batch, by=system, at=at)
    again = CustomerDraft(name="曾黎", number="V1", external=(("till", "K1"),))
    actions.add_customer(again, by=system, at=at)
    assert known().filter(number="V1").count() == 1
