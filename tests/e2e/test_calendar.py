"""The calendar in a real browser: looked at, booked by keys, dragged and taken back, refused."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import LazySettings as Settings
from playwright.sync_api import Locator, Page, expect

from regulars.booking import actions
from regulars.booking.models import Appointment, BookedService
from regulars.kit.permissions import SYSTEM
from tests.conftest import NOON
from tests.e2e.conftest import Visit
from tests.factories.booking import clock
from tests.factories.day import NOW, Day, a_day

Look = Callable[[Page, str], None]
Barriers = Callable[[Page], list[str]]


@pytest.fixture
def day(transactional_db: None, settings: Settings) -> Day:
    """The salon at 14:24 on a busy day."""
    settings.STANDING_CLOCK = NOW
    return a_day(at=NOON)


def block(page: Page, name: str) -> Locator:
    return page.locator(".ec-event", has_text=name).first


def drag(page: Page, what: Locator, *, right: float = 0, down: float = 0) -> None:
    """By hand: down, a little, over in steps, up."""
    what.hover(position={"x": 60, "y": 12})  # waits until it stands still
    box = what.bounding_box()
    assert box
    x, y = box["x"] + 60, box["y"] + 12
    page.mouse.down()
    page.mouse.move(x + 4, y + 4)
    page.mouse.move(x + right, y + down, steps=12)
    page.mouse.up()


def test_a_day_is_seen_at_a_glance(visit: Visit, day: Day, look: Look, barriers: Barriers) -> None:
    page = visit("/calendar/")
    expect(block(page, "吴佳怡")).to_be_visible()
    look(page, "calendar-day")
    assert barriers(page) == []
    look(page, "calendar-day-dark")
    block(page, "吴佳怡").click()
    expect(page.locator("#sheet")).to_contain_text("染发")
    look(page, "calendar-appointment")
    assert barriers(page) == []


def test_dragged_to_somebody_else_and_taken_back(visit: Visit, day: Day, look: Look) -> None:
    page = visit("/calendar/")
    pk, salon = day.appointments["曾黎"], day.salon
    drag(page, block(page, "曾黎"), right=-340)  # 林 is busy with a colour until 17:30
    expect(page.locator("#sheet")).to_contain_text("约不上")
    look(page, "calendar-conflict")
    assert Appointment.objects.get(pk=pk).version == 1
    page.locator("#sheet .slot").first.click()
    expect(page.locator(".toast").last).to_contain_text("已改到")
    look(page, "calendar-moved")
    assert BookedService.objects.get(appointment=pk).staff_id == salon.lin
    page.get_by_role("button", name="撤销").last.click()
    expect(page.locator(".toast").last).to_contain_text("已恢复原样")
    assert BookedService.objects.get(appointment=pk).staff_id == salon.su
    page.wait_for_function(
        "name => [...document.querySelectorAll('.ec-event')]"
        ".some(one => one.textContent.includes(name) && one.getBoundingClientRect().x > 600)",
        arg="曾黎",
    )
    drag(page, block(page, "曾黎"), down=68)
    expect(page.locator(".toast").last).to_contain_text("18:00")
    with page.expect_response(re.compile("/undo/")):
        page.get_by_role("button", name="撤销").last.click()
    expect(block(page, "曾黎")).to_contain_text("17:00")
    assert Appointment.objects.get(pk=pk).starts_at == clock(17)


def test_a_colleagues_change_is_seen_and_not_overwritten(visit: Visit, day: Day) -> None:
    page = visit("/calendar/")
    expect(block(page, "曾黎")).to_be_visible()
    pk = day.appointments["曾黎"]
    actions.move(pk, starts_at=clock(18), by=SYSTEM, at=NOON)
    drag(page, block(page, "曾黎"), down=136)
    expect(page.locator(".toast").last).to_contain_text("刚才有人改过")
    assert Appointment.objects.get(pk=pk).starts_at == clock(18)
    page.keyboard.press("Escape")
    actions.move(pk, starts_at=clock(18.5), by=SYSTEM, at=NOON)
    expect(block(page, "曾黎")).to_contain_text("18:30", timeout=8000)


def test_a_regular_is_booked_from_the_keyboard(
    visit: Visit, day: Day, look: Look, barriers: Barriers
) -> None:
    page = visit("/settings/")
    page.keyboard.press("n")
    expect(page.get_by_label("谁来", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/settings/$"))
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(block(page, "吴佳怡")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_label("谁来", exact=True)).to_be_focused()
    page.keyboard.type("zl")
    expect(page.get_by_role("radio", name=re.compile("曾黎"))).to_be_checked()
    page.keyboard.press("Enter")
    page.keyboard.type("jf")
    page.keyboard.press("Enter")
    expect(page.locator("#book-slots .slot").first).to_be_visible()
    look(page, "calendar-book")
    assert barriers(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("#book-slots .slot").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("已预约：曾黎")
    booked = Appointment.objects.latest("pk")
    assert (booked.customer_id, booked.services.get().item_id) == (
        day.customers["曾黎"],
        day.salon.cut,
    )
    expect(page.locator(".ec-event", has_text="曾黎")).to_have_count(2)


def test_every_view_in_both_languages_on_a_desk_and_a_phone(
    visit: Visit, day: Day, look: Look, barriers: Barriers
) -> None:
    week = visit(f"/calendar/?view=week&staff={day.salon.lin}", language="en")
    expect(block(week, "吴佳怡")).to_be_visible()
    look(week, "calendar-week-en")
    assert barriers(week) == []
    places = visit("/calendar/?view=places")
    expect(block(places, "吴佳怡")).to_be_visible()
    look(places, "calendar-places")
    phone = visit("/calendar/", phone=True)
    expect(block(phone, "吴佳怡")).to_be_visible()
    expect(phone.locator(".ec-col-head")).to_have_count(1)
    look(phone, "calendar-phone")
    assert barriers(phone) == []
    phone.get_by_role("button", name="苏蔓").click()
    expect(block(phone, "于洋")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    plain = visit("/calendar/", script=False)
    expect(plain.get_by_role("link", name="吴佳怡")).to_be_visible()
    look(plain, "calendar-plain")
