"""One appointment: what is told of it, and the verbs that are legal as things stand."""

from __future__ import annotations

import pytest
from django.test import Client

from regulars.booking import progress, states
from regulars.booking.models import Appointment
from regulars.booking.pages.appointment import VERBS
from regulars.kit.permissions import SYSTEM
from tests.factories.day import NOW, Day


def test_who_what_when_how_much_and_what_happened(day: Day, desk: Client) -> None:
    page = desk.get(f"/calendar/{day.appointments['赵敏']}/").content.decode()
    for words in ("赵敏", "138****2381", "¥680.00", "涂抹", "停留", "等待", "林晓雨", "点钟"):
        assert words in page
    for words in ("开始服务", "客户到店", "1 号椅"):
        assert words in page


@pytest.mark.parametrize(
    ("name", "verb", "state"),
    [
        ("曾黎", "confirm", "confirmed"),
        ("曾黎", "arrive", "arrived"),
        ("于洋", "start", "in_service"),
        ("于洋", "expect", "booked"),
        ("赵敏", "finish", "done"),
        ("赵敏", "not-yet", "arrived"),
        ("李静", "go-on", "in_service"),
        ("何冰", "restore", "booked"),
    ],
)
def test_each_verb_leads_on(day: Day, desk: Client, name: str, verb: str, state: str) -> None:
    pk = day.appointments[name]
    assert f"/calendar/{pk}/do/{verb}/" in desk.get(f"/calendar/{pk}/").content.decode()
    assert desk.post(f"/calendar/{pk}/do/{verb}/").status_code == 302
    assert Appointment.objects.get(pk=pk).state == state


def test_what_is_offered_is_what_the_table_of_states_allows(day: Day) -> None:
    for verb in VERBS.values():
        assert all(states.may_move(state, verb.leads) for state in verb.comes_from)


def test_a_verb_that_is_not_legal_now_is_refused_in_words(day: Day, desk: Client) -> None:
    pk = day.appointments["李静"]
    answer = desk.post(f"/calendar/{pk}/do/arrive/")
    assert answer.status_code == 422
    assert Appointment.objects.get(pk=pk).state == "done"
    assert desk.post(f"/calendar/{pk}/do/explode/").status_code == 404


def test_a_no_show_is_not_offered_before_its_time(day: Day, desk: Client) -> None:
    pk = day.appointments["曾黎"]
    assert "/do/miss/" not in desk.get(f"/calendar/{pk}/").content.decode()
    assert desk.post(f"/calendar/{pk}/do/miss/").status_code == 422


def test_called_off_with_a_reason_and_taken_back(day: Day, desk: Client) -> None:
    pk = day.appointments["曾黎"]
    desk.post(f"/calendar/{pk}/cancel/", {"reason": "customer", "version": 1})
    assert Appointment.objects.get(pk=pk).state == "cancelled"
    assert "客户来不了" in desk.get(f"/calendar/{pk}/").content.decode()
    desk.post(f"/calendar/{pk}/do/restore/")
    assert Appointment.objects.get(pk=pk).state == "booked"


def test_a_colleague_was_quicker(day: Day, desk: Client) -> None:
    pk = day.appointments["曾黎"]
    progress.confirm(pk, by=SYSTEM, at=NOW)
    answer = desk.post(f"/calendar/{pk}/do/arrive/", {"version": 1})
    assert (answer.status_code, Appointment.objects.get(pk=pk).state) == (422, "confirmed")
    assert "刚才有人改过" in answer.content.decode()
