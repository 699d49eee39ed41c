"""What the shop sees of messages and calendar addresses, with the eyes of axe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from regulars.booking.actions import book
from regulars.kit import clock
from regulars.kit.permissions import SYSTEM
from regulars.messaging.channels.development import Development
from regulars.messaging.delivering import deliver
from regulars.messaging.models import Send
from tests.e2e.conftest import Visit
from tests.factories.booking import Salon, open_for_bookings, roster
from tests.factories.messaging import using
from tests.factories.portal import known_customer


@pytest.fixture
def salon(transactional_db: None) -> Salon:
    at = clock.now()
    salon = open_for_bookings(at=at, days=0)
    day = at.date().replace(day=1)
    roster(salon.store, [salon.lin], 80, at=at, first=day)
    return salon


def test_messages_are_listed_with_their_words_and_what_stopped_them(
    salon: Salon,
    visit: Visit,
    look: Callable[[Page, str], None],
    barriers: Callable[[Page], list[str]],
) -> None:
    at = clock.now()
    customer = known_customer(at=at)
    day = at.date() + timedelta(days=4)
    book(salon.visit(14, day=day, customer_id=customer), by=SYSTEM, at=at)
    with using(Development()):
        deliver(Send.objects.get(occasion="booking.booked").pk, at=at)
    page = visit(reverse("messaging:sent"))
    page.get_by_text("看内容").click()
    page.get_by_text("等你来做剪发").wait_for()
    look(page, "messages-sent")
    assert barriers(page) == []
    page.get_by_role("link", name="文字与规则").click()
    page.get_by_role("heading", name="消息怎么写").wait_for()
    look(page, "messages-rules")
    assert barriers(page) == []
    page.get_by_role("link", name="简体中文").first.click()
    page.get_by_text("自带的写法").wait_for()
    look(page, "messages-text")
    assert barriers(page) == []
    page = visit(reverse("messaging:sent"), phone=True, language="en")
    look(page, "messages-sent-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_calendar_address_is_made_shown_and_closed(
    salon: Salon,
    visit: Visit,
    look: Callable[[Page, str], None],
    barriers: Callable[[Page], list[str]],
) -> None:
    page = visit(reverse("portal-shop:feeds"))
    page.get_by_role("row", name="林晓雨").get_by_role("button").click()
    page.get_by_text("/book/calendar/").wait_for()
    look(page, "calendar-addresses")
    assert barriers(page) == []
    page.get_by_role("row", name="林晓雨").get_by_role("button", name="停用").click()
    page.get_by_text("停用了").wait_for()


def test_what_to_do_before_a_service_is_written(
    salon: Salon,
    visit: Visit,
    look: Callable[[Page, str], None],
    barriers: Callable[[Page], list[str]],
) -> None:
    page = visit(reverse("portal-shop:preparations"))
    page.get_by_label("剪发").fill("来之前不用洗头。")
    page.get_by_role("row", name="剪发").get_by_role("button").click()
    page.get_by_text("存好了").wait_for()
    look(page, "preparations")
    assert barriers(page) == []
    assert page.get_by_label("剪发").input_value() == "来之前不用洗头。"
