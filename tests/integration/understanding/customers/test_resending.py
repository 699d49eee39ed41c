"""A form that is sent twice does its work once."""

from __future__ import annotations

import pytest
from django.test import Client

from regulars.people.models import Customer, Note
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def analysed(told: Analysed) -> Analysed:
    return told


def drawn_key(client: Client, address: str) -> str:
    return str(client.get(address).context["form"]["request_key"].value())


def new_customer(key: str, name: str = "林晓雨") -> dict[str, str]:
    return {"name": name, "phone": "13812349999", "birth_calendar": "solar", "request_key": key}


def test_a_customer_sent_twice_is_added_once_and_shown_both_times(owner: Client) -> None:
    sent = new_customer(drawn_key(owner, "/customers/add/"))
    first, second = (owner.post("/customers/add/", sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Customer.objects.filter(name="林晓雨").count() == 1


def test_another_form_for_the_same_phone_is_asked_about(owner: Client) -> None:
    owner.post("/customers/add/", new_customer(drawn_key(owner, "/customers/add/")))
    answer = owner.post("/customers/add/", new_customer(drawn_key(owner, "/customers/add/")))
    assert answer.status_code == 422
    assert [one.name for one in answer.context["same"]] == ["林晓雨"]


def test_a_form_sent_again_with_other_content_is_refused_in_words(owner: Client) -> None:
    key = drawn_key(owner, "/customers/add/")
    owner.post("/customers/add/", new_customer(key))
    answer = owner.post("/customers/add/", new_customer(key, name="林晓雪"))
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
    assert not Customer.objects.filter(name="林晓雪").exists()


def test_a_note_sent_twice_is_kept_once(owner: Client) -> None:
    customer = Customer.objects.first()
    assert customer
    address = f"/customers/{customer.pk}/notes/"
    sent = {"text": "喜欢靠窗", "request_key": drawn_key(owner, address)}
    for _ in range(2):
        owner.post(address, sent)
    assert Note.objects.filter(customer=customer).count() == 1


def test_without_a_key_the_second_note_is_a_second_note(owner: Client) -> None:
    customer = Customer.objects.first()
    assert customer
    for _ in range(2):
        owner.post(f"/customers/{customer.pk}/notes/", {"text": "喜欢靠窗"})
    assert Note.objects.filter(customer=customer).count() == 2
