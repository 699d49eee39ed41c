"""The customer's own appointments: nobody else's, changed within the policy, put into calendars."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from regulars.booking import links
from regulars.booking.actions import book, move
from regulars.booking.models import Appointment
from regulars.kit.permissions import SYSTEM
from regulars.offer.arranging import PolicyDraft, set_policy
from tests.factories.booking import Salon, clock
from tests.factories.portal import come_in, key_in, known_customer


@pytest.fixture
def mine(salon: Salon, client: Client, noon: datetime) -> Appointment:
    """A cut of the signed-in customer with 林 on Wednesday at ten."""
    customer = known_customer(at=noon)
    booked = book(salon.visit(10, customer_id=customer, channel="portal"), by=SYSTEM, at=noon)
    come_in(client)
    return Appointment.objects.get(pk=booked)


def page(name: str, key: object) -> str:
    return reverse(f"portal:{name}", args=[key])


def post(client: Client, name: str, key: object, **more: str):  # type: ignore[no-untyped-def]
    shown = client.get(page("visit-move" if name == "visit-move" else "visit", key)).content
    return client.post(page(name, key), {"request_key": key_in(shown), **more})


def state(appointment: Appointment) -> str:
    appointment.refresh_from_db()
    return appointment.state


def test_the_list_and_the_page_show_what_is_booked(client: Client, mine: Appointment) -> None:
    listed = client.get(reverse("portal:mine")).content.decode()
    assert "10月21日 周三 10:00" in listed
    shown = client.get(page("visit", mine.pk)).content.decode()
    for words in (
        "10:00–10:30",
        "国贸店",
        "剪发 · 林晓雨",
        "¥128",
        "加到日历",
        "改时间",
        "取消预约",
    ):
        assert words in shown


@pytest.mark.parametrize("name", ["visit", "visit-move", "visit-ics"])
def test_nobody_sees_the_appointments_of_others(
    client: Client, mine: Appointment, salon: Salon, noon: datetime, name: str
) -> None:
    other = book(salon.visit(12, customer_id=salon.customers[0]), by=SYSTEM, at=noon)
    nobodys = book(salon.visit(14), by=SYSTEM, at=noon)
    for strange in (other, nobodys, 10**9):
        assert client.get(page(name, strange)).status_code == 404


@pytest.mark.parametrize("name", ["visit-confirm", "visit-cancel", "visit-move"])
def test_nobody_changes_the_appointments_of_others(
    client: Client, mine: Appointment, salon: Salon, noon: datetime, name: str
) -> None:
    other = book(salon.visit(12, customer_id=salon.customers[0]), by=SYSTEM, at=noon)
    assert client.post(page(name, other), {"request_key": "k", "t": "x"}).status_code == 404
    assert Appointment.objects.get(pk=other).state == "booked"
    assert Client().post(page(name, mine.pk), {"request_key": "k"}).status_code == 302
    assert state(mine) == "booked"


def test_who_is_no_customer_yet_has_no_appointments(
    client: Client, salon: Salon, noon: datetime
) -> None:
    book(salon.visit(12), by=SYSTEM, at=noon)  # a walk-in without a record
    come_in(client, "13900001111")
    assert "现在没有预约" in client.get(reverse("portal:mine")).content.decode()


def test_calling_off_takes_one_tap_and_is_done_once(client: Client, mine: Appointment) -> None:
    answer = post(client, "visit-cancel", mine.pk)
    assert answer["Location"] == page("visit", mine.pk)
    assert state(mine) == "cancelled"
    assert "已取消" in client.get(answer["Location"]).content.decode()


def test_a_second_tap_gets_the_answer_of_the_first(client: Client, mine: Appointment) -> None:
    form = {"request_key": key_in(client.get(page("visit", mine.pk)).content)}
    assert [client.post(page("visit-cancel", mine.pk), form).status_code for _ in "12"] == [302] * 2
    assert mine.changes.filter(what="cancelled").count() == 1


def test_too_late_nothing_is_offered_and_nothing_done(
    client: Client, mine: Appointment, noon: datetime
) -> None:
    set_policy(PolicyDraft(change_minutes=24 * 60, no_show_fee=5000), by=SYSTEM, at=noon)
    shown = client.get(page("visit", mine.pk)).content.decode()
    assert "¥50" in shown
    assert "取消预约" not in shown
    for name, more in (("visit-cancel", {}), ("visit-move", {"t": "2026-10-21T04:00Z"})):
        answer = client.post(page(name, mine.pk), {"request_key": name, **more})
        assert answer.status_code == 422
        assert "打电话" in answer.content.decode() or "来不及" in answer.content.decode()
    assert state(mine) == "booked"
    assert mine.starts_at == clock(10)


def test_another_time_is_chosen_from_what_is_free(
    client: Client, mine: Appointment, salon: Salon, noon: datetime
) -> None:
    book(salon.visit(14), by=SYSTEM, at=noon)
    offered = client.get(page("visit-move", mine.pk)).content.decode()
    assert clock(14).strftime("%Y-%m-%dT%H:%MZ") not in offered  # 林 is taken then
    new = clock(15).strftime("%Y-%m-%dT%H:%MZ")
    assert new in offered
    answer = post(client, "visit-move", mine.pk, t=new)
    assert answer["Location"].endswith("?moved=1")
    mine.refresh_from_db()
    assert mine.starts_at == clock(15)


def test_a_time_that_was_taken_meanwhile_is_refused_in_words(
    client: Client, mine: Appointment, salon: Salon, noon: datetime
) -> None:
    form = {"request_key": "k", "t": clock(15).strftime("%Y-%m-%dT%H:%MZ")}
    book(salon.visit(15), by=SYSTEM, at=noon)
    answer = client.post(page("visit-move", mine.pk), form)
    assert answer.status_code == 422
    assert "这个时间已经有人了" in answer.content.decode()
    mine.refresh_from_db()
    assert mine.starts_at == clock(10)


def test_the_file_for_the_calendar_holds_time_and_place(client: Client, mine: Appointment) -> None:
    answer = client.get(page("visit-ics", mine.pk))
    assert answer["Content-Type"].startswith("text/calendar")
    event = Calendar.from_ical(answer.content).walk("VEVENT")[0]
    assert (event["dtstart"].dt, event["dtend"].dt) == (clock(10), clock(10.5))
    assert event["location"] == "国贸店"


class TestLinks:
    def test_let_who_has_them_confirm_without_signing_in(self, mine: Appointment) -> None:
        client, token = Client(), links.token(mine)
        assert "确认会来" in client.get(page("visit", token)).content.decode()
        assert state(mine) == "booked"  # a mail program that looks ahead confirms nothing
        post(client, "visit-confirm", token)
        assert state(mine) == "confirmed"
        client.post(page("visit-confirm", token), {"request_key": "another"})
        assert state(mine) == "confirmed"

    def test_of_a_time_that_was_left_lead_nowhere(self, mine: Appointment, noon: datetime) -> None:
        token = links.token(mine)
        move(mine.pk, starts_at=clock(12), by=SYSTEM, at=noon)
        answer = Client().get(page("visit", token))
        assert answer.status_code == 404
        assert "打不开" in answer.content.decode()

    def test_end_with_the_visit(self, mine: Appointment) -> None:
        token = links.token(mine)
        with time_machine.travel(mine.ends_at - timedelta(minutes=1)):
            assert Client().get(page("visit", token)).status_code == 200
        with time_machine.travel(mine.ends_at):
            assert Client().get(page("visit", token)).status_code == 404

    @pytest.mark.parametrize("forged", ["1-29000000:x", "nonsense", "１", "1:2:3"])
    def test_that_are_not_ours_lead_nowhere(self, mine: Appointment, forged: str) -> None:
        assert Client().get(page("visit", forged)).status_code in (302, 404)
        other = links.token(mine).replace(f"{mine.pk}-", f"{mine.pk + 1}-", 1)
        assert Client().get(page("visit", other)).status_code == 404

    def test_go_on_with_a_new_one_after_a_move(self, mine: Appointment) -> None:
        client, token = Client(), links.token(mine)
        new = clock(15).strftime("%Y-%m-%dT%H:%MZ")
        answer = post(client, "visit-move", token, t=new)
        assert client.get(answer["Location"]).status_code == 200
        mine.refresh_from_db()
        assert mine.starts_at == clock(15)

    def test_show_no_other_appointment(self, mine: Appointment, salon: Salon) -> None:
        client = Client()
        client.get(page("visit", links.token(mine)))
        assert client.get(reverse("portal:mine")).status_code == 302
