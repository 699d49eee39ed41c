"""The pages of own fields: added once, changed, taken away with a word on what goes."""

from __future__ import annotations

import pytest
from django.test import Client

from regulars.kit.permissions import SYSTEM
from regulars.people.actions import update_customer
from regulars.people.models import CustomField
from regulars.people.own_fields import define_field
from tests.factories.analysed import Analysed
from tests.integration.understanding.conftest import NOW

LIST = "/settings/fields/"
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def analysed(told: Analysed) -> Analysed:
    return told


@pytest.fixture
def shade(analysed: Analysed) -> CustomField:
    """A list to choose from, filled in for one customer."""
    choices = ["冷", "暖"]
    field = define_field("shade", "色调", "choice", choices=choices, by=SYSTEM, at=NOW)
    pk = analysed.salon.customers[0]
    update_customer(pk, {"custom": {"shade": "冷"}}, by=SYSTEM, at=NOW)
    return field


def test_a_field_is_added_and_stands_on_the_record(owner: Client, analysed: Analysed) -> None:
    key = owner.get(f"{LIST}add/").context["form"]["request_key"].value()
    sent = {"label": "鞋码", "kind": "number", "choices": "", "request_key": key}
    for _click in range(2):
        assert owner.post(f"{LIST}add/", sent)["Location"] == LIST
    assert CustomField.objects.get().label == "鞋码"
    assert "鞋码" in owner.get(f"/customers/{analysed.salon.customers[0]}/edit/").content.decode()
    assert "鞋码" in owner.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"label": ""}, "label"),
        ({"label": "色调"}, "label"),
        ({"kind": "choice"}, "choices"),
        ({"kind": "colour"}, "kind"),
    ],
)
def test_what_a_field_cannot_be_is_said_in_its_place(
    owner: Client, shade: CustomField, wrong: dict[str, str], where: str
) -> None:
    answer = owner.post(f"{LIST}add/", {"label": "鞋码", "kind": "text"} | wrong)
    assert answer.status_code == 422
    assert where in answer.context["form"].errors
    assert CustomField.objects.count() == 1


def test_name_and_list_change_and_the_kind_stays(owner: Client, shade: CustomField) -> None:
    sent = {"label": "喜欢的色调", "choices": "暖\n中性\n", "kind": "text"}
    assert owner.post(f"{LIST}{shade.pk}/", sent)["Location"] == LIST
    shade.refresh_from_db()
    assert (shade.label, shade.kind, shade.choices) == ("喜欢的色调", "choice", ["暖", "中性"])


def test_taking_it_away_names_how_many_lose_something(owner: Client, shade: CustomField) -> None:
    assert "1 customer" in owner.get(f"{LIST}{shade.pk}/").content.decode()
    answer = owner.post(f"{LIST}{shade.pk}/remove/", follow=True)
    assert "色调" in answer.content.decode()
    assert not CustomField.objects.exists()
    assert owner.get(f"{LIST}{shade.pk}/").status_code == 404


@pytest.mark.parametrize("username", ["manager", "analyst", "desk", "stylist"])
def test_others_are_refused(analysed: Analysed, shade: CustomField, username: str) -> None:
    client = analysed.client(username)
    for address in (LIST, f"{LIST}add/", f"{LIST}{shade.pk}/"):
        assert client.get(address).status_code == 403
    assert client.post(f"{LIST}{shade.pk}/remove/").status_code == 403
    assert CustomField.objects.exists()
