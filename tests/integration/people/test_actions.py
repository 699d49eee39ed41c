"""Writes on customers: what they refuse, what they return, what they leave behind."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from regulars.kit.models import AuditEvent
from regulars.kit.permissions import Actor, Grant, Role
from regulars.people import actions, relating
from regulars.people.drafts import Birth, ConsentDraft, CustomerDraft
from regulars.people.models import Consent, ContactPoint, Customer, CustomerTag, Note, Relation
from regulars.people.queries import consents_of, notes_of
from tests.integration.people.conftest import Add


def word(
    at: datetime, *, granted: bool, purpose: str = "marketing", channel: str = "sms"
) -> ConsentDraft:
    return ConsentDraft(purpose, channel, granted, "2026-01", "ticked on paper", at)


def test_a_customer_is_kept_as_given(add: Add) -> None:
    pk = add(
        name=" 曾  黎 ",
        sex="female",
        birth=Birth(month=8, day=15, lunar=True),
        city="上海",
        joined_on=date(2026, 1, 2),
        tags=("怕冷", "VIP", "怕冷"),
        custom={"skin": "干"},
    )
    customer = Customer.objects.get(pk=pk)
    assert customer.name == "曾 黎"
    assert customer.number == f"R{pk:07d}"
    assert (customer.birth_year, customer.birth_month, customer.birth_day) == (None, 8, 15)
    assert customer.birth_calendar == "lunar"
    assert customer.custom == {"skin": "干"}
    assert set(customer.tagged.values_list("tag__name", flat=True)) == {"怕冷", "VIP"}


def test_the_same_contact_written_twice_is_kept_once(add: Add, at: datetime, system: Actor) -> None:
    pk = add(contacts=(("phone", "13800002384"), ("phone", "+86 138 0000 2384"), ("phone", "x")))
    actions.add_contact(pk, "phone", "138-0000-2384", by=system, at=at)
    assert ContactPoint.objects.filter(customer=pk).count() == 1


def test_a_family_may_share_a_phone(add: Add) -> None:
    add(contacts=(("phone", "13800002384"),))
    add(contacts=(("phone", "13800002384"),))
    assert ContactPoint.objects.count() == 2


def test_what_is_no_contact_is_refused(add: Add, at: datetime, system: Actor) -> None:
    with pytest.raises(ValidationError):
        actions.add_contact(add(), "phone", "call me", by=system, at=at)


def test_one_number_is_one_customer_and_a_refused_load_leaves_nothing(
    add: Add, at: datetime, system: Actor
) -> None:
    add(number="V1")
    events = AuditEvent.objects.count()
    drafts = [CustomerDraft(number="V2"), CustomerDraft(number="V1")]
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.add_customers(drafts, by=system, at=at)
    assert Customer.objects.count() == 1
    assert AuditEvent.objects.count() == events


def test_an_update_returns_what_was_before_and_can_be_undone(
    add: Add, at: datetime, system: Actor
) -> None:
    pk = add(name="曾黎", city="上海")
    before = actions.update_customer(pk, {"name": "曾丽", "city": "苏州"}, by=system, at=at)
    assert before == {"name": "曾黎", "city": "上海"}
    assert actions.update_customer(pk, before, by=system, at=at) == {"name": "曾丽", "city": "苏州"}
    assert Customer.objects.get(pk=pk).name == "曾黎"


@pytest.mark.parametrize(
    "changes",
    [
        {"data_key": b""},
        {"erased_at": None},
        {"sex": "x"},
        {"birth_month": 13, "birth_day": 1},
        {"birth_day": 3},
        {"birth_year": 1700},
        {"name": "x" * 81},
    ],
)
def test_a_bad_change_is_refused_whole(
    add: Add, at: datetime, system: Actor, changes: dict[str, object]
) -> None:
    pk = add(name="曾黎", city="上海")
    with pytest.raises(ValidationError):
        actions.update_customer(pk, {"city": "苏州", **changes}, by=system, at=at)
    assert Customer.objects.get(pk=pk).city == "上海"


def test_consent_only_grows(add: Add, at: datetime, system: Actor) -> None:
    pk = add()
    actions.set_consent(pk, word(at, granted=True), by=system, at=at)
    for change in (
        lambda: Consent.objects.update(granted=False),
        lambda: Consent.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert consents_of(pk) == {("marketing", "sms"): True}


def test_the_word_said_last_counts_for_its_purpose_and_channel(
    add: Add, at: datetime, system: Actor
) -> None:
    pk = add(consents=(word(at, granted=True), word(at, granted=True, channel="email")))
    actions.set_consent(pk, word(at + timedelta(days=1), granted=False), by=system, at=at)
    assert consents_of(pk) == {("marketing", "sms"): False, ("marketing", "email"): True}


def test_an_old_consent_that_comes_late_does_not_undo_a_withdrawal(
    add: Add, at: datetime, system: Actor
) -> None:
    pk = add(consents=(word(at, granted=False),))
    actions.set_consent(pk, word(at - timedelta(days=300), granted=True), by=system, at=at)
    assert consents_of(pk) == {("marketing", "sms"): False}


def test_notes_are_sealed_and_come_newest_first(add: Add, at: datetime, system: Actor) -> None:
    pk = add()
    actions.add_note(pk, "  喜欢靠窗 ", by=system, at=at)
    actions.add_note(pk, "带狗来", by=system, at=at)
    customer = Customer.objects.get(pk=pk)
    assert [note.text for note in notes_of(customer)] == ["带狗来", "喜欢靠窗"]
    assert "靠窗".encode() not in b"".join(bytes(note.sealed) for note in Note.objects.all())


def test_a_sensitive_note_needs_consent_that_stands(add: Add, at: datetime, system: Actor) -> None:
    pk = add()

    def write() -> None:
        actions.add_note(pk, "对染膏过敏", sensitive=True, by=system, at=at)

    with pytest.raises(ValidationError):
        write()
    agreed = word(at, granted=True, purpose="sensitive", channel="any")
    actions.set_consent(pk, agreed, by=system, at=at)
    write()
    withdrawn = word(at + timedelta(days=1), granted=False, purpose="sensitive", channel="any")
    actions.set_consent(pk, withdrawn, by=system, at=at)
    with pytest.raises(ValidationError):
        write()
    assert Note.objects.count() == 1


def test_an_empty_note_is_refused(add: Add, at: datetime, system: Actor) -> None:
    with pytest.raises(ValidationError):
        actions.add_note(add(), "  ", by=system, at=at)


def test_tags_come_and_go(add: Add, at: datetime, system: Actor) -> None:
    pk = add()
    actions.add_tag(pk, " VIP ", by=system, at=at)
    actions.add_tag(pk, "VIP", by=system, at=at)
    tagged = CustomerTag.objects.get(customer=pk)
    actions.remove_tag(pk, tagged.tag_id, by=system, at=at)
    assert not CustomerTag.objects.exists()
    with pytest.raises(ValidationError):
        actions.add_tag(pk, "x" * 31, by=system, at=at)


def test_relations_have_rules_the_database_keeps(add: Add) -> None:
    first, second, third = add(), add(), add()
    Relation.objects.create(customer_id=first, other_id=third, kind="referred")
    for one, other, kind in (
        (second, third, "referred"),  # already referred by the first
        (first, first, "friend"),
        (first, second, "enemy"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Relation.objects.create(customer_id=one, other_id=other, kind=kind)
    assert Relation.objects.count() == 1


def test_revealing_opens_and_leaves_a_trace(add: Add, at: datetime, desk: Actor) -> None:
    pk = add(contacts=(("phone", "13800002384"), ("email", "a@example.com")))
    opened = actions.reveal_contacts(pk, by=desk, at=at)
    assert opened == [("email", "a@example.com"), ("phone", "13800002384")]
    assert AuditEvent.objects.filter(
        action="people.reveal_contacts", subject=f"customer:{pk}", actor_name="desk"
    ).exists()


def test_those_without_the_role_can_write_nothing(add: Add, at: datetime) -> None:
    pk = add(name="曾黎", contacts=(("phone", "13800002384"),))
    stylist = Actor(user_id=None, name="stylist", grants=(Grant(Role.STYLIST, 1),))
    events = AuditEvent.objects.count()
    for call in (
        lambda: actions.add_customer(CustomerDraft(), by=stylist, at=at),
        lambda: actions.add_customers([CustomerDraft()], by=stylist, at=at),
        lambda: actions.update_customer(pk, {"city": "x"}, by=stylist, at=at),
        lambda: actions.add_contact(pk, "phone", "13911112384", by=stylist, at=at),
        lambda: actions.reveal_contacts(pk, by=stylist, at=at),
        lambda: actions.set_consent(pk, word(at, granted=True), by=stylist, at=at),
        lambda: actions.add_tag(pk, "x", by=stylist, at=at),
        lambda: actions.remove_tag(pk, 1, by=stylist, at=at),
        lambda: actions.add_note(pk, "x", by=stylist, at=at),
        lambda: relating.relate(pk, pk, "friend", by=stylist, at=at),
        lambda: actions.remove_batch(1, by=stylist, at=at),
    ):
        with pytest.raises(PermissionDenied):
            call()
    assert AuditEvent.objects.count() == events


def test_the_audit_trail_holds_no_personal_data(add: Add, at: datetime, system: Actor) -> None:
    pk = add(name="曾黎", contacts=(("phone", "13800002384"), ("email", "zeng@example.com")))
    actions.update_customer(pk, {"name": "曾丽", "city": "苏州"}, by=system, at=at)
    actions.add_contact(pk, "wechat", "wx_zengli", by=system, at=at)
    actions.add_note(pk, "喜欢靠窗", by=system, at=at)
    actions.reveal_contacts(pk, by=system, at=at)
    events = [
        json.dumps([event.subject, event.detail], ensure_ascii=False)
        for event in AuditEvent.objects.all()
    ]
    assert len(events) == 5
    for secret in ("曾", "苏州", "2384", "zeng", "靠窗"):
        assert not any(secret in event for event in events)
