"""What the business added to the record, and who is around a customer, changed on their page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from regulars.kit.permissions import SYSTEM
from regulars.people.actions import update_customer
from regulars.people.models import Customer, Relation
from regulars.people.own_fields import define_field
from regulars.understanding.customers.edit_forms import EditForm
from regulars.understanding.customers.filters import visible_to
from regulars.understanding.customers.profile import custom_values
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def analysed(told: Analysed) -> Analysed:
    return told


@pytest.fixture
def customer(analysed: Analysed) -> Customer:
    """With a value in a field of each kind, a list, and a choice that is none any more."""
    for key, kind in (
        *(("hair", "text"), ("children", "number"), ("met", "date"), ("vegan", "yes_no")),
        *(("shade", "choice"), ("likes", "choice")),
    ):
        define_field(key, key, kind, choices=["冷", "暖"], by=SYSTEM, at=analysed.now)
    pk = analysed.salon.customers[0]
    custom = {"hair": "细软", "children": 2.0, "met": "2026-05-01", "vegan": False}
    custom |= {"shade": "中性", "likes": ["茶", "杂志"], "gone": "kept"}
    update_customer(pk, {"custom": custom}, by=SYSTEM, at=analysed.now)
    return Customer.objects.get(pk=pk)


def sent(customer: Customer, **changed: object) -> dict[str, Any]:
    """The edit form as a browser would send it."""
    form = EditForm(customer)
    return {
        name: str(form[name].value() if form[name].value() is not None else "")
        for name in form.fields
    } | changed


def edit(client: Client, customer: Customer, **changed: object) -> Any:
    return client.post(f"/customers/{customer.pk}/edit/", sent(customer, **changed))


def test_a_form_sent_as_it_came_changes_nothing(customer: Customer) -> None:
    form = EditForm(customer, sent(customer))
    assert form.is_valid(), form.errors
    assert form.changes() == {}


def test_own_fields_are_changed_emptied_and_put_back(owner: Client, customer: Customer) -> None:
    before = customer.custom
    answer = edit(
        owner, customer, own_hair="粗硬", own_children="", own_vegan="yes", own_met="2026-06-02"
    )
    assert answer.status_code == 302
    customer.refresh_from_db()
    kept = {"shade": "中性", "likes": ["茶", "杂志"], "gone": "kept"}
    assert customer.custom == {"hair": "粗硬", "vegan": True, "met": "2026-06-02"} | kept
    shown = {one.label: one.value for one in custom_values(customer)}
    assert shown["vegan"] in ("是", "Yes")
    undo = owner.session["customers.undo"][-1]["token"]
    owner.post(f"/customers/{customer.pk}/undo/{undo}/")
    customer.refresh_from_db()
    assert customer.custom == before


@pytest.mark.parametrize(
    "wrong", [{"own_children": "two"}, {"own_met": "May"}, {"own_shade": "绿"}, {"own_vegan": "x"}]
)
def test_what_a_field_does_not_take_is_said_beside_it(
    owner: Client, customer: Customer, wrong: dict[str, str]
) -> None:
    answer = edit(owner, customer, **wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(wrong)


def relate(client: Client, customer: int, **given: object) -> Any:
    form = client.get(f"/customers/{customer}/relations/").context["form"]
    key = form["request_key"].value()
    return client.post(f"/customers/{customer}/relations/", {"request_key": key} | given)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_relation_is_added_by_a_search_and_taken_back(analysed: Analysed, language: str) -> None:
    client = analysed.client("owner", language)
    first, second = Customer.objects.order_by("pk")[:2]
    answer = relate(client, first.pk, kind="brought_by", who=second.number)
    assert answer.status_code == 302
    relation = Relation.objects.get()
    assert (relation.customer, relation.other, relation.kind) == (second, first, "referred")
    assert second.name in client.get(f"/customers/{first.pk}/").content.decode()
    client.post(f"/customers/{first.pk}/relations/{relation.pk}/take-back/")
    assert not Relation.objects.exists()


def test_several_who_fit_are_offered_and_nobody_is_said(owner: Client, analysed: Analysed) -> None:
    first, second = Customer.objects.order_by("pk")[:2]
    answer = relate(owner, first.pk, kind="family", who="客0")
    assert answer.status_code == 422
    assert len(answer.context["several"]) > 1
    answer = relate(owner, first.pk, kind="family", who="客0", chosen=second.pk)
    assert answer.status_code == 302
    assert Relation.objects.get().other == second
    for who in ("没有这个人", first.number, "\x00"):
        assert relate(owner, first.pk, kind="friend", who=who).status_code == 422
    again = relate(owner, first.pk, kind="brought_by", who=second.number)
    assert again.status_code == 302
    wrong_way = relate(owner, first.pk, kind="referred", who=second.number)
    assert set(wrong_way.context["form"].errors) == {"who"}


def test_only_customers_one_may_see_are_found_and_only_theirs_taken_back(
    analysed: Analysed, owner: Client
) -> None:
    seen = visible_to({analysed.salon.stores[1].pk})
    ours, theirs = Customer.objects.filter(seen)[0], Customer.objects.exclude(seen)[0]
    manager = analysed.client("manager")
    assert relate(manager, ours.pk, kind="friend", who=theirs.number).status_code == 422
    relate(owner, theirs.pk, kind="friend", who=Customer.objects.exclude(seen)[1].number)
    address = f"/customers/{ours.pk}/relations/{Relation.objects.get().pk}/take-back/"
    assert manager.post(address).status_code == 404
    assert analysed.client("stylist").get(f"/customers/{ours.pk}/relations/").status_code == 403
