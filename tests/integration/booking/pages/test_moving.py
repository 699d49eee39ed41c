"""Dragged, moved by a form, made longer: done at once or refused with a way out, and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from regulars.booking import actions, progress
from regulars.booking.models import Appointment, BookedService, BookedStep, Occupancy
from regulars.kit.permissions import SYSTEM
from tests.conftest import NOON
from tests.factories.booking import clock
from tests.factories.day import Day


def dragged(client: Client, pk: int, before: str, after: str, **other: Any) -> Any:
    version = Appointment.objects.get(pk=pk).version
    values = {"from": f"2026-10-21T{before}", "to": f"2026-10-21T{after}", "version": version}
    return client.post(f"/calendar/{pk}/drag/", values | other)


def columns(before: int, after: int) -> dict[str, str]:
    return {"column_from": f"s{before}", "column_to": f"s{after}"}


def test_the_later_part_of_a_visit_dragged_takes_all_of_it_along(day: Day, desk: Client) -> None:
    pk = day.appointments["吴佳怡"]
    answer = dragged(desk, pk, "17:00", "18:30")
    assert answer.status_code == 200
    assert "17:30" in answer.json()["text"]
    found = Appointment.objects.get(pk=pk)
    assert (found.starts_at, found.state) == (clock(17.5), "booked")


def test_a_move_is_taken_back_exactly(day: Day, desk: Client) -> None:
    pk, salon = day.appointments["李静"], day.salon
    pk = actions.book(salon.visit(18, staff=salon.lin), by=SYSTEM, at=NOON)
    progress.confirm(pk, by=SYSTEM, at=NOON)
    answer = dragged(desk, pk, "18:00", "19:00", **columns(salon.lin, salon.zhou)).json()
    served = BookedService.objects.get(appointment=pk)
    assert served.staff_id == salon.zhou
    assert served.ends_at == clock(19.75)  # 周 needs half as long again
    assert desk.post(answer["undo"]).status_code == 302
    found, served = Appointment.objects.get(pk=pk), BookedService.objects.get(appointment=pk)
    assert (found.starts_at, found.ends_at, found.state) == (clock(18), clock(18.5), "confirmed")
    assert (served.staff_id, served.asked) == (salon.lin, True)


def test_minutes_that_were_agreed_come_back_with_who_served(day: Day, desk: Client) -> None:
    salon = day.salon
    pk = actions.book(salon.visit(18, staff=salon.lin), by=SYSTEM, at=NOON)
    step = BookedStep.objects.get(service__appointment=pk)
    actions.resize(pk, {step.pk: 45}, by=SYSTEM, at=NOON)
    undo = dragged(desk, pk, "18:00", "18:00", **columns(salon.lin, salon.su)).json()["undo"]
    assert Appointment.objects.get(pk=pk).ends_at == clock(18.5)
    desk.post(undo)
    assert Appointment.objects.get(pk=pk).ends_at == clock(18.75)


def test_a_drag_that_cannot_be_changes_nothing_and_leads_to_what_can(
    day: Day, desk: Client
) -> None:
    pk, salon = day.appointments["曾黎"], day.salon
    rows = list(Occupancy.objects.order_by("pk").values())
    answer = dragged(desk, pk, "17:00", "17:00", **columns(salon.su, salon.lin))
    assert answer.status_code == 409
    assert list(Occupancy.objects.order_by("pk").values()) == rows
    sheet = desk.get(answer.json()["sheet"]).content.decode()
    assert f"/calendar/{day.appointments['吴佳怡']}/" in sheet  # who is there
    assert f'value="2026-10-21T17:30/{salon.lin}"' in sheet


def test_nobody_takes_back_what_somebody_else_has_changed(day: Day, desk: Client) -> None:
    pk = day.appointments["曾黎"]
    undo = dragged(desk, pk, "17:00", "18:00").json()["undo"]
    actions.move(pk, starts_at=clock(19), by=SYSTEM, at=NOON)
    answer = desk.post(undo, follow=True)
    assert "刚才有人改过" in answer.content.decode()
    assert Appointment.objects.get(pk=pk).starts_at == clock(19)


def test_an_undo_that_was_tampered_with_is_none(day: Day, desk: Client) -> None:
    pk, other = day.appointments["曾黎"], day.appointments["吴佳怡"]
    undo = dragged(desk, pk, "17:00", "18:00").json()["undo"]
    assert desk.post(undo.replace(f"/{pk}/", f"/{other}/", 1)).status_code == 404
    assert desk.post(undo[:-3] + "xx/").status_code == 404
    assert Appointment.objects.get(pk=pk).starts_at == clock(18)


def test_an_old_version_is_told_and_not_overwritten(day: Day, desk: Client) -> None:
    pk = day.appointments["曾黎"]
    answer = dragged(desk, pk, "17:00", "18:00", version=0)
    assert (answer.status_code, answer.json()["sheet"]) == (409, f"/calendar/{pk}/")
    assert Appointment.objects.get(pk=pk).starts_at == clock(17)


@pytest.mark.parametrize("wrong", [{"to": "x"}, {"version": "x"}, {"to": "2026-10-21T18:00Z"}])
def test_what_no_calendar_sends_is_not_found(day: Day, desk: Client, wrong: Any) -> None:
    assert dragged(desk, day.appointments["曾黎"], "17:00", "18:00", **wrong).status_code == 404


def test_a_block_made_longer_moves_what_follows_and_is_taken_back(day: Day, desk: Client) -> None:
    pk = day.appointments["吴佳怡"]
    step = BookedStep.objects.get(service__appointment=pk, position=0)
    version = Appointment.objects.get(pk=pk).version
    values = {"step": step.pk, "minutes": 15, "version": version}
    answer = desk.post(f"/calendar/{pk}/resize/", values)
    assert answer.status_code == 200
    assert Appointment.objects.get(pk=pk).ends_at == clock(17.75)
    desk.post(answer.json()["undo"])
    assert Appointment.objects.get(pk=pk).ends_at == clock(17.5)


def test_the_form_moves_without_dragging_and_refuses_as_kindly(day: Day, desk: Client) -> None:
    pk, salon = day.appointments["曾黎"], day.salon
    service = BookedService.objects.get(appointment=pk)
    address = f"/calendar/{pk}/move/"
    wanted = {"day": "2026-10-21", "time": "17:00", f"staff-{service.pk}": salon.lin, "version": 1}
    refused = desk.post(address, wanted)
    assert (refused.status_code, Appointment.objects.get(pk=pk).version) == (422, 1)
    assert "约不上" in refused.content.decode()
    moved = desk.post(address, wanted | {"start": f"2026-10-21T17:30/{salon.lin}"})
    assert moved.status_code == 302
    assert Appointment.objects.get(pk=pk).starts_at == clock(17.5)


def test_only_those_who_may_put_one_over_another_and_say_why(
    day: Day, desk: Client, manager: Client
) -> None:
    pk, salon = day.appointments["曾黎"], day.salon
    service = BookedService.objects.get(appointment=pk)
    wanted = {
        "day": "2026-10-21", "time": "17:00", f"staff-{service.pk}": salon.lin, "version": 1,
        "overlap_reason": "老客，林晓雨答应了",
    }  # fmt: skip
    address = f"/calendar/{pk}/move/"
    assert (
        "overlap_reason" not in desk.post(address, wanted | {"overlap_reason": ""}).content.decode()
    )
    assert desk.post(address, wanted).status_code == 403
    offered = manager.post(address, wanted | {"overlap_reason": ""})
    assert "overlap_reason" in offered.content.decode()
    assert manager.post(address, wanted).status_code == 302
    assert "老客，林晓雨答应了" in manager.get(f"/calendar/{pk}/").content.decode()


def test_what_is_done_cannot_be_moved(day: Day, desk: Client) -> None:
    pk = day.appointments["李静"]
    assert dragged(desk, pk, "10:00", "11:00").status_code == 409
