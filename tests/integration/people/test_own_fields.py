"""Fields a business adds to its record: named once, changed without loss, gone with values."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from regulars.kit.models import AuditEvent
from regulars.kit.permissions import SYSTEM, Actor, Grant, Role
from regulars.people import actions, own_fields
from regulars.people.drafts import CustomerDraft
from regulars.people.models import Customer, CustomField

pytestmark = pytest.mark.django_db


def define(label: str, kind: str = "text", at: datetime | None = None, **given: object) -> int:
    field = own_fields.define_field(
        "", label, kind, by=SYSTEM, at=at or datetime.fromisoformat("2026-10-20T04:00Z"), **given
    )  # type: ignore[arg-type]
    return field.pk


def customer(at: datetime, **custom: object) -> int:
    pk = actions.add_customer(CustomerDraft(name="曾黎"), by=SYSTEM, at=at)
    actions.update_customer(pk, {"custom": custom}, by=SYSTEM, at=at)
    return pk


def test_its_key_is_made_of_the_label_and_is_its_own() -> None:
    define("发质")
    define("Fa zhi")
    define("…")
    keys = CustomField.objects.order_by("pk").values_list("key", flat=True)
    assert list(keys) == ["fa_zhi", "fa_zhi_2", "field"]


def test_a_label_is_taken_once() -> None:
    define("发质")
    with pytest.raises(ValidationError):
        define(" 发质 ")


@pytest.mark.parametrize("choices", [[], ["", " "], [str(n) for n in range(61)], ["长" * 61]])
def test_a_list_must_offer_something_and_not_too_much(choices: list[str]) -> None:
    with pytest.raises(ValidationError):
        define("色调", "choice", choices=choices)


def test_choices_are_kept_once_each_and_only_where_they_are_chosen_from() -> None:
    define("色调", "choice", choices=["冷", " 暖", "冷"])
    define("发质", choices=["细"])
    assert CustomField.objects.get(label="色调").choices == ["冷", "暖"]
    assert CustomField.objects.get(label="发质").choices == []


def test_there_is_an_end_to_fields() -> None:
    CustomField.objects.bulk_create(
        CustomField(key=f"k{n}", label=f"l{n}", kind="text") for n in range(own_fields.MOST_FIELDS)
    )
    with pytest.raises(ValidationError):
        define("one more")


def test_a_renamed_field_keeps_its_key_and_what_stands_in_it(at: datetime) -> None:
    pk = define("色调", "choice", choices=["冷", "暖"])
    theirs = customer(at, se_diao="冷")
    own_fields.change_field(pk, "喜欢的色调", choices=["暖", "中性"], by=SYSTEM, at=at)
    field = CustomField.objects.get(pk=pk)
    assert (field.key, field.label, field.choices) == ("se_diao", "喜欢的色调", ["暖", "中性"])
    assert Customer.objects.get(pk=theirs).custom == {"se_diao": "冷"}
    assert AuditEvent.objects.filter(action="people.change_field", subject=f"field:{pk}").exists()


def test_a_removed_field_takes_its_values_and_leaves_the_others(at: datetime) -> None:
    pk = define("发质")
    theirs = customer(at, fa_zhi="细软", other="茶")
    untouched = customer(at, other="水")
    assert own_fields.filled(CustomField.objects.get(pk=pk)) == 1
    assert own_fields.remove_field(pk, by=SYSTEM, at=at) == 1
    assert Customer.objects.get(pk=theirs).custom == {"other": "茶"}
    assert Customer.objects.get(pk=untouched).custom == {"other": "水"}
    assert not CustomField.objects.exists()
    event = AuditEvent.objects.get(action="people.remove_field")
    assert event.detail == {"key": "fa_zhi", "emptied": 1}


@pytest.mark.parametrize("grant", [Grant(Role.MANAGER, 1), Grant(Role.DESK), Grant(Role.MARKETER)])
def test_only_who_answers_for_all_stores_shapes_the_record(at: datetime, grant: Grant) -> None:
    pk = define("发质")
    actor = Actor(None, "someone", (grant,))
    with pytest.raises(PermissionDenied):
        own_fields.define_field("", "色调", "text", by=actor, at=at)
    with pytest.raises(PermissionDenied):
        own_fields.change_field(pk, "色调", by=actor, at=at)
    with pytest.raises(PermissionDenied):
        own_fields.remove_field(pk, by=actor, at=at)


def test_a_manager_of_all_stores_shapes_it_too(at: datetime) -> None:
    actor = Actor(None, "manager", (Grant(Role.MANAGER),))
    assert own_fields.define_field("", "色调", "text", by=actor, at=at).key == "se_diao"
