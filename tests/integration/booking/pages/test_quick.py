"""Quick booking: whom the search finds, what is offered, and what is booked."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

from django.test import Client

from regulars.booking.forms import signed
from regulars.booking.models import Appointment, BookedService
from regulars.booking.pages.frame import wall
from tests.factories.day import Day


def filled(day: Day, **other: Any) -> dict[str, Any]:
    return {
        "guest_name": "cl", "person": signed(day.customers["曾黎"]), "items": [day.salon.cut],
        "staff": "", "day": "2026-10-21", "request_key": "one",
    } | other  # fmt: skip


def offered(client: Client, values: dict[str, Any]) -> list[str]:
    page = client.post("/calendar/book/slots/", values).content.decode()
    return re.findall(r'name="start" value="2026-10-21T([^"]+)"', page)


def test_found_by_initials_and_by_the_end_of_the_phone(day: Day, desk: Client) -> None:
    for text in ("zl", "2382", "曾"):
        page = desk.post("/calendar/people/", {"guest_name": text}).content.decode()
        assert "曾黎" in page
        assert "138****2382" in page
    assert "不建档案" in desk.post("/calendar/people/", {"guest_name": "路人"}).content.decode()


def test_the_times_that_are_offered_can_be_booked(day: Day, desk: Client) -> None:
    slots = offered(desk, filled(day))
    assert len(slots) == 6
    answer = desk.post("/calendar/book/", filled(day, start=f"2026-10-21T{slots[0]}"))
    assert answer.status_code == 302
    booked = Appointment.objects.latest("pk")
    served = BookedService.objects.get(appointment=booked)
    zone = ZoneInfo(day.salon.store.time_zone)
    assert (wall(booked.starts_at, zone)[11:], booked.customer_id) == (
        slots[0][:5],
        day.customers["曾黎"],
    )
    assert (served.staff_id, served.asked) == (int(slots[0].partition("/")[2]), False)


def test_what_is_offered_says_why(day: Day, desk: Client) -> None:
    page = desk.post("/calendar/book/slots/", filled(day, items=[day.salon.cut])).content.decode()
    assert "紧挨着，不留空档" in page or "正好填满空档" in page or "趁别人等待" in page


def test_a_second_click_books_no_second_time(day: Day, desk: Client) -> None:
    values = filled(day, start="2026-10-21T18:00/")
    count = Appointment.objects.count()
    assert desk.post("/calendar/book/", values).status_code == 302
    assert desk.post("/calendar/book/", values).status_code == 302
    assert Appointment.objects.count() == count + 1


def test_a_guest_is_booked_by_name_and_taken_back(day: Day, desk: Client) -> None:
    values = filled(day, person="", guest_name="王女士", start="2026-10-21T18:00/")
    desk.post("/calendar/book/", values)
    booked = Appointment.objects.latest("pk")
    assert (booked.guest_name, booked.customer_id) == ("王女士", None)
    desk.post(f"/calendar/{booked.pk}/unbook/")
    booked.refresh_from_db()
    assert booked.state == "cancelled"


def test_who_was_asked_for_does_what_they_can_and_others_the_rest(day: Day, desk: Client) -> None:
    salon = day.salon
    values = filled(day, items=[salon.cut, salon.care], staff=salon.zhou, start="2026-10-21T18:00/")
    assert desk.post("/calendar/book/", values).status_code == 302
    served = dict(
        BookedService.objects.filter(appointment=Appointment.objects.latest("pk")).values_list(
            "item_id", "asked"
        )
    )
    assert served == {salon.cut: True, salon.care: False}


def test_a_time_that_was_clicked_on_comes_first_or_tells_why_not(day: Day, desk: Client) -> None:
    salon = day.salon
    page = desk.get(f"/calendar/book/?start=2026-10-21T19:00&staff={salon.su}").content.decode()
    assert 'value="19:00"' in page
    slots = offered(desk, filled(day, time="19:00", staff=salon.su))
    assert "19:00" in [slot[:5] for slot in slots]
    busy = filled(day, time="16:00", staff=salon.lin, person=signed(day.customers["于洋"]))
    answer = desk.post("/calendar/book/slots/", busy).content.decode()
    assert "16:00 约不上" in answer


def test_what_is_taken_meanwhile_is_refused_and_nothing_is_lost(day: Day, desk: Client) -> None:
    values = filled(day, start="2026-10-21T16:00/", staff=day.salon.lin, note="靠窗")
    count = Appointment.objects.count()
    answer = desk.post("/calendar/book/", values)
    page = answer.content.decode()
    assert (answer.status_code, Appointment.objects.count()) == (422, count)
    assert "没有预约成功" in page
    assert "靠窗" in page


def test_a_customer_nobody_was_shown_cannot_be_booked(day: Day, desk: Client) -> None:
    pk = day.customers["曾黎"]
    for forged in (str(pk), signed(pk)[:-1] + "x"):
        answer = desk.post("/calendar/book/", filled(day, person=forged, start="2026-10-21T18:00/"))
        assert answer.status_code == 422


def test_without_service_or_time_the_form_says_what_is_missing(day: Day, desk: Client) -> None:
    assert desk.post("/calendar/book/", filled(day, items=[])).status_code == 422
    page = desk.post("/calendar/book/", filled(day))
    assert "还没选时间" in page.content.decode()
    looked = desk.post("/calendar/book/", filled(day, look="1"))
    assert 'name="start"' in looked.content.decode()


def test_the_same_again_begins_with_who_what_and_by_whom(day: Day, desk: Client) -> None:
    page = desk.get(f"/calendar/book/?like={day.appointments['吴佳怡']}").content.decode()
    assert "吴佳怡" in page
    assert f'name="items" value="{day.salon.colour}" checked' in page
    assert f'value="{day.salon.lin}" selected' in page


def test_only_those_who_may_book_over_another_and_say_why(
    day: Day, desk: Client, manager: Client
) -> None:
    over = filled(
        day, start="2026-10-21T16:00/", staff=day.salon.lin, overlap_reason="老客，等得了"
    )
    count = Appointment.objects.count()
    assert desk.post("/calendar/book/", over).status_code == 403
    assert Appointment.objects.count() == count
    offered = manager.post("/calendar/book/", over | {"overlap_reason": ""}).content.decode()
    assert "overlap_reason" in offered
    assert manager.post("/calendar/book/", over).status_code == 302
    booked = Appointment.objects.latest("pk")
    assert "老客，等得了" in manager.get(f"/calendar/{booked.pk}/").content.decode()
