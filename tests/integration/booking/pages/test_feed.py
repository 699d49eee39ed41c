"""What the calendar draws: blocks where hands are, gaps where they wait, grey where nobody is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from regulars.booking import actions, progress
from regulars.booking.rostering import add_leave
from regulars.kit.permissions import SYSTEM, Role
from regulars.offer.actions import add_store
from tests.conftest import NOON
from tests.factories.booking import clock
from tests.factories.day import NOW, Day
from tests.integration.booking.pages.conftest import signed_in

DAY = "day=2026-10-21"


def fed(client: Client, query: str = DAY) -> Any:
    answer = client.get(f"/calendar/feed/?{query}")
    assert answer.status_code == 200
    return answer.json()


def of(data: Any, appointment: int, kind: str = "hands") -> list[Any]:
    return [
        event
        for event in data["events"]
        if event["extendedProps"].get("appointment") == appointment
        and event["extendedProps"]["kind"] == kind
    ]


def test_a_visit_is_drawn_where_hands_are_at_work_and_its_gap_as_waiting(
    day: Day, desk: Client
) -> None:
    data, pk = fed(desk), day.appointments["吴佳怡"]
    spans = [(event["start"][11:], event["end"][11:]) for event in of(data, pk)]
    assert spans == [("16:00", "16:30"), ("17:00", "17:30")]
    (waiting,) = of(data, pk, "waiting")
    assert (waiting["start"][11:], waiting["end"][11:]) == ("16:30", "17:00")
    assert (waiting["display"], waiting["startEditable"]) == ("background", False)
    (after,) = of(data, day.appointments["曾黎"], "around")
    assert (after["start"][11:], after["end"][11:]) == ("17:30", "17:40")
    assert data["now"] == "2026-10-21T14:24"
    assert data["hours"] == [10, 20]


def test_what_has_come_too_far_cannot_be_dragged(day: Day, desk: Client) -> None:
    data = fed(desk)
    movable = {name: of(data, pk)[0]["startEditable"] for name, pk in day.appointments.items()}
    assert movable == {
        "李静": False, "赵敏": False, "吴佳怡": True, "于洋": True, "何冰": False, "曾黎": True,
    }  # fmt: skip


def test_columns_tell_how_full_a_day_is_and_grey_where_nobody_works(day: Day, desk: Client) -> None:
    add_leave(day.salon.zhou, "sick", clock(10), clock(20), by=SYSTEM, at=NOON)
    add_leave(day.salon.su, "other", clock(18), clock(20), by=SYSTEM, at=NOON)
    data = fed(desk)
    loads = {column["id"]: column["load"] for column in data["columns"]}
    # 林: 30 + 60 + 60 of 600 minutes; 苏: 30 + 30 + 10 of 480, the no-show left out.
    assert loads == {f"s{day.salon.lin}": 25, f"s{day.salon.su}": 15, f"s{day.salon.zhou}": None}
    grey = [
        (event["start"][11:], event["end"][11:])
        for event in data["events"]
        if event["extendedProps"]["kind"] == "off" and event["resourceIds"] == [f"s{day.salon.su}"]
    ]
    assert grey == [("00:00", "10:00"), ("18:00", "00:00")]


def test_places_show_who_sits_where_while_it_works(day: Day, desk: Client) -> None:
    data, pk = fed(desk, f"{DAY}&view=places"), day.appointments["吴佳怡"]
    assert [column["title"] for column in data["columns"]] == ["1 号椅", "2 号椅", "洗头位"]
    spans = [(event["start"][11:], event["end"][11:]) for event in of(data, pk)]
    assert spans == [("16:00", "17:00"), ("17:15", "17:30"), ("17:00", "17:15")]


def test_a_week_shows_one_person_and_nobody_else(day: Day, desk: Client) -> None:
    actions.move(day.appointments["曾黎"], starts_at=clock(17) + timedelta(1), by=SYSTEM, at=NOON)
    data = fed(desk, f"{DAY}&view=week&staff={day.salon.su}")
    whose = {event["extendedProps"].get("who") for event in data["events"]} - {None}
    assert whose == {"于洋", "何冰", "曾黎"}
    assert {event["start"][:10] for event in of(data, day.appointments["曾黎"])} == {"2026-10-22"}


def test_nothing_is_sent_until_something_changes(day: Day, desk: Client) -> None:
    stamp = fed(desk)["stamp"]
    seen = f"/calendar/feed/?{DAY}&seen={stamp}"
    same = desk.get(seen)
    assert (same.status_code, same.headers["X-Now"]) == (204, "2026-10-21T14:24")
    progress.confirm(day.appointments["曾黎"], by=SYSTEM, at=NOW)
    assert desk.get(seen).status_code == 200
    seen = f"/calendar/feed/?{DAY}&seen={fed(desk)['stamp']}"
    add_leave(day.salon.zhou, "sick", clock(10), clock(20), by=SYSTEM, at=NOON)
    assert desk.get(seen).status_code == 200


def test_the_number_of_queries_does_not_grow_with_appointments(
    day: Day, desk: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(26) as few:
        fed(desk)
    for n in range(4):
        draft = day.salon.visit(18 + n / 2, staff=None, guest_name=f"客{n}")
        actions.book(draft, by=SYSTEM, at=NOON)
    with django_assert_max_num_queries(len(few)):
        fed(desk)


def test_what_is_called_off_is_not_drawn_but_stays_in_the_list(day: Day, desk: Client) -> None:
    progress.cancel(day.appointments["曾黎"], by=SYSTEM, at=NOW)
    assert of(fed(desk), day.appointments["曾黎"]) == []
    listed = desk.get(f"/calendar/?{DAY}&view=list").content.decode()
    assert "曾黎" in listed


def test_another_stores_calendar_is_not_shown(day: Day) -> None:
    other = add_store("b", "西单店", "Asia/Shanghai", by=SYSTEM, at=NOON)
    desk = signed_in(Role.DESK, other.pk)
    data = fed(desk, f"{DAY}&store={day.salon.store.pk}")
    assert not any(event["extendedProps"].get("who") for event in data["events"])
    pk = day.appointments["吴佳怡"]
    assert desk.get(f"/calendar/{pk}/").status_code == 403
    assert desk.post(f"/calendar/{pk}/do/arrive/").status_code == 403
    assert signed_in(Role.ANALYST).get("/calendar/feed/").status_code == 403


@pytest.mark.parametrize("query", ["day=never", "view=none", "day=0001-01-01", "staff=x&view=week"])
def test_an_address_written_by_hand_is_made_good(day: Day, desk: Client, query: str) -> None:
    assert desk.get(f"/calendar/?{query}").status_code == 200
    fed(desk, query)
