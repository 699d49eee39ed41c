"""The pages of follow-ups: taken, written down, given over and closed in the browser's way."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from regulars.kit.models import User
from regulars.people.models import Customer
from regulars.site.today.todo import todos
from regulars.understanding.customers.filters import visible_to
from regulars.understanding.models import CustomerResult
from regulars.understanding.warnings import queries
from regulars.understanding.warnings.models import FollowUp, FollowUpEntry
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(analysed: Analysed) -> Client:
    return analysed.client("desk")


@pytest.fixture
def customer(analysed: Analysed) -> int:
    return CustomerResult.objects.filter(run=analysed.run, stage="at_risk")[0].customer_id


def send(client: Client, customer: int, verb: str, form: str, **given: object) -> Any:
    """Sends a form as the sheet draws it, with its key."""
    drawn = client.get(f"/customers/{customer}/follow-up/").context[form]
    sent = {name: drawn[name].value() or "" for name in drawn.fields} | given
    return client.post(f"/customers/{customer}/follow-up/{verb}/", sent)


def standing(customer: int) -> FollowUp:
    found = queries.latest_of(customer)
    assert found is not None
    return found


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_follow_up_goes_from_taken_to_closed_and_back(
    analysed: Analysed, customer: int, language: str
) -> None:
    desk = analysed.client("desk", language)
    assert send(desk, customer, "take", "take_form").status_code == 302
    found = standing(customer)
    assert (found.owner_name, found.run) == ("desk", analysed.run)
    send(desk, customer, "record", "record_form", way="phone", note="约了下周", due_on="2026-10-28")
    assert standing(customer).state == "contacted"
    owner = User.objects.get(username="owner")
    send(desk, customer, "assign", "assign_form", owner=owner.pk)
    send(desk, customer, "close", "close_form", state="won")
    assert standing(customer).state == "won"
    desk.post(f"/customers/{customer}/follow-up/{found.pk}/reopen/")
    found = standing(customer)
    assert (found.state, found.owner_name) == ("contacted", "owner")
    page = desk.get(f"/customers/{customer}/follow-up/")
    assert "约了下周" in page.content.decode()
    for whose in ("mine", "all", "closed"):
        assert desk.get(f"/customers/follow-ups/?whose={whose}").status_code == 200


def test_the_page_of_a_customer_says_who_looks_after_them(desk: Client, customer: int) -> None:
    address = f"/customers/{customer}/"
    assert desk.get(address).context["follow_up"] is None
    send(desk, customer, "take", "take_form")
    assert (
        "desk正在跟进这位客户"
        in desk.get(address, headers={"accept-language": "zh-hans"}).content.decode()
    )
    send(desk, customer, "close", "close_form", state="lost")
    assert desk.get(address).context["follow_up"] is None


def test_a_form_sent_twice_is_written_down_once(desk: Client, customer: int) -> None:
    send(desk, customer, "take", "take_form")
    form = desk.get(f"/customers/{customer}/follow-up/").context["record_form"]
    sent = {"request_key": form["request_key"].value(), "way": "phone", "note": "没接"}
    for _ in range(2):
        desk.post(f"/customers/{customer}/follow-up/record/", sent)
    assert FollowUpEntry.objects.filter(kind="contacted").count() == 1


def test_what_is_refused_is_said_in_its_place(
    analysed: Analysed, desk: Client, customer: int
) -> None:
    send(desk, customer, "take", "take_form")
    again = send(analysed.client("owner"), customer, "take", "take_form")
    assert again.status_code == 422
    assert "desk" in again.content.decode()
    nothing = send(desk, customer, "record", "record_form")
    assert nothing.status_code == 422
    assert nothing.context["record_form"].non_field_errors()
    endless = send(desk, customer, "close", "close_form")
    assert set(endless.context["close_form"].errors) == {"state"}
    stylist = User.objects.get(username="stylist").pk
    stranger = send(desk, customer, "assign", "assign_form", owner=stylist)
    assert set(stranger.context["assign_form"].errors) == {"owner"}
    sheet = desk.post(
        f"/customers/{customer}/follow-up/record/",
        {"due_on": "soon"},
        headers={"HX-Request": "true", "HX-Target": "div#sheet"},
    )
    assert sheet.status_code == 422
    assert b"<html" not in sheet.content


def test_nobody_acts_on_customers_they_may_not_see(analysed: Analysed, customer: int) -> None:
    far = Customer.objects.exclude(visible_to({analysed.salon.stores[1].pk}))[0].pk
    manager = analysed.client("manager")
    assert manager.get(f"/customers/{far}/follow-up/").status_code == 404
    assert manager.post(f"/customers/{far}/follow-up/take/").status_code == 404
    assert analysed.client("stylist").post(f"/customers/{far}/follow-up/take/").status_code == 403
    assert analysed.client("analyst").get("/customers/follow-ups/").status_code == 403
    send(analysed.client("owner"), far, "take", "take_form")
    shown = manager.get("/customers/follow-ups/?whose=all").context["page"]
    assert list(shown) == []


def test_without_sales_no_amounts_are_shown(analysed: Analysed) -> None:
    theirs = Customer.objects.filter(visible_to({analysed.salon.stores[1].pk})).exclude(order=None)
    pk = theirs[0].pk
    CustomerResult.objects.filter(run=analysed.run, customer=pk).update(expected_loss=123_400)
    owner, stylist = analysed.client("owner"), analysed.client("stylist")
    send(owner, pk, "take", "take_form")
    for address in (f"/customers/{pk}/follow-up/", "/customers/follow-ups/?whose=all"):
        assert "1,234" in owner.get(address).content.decode()
        assert "1,234" not in stylist.get(address).content.decode()


def test_today_names_what_is_due_to_its_owner_alone(
    analysed: Analysed, desk: Client, customer: int
) -> None:
    send(desk, customer, "take", "take_form", due_on=analysed.now.date().isoformat())

    def due(username: str) -> list[str]:
        actor = User.objects.get(username=username).actor()
        found = todos(actor, analysed.now.date(), stores=None)
        return [one.url for one in found if "follow-ups" in one.url]

    assert due("desk") == ["/customers/follow-ups/"]
    assert due("owner") == []
    send(desk, customer, "close", "close_form", state="lost")
    assert due("desk") == []


def test_an_unknown_or_unclosed_follow_up_is_not_opened_again(desk: Client, customer: int) -> None:
    assert desk.post(f"/customers/{customer}/follow-up/record/").status_code == 404
    send(desk, customer, "take", "take_form")
    pk = standing(customer).pk
    assert desk.post(f"/customers/{customer}/follow-up/{pk}/reopen/").status_code == 404
