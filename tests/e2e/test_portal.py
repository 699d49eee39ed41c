"""A customer with a phone of 360 by 800, in both languages, with script and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page

from regulars.booking.actions import book
from regulars.booking.models import Appointment
from regulars.kit import clock
from regulars.kit.permissions import SYSTEM
from regulars.offer.actions import add_store
from regulars.offer.arranging import PolicyDraft, set_add_ons, set_policy
from regulars.portal.models import Preparation
from tests.factories.booking import Salon, open_for_bookings, roster
from tests.factories.portal import code_sent, known_customer

SMALL = {"width": 360, "height": 800}
LEAST_TARGET = 44
Look = Callable[[Page, str], None]
Open = Callable[..., Page]

# What a finger cannot hit: links and buttons below 44 px, but those within a sentence.
SMALL_TARGETS = """least => {
  const alone = one => one.closest('p')?.textContent.trim() === one.textContent.trim();
  return [...document.querySelectorAll('a, button, summary, label.pick, .field input')]
    .filter(one => one.checkVisibility() && (!one.closest('p') || alone(one)))
    .map(one => [one, one.getBoundingClientRect()])
    .filter(([, box]) => box.width < least || box.height < least)
    .map(([one, box]) => `${one.className} ${one.textContent} ${box.width} ${box.height}`);
}"""


@pytest.fixture
def salon(transactional_db: None) -> Salon:
    """Open from today on, so that the browser's own clock agrees."""
    at = clock.now()
    salon = open_for_bookings(at=at, days=0)
    today = (at + timedelta(hours=8)).date()
    people = [salon.lin, salon.su, salon.zhou]
    roster(salon.store, people, 20, at=at, first=today + timedelta(days=1))
    Preparation.objects.create(item_id=salon.cut, text="来之前不用洗头。")
    set_add_ons(salon.cut, [salon.care], by=SYSTEM, at=at)
    set_policy(PolicyDraft(change_minutes=120, no_show_fee=5000), by=SYSTEM, at=at)
    return salon


@pytest.fixture
def phone(
    browser: Browser,
    live_server,
    complaints: list[str],  # type: ignore[no-untyped-def]
) -> Iterator[Open]:
    """Opens a page as a customer would, on a phone whose language is given."""
    contexts = []

    def open_page(path: str, *, language: str = "zh-CN", script: bool = True) -> Page:
        context = browser.new_context(
            viewport=SMALL,
            has_touch=True,
            locale=language,
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                complaints.append(said.text)
                if said.type == "error" and "status of 4" not in said.text
                else None
            ),
        )
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def arrived(page: Page, heading: str) -> None:
    """The page with this heading is there, and whole."""
    page.get_by_role("heading", level=1, name=heading).wait_for()
    page.wait_for_load_state()


def fits(page: Page) -> None:
    """Nothing runs off the side, and a finger can hit what there is to hit."""
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    assert page.evaluate(SMALL_TARGETS, LEAST_TARGET) == []


def sign_in(page: Page, number: str) -> None:
    page.locator("input[name=phone]").fill(number)
    page.locator(".bar .go").tap()
    page.locator("input[name=code]").wait_for()
    page.locator("input[name=code]").fill(code_sent())
    page.locator(".bar .go").tap()


@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_a_newcomer_books_in_three_steps(
    salon: Salon,
    phone: Open,
    barriers: Callable[[Page], list[str]],
    look: Look,
    language: str,
) -> None:
    chinese = language == "zh-CN"
    page = phone(reverse("portal:home"), language=language)

    def check(name: str, zh: str, en: str) -> None:
        arrived(page, zh if chinese else en)
        look(page, f"portal-{name}-{language[:2]}")
        fits(page)
        assert barriers(page) == []

    page.get_by_text("剪发").tap()
    assert page.locator("[data-total]").inner_text() == "¥88+"
    check("1-services", "来国贸店做什么", "What can we do")
    page.locator(".bar .go").tap()
    page.get_by_role("link", name="林晓雨").tap()
    page.locator(".person.on", has_text="林晓雨").wait_for()
    check("2-when", "什么时候来", "When would you like")
    page.locator(".time").first.tap()
    check("3-confirm-stranger", "这样预约对吗", "Is this right")
    page.locator(".bar .go").tap()
    check("4-phone", "验证码发到哪个号码", "Where shall we send")
    sign_in(page, "13900001111")
    page.get_by_label("怎么称呼你" if chinese else "What shall we call you?").fill("许愿")
    page.locator("input[name=notice]").check()
    check("5-confirm-newcomer", "这样预约对吗", "Is this right")
    page.locator(".bar .go").tap()
    check("6-booked", "约好了", "Booked")
    assert Appointment.objects.get().customer.name == "许愿"  # type: ignore[union-attr]
    page.locator(".nav").tap()
    check("7-mine", "我的预约", "My appointments")


def test_all_of_it_works_without_script(salon: Salon, phone: Open) -> None:
    page = phone(reverse("portal:home"), script=False)
    page.locator(f"input[value='{salon.cut}']").check()
    page.locator(".bar .go").click()
    arrived(page, "什么时候来")
    page.locator(".time").first.click()
    arrived(page, "这样预约对吗")
    page.locator(".bar .go").click()
    arrived(page, "验证码发到哪个号码")
    page.locator("input[name=phone]").fill("13900001111")
    page.locator(".bar .go").click()
    arrived(page, "填验证码")
    page.locator("input[name=code]").fill(code_sent())
    page.locator(".bar .go").click()
    arrived(page, "这样预约对吗")
    page.locator("input[name=name]").fill("许愿")
    page.locator("input[name=notice]").check()
    page.locator(".bar .go").click()
    arrived(page, "约好了")
    page.get_by_role("link", name="改时间").click()
    arrived(page, "改到什么时候")
    page.locator(".time").nth(3).click()
    arrived(page, "改好了")
    page.locator("summary").click()
    page.locator(".danger").click()
    arrived(page, "已取消")
    assert Appointment.objects.get().state == "cancelled"


def test_a_customer_moves_and_calls_off(
    salon: Salon, phone: Open, barriers: Callable[[Page], list[str]], look: Look
) -> None:
    at = clock.now()
    customer = known_customer(at=at)
    day = (at + timedelta(hours=8)).date() + timedelta(days=3)
    booked = book(salon.visit(11, day=day, customer_id=customer), by=SYSTEM, at=at)
    page = phone(reverse("portal:visit", args=[booked]))
    sign_in(page, "13812342384")
    arrived(page, "已预约")
    look(page, "portal-8-visit")
    page.get_by_role("link", name="改时间").tap()
    arrived(page, "改到什么时候")
    look(page, "portal-9-move")
    fits(page)
    assert barriers(page) == []
    page.locator(".time").last.tap()
    arrived(page, "改好了")
    page.locator("summary").tap()
    look(page, "portal-10-call-off")
    fits(page)
    assert barriers(page) == []
    page.locator(".danger").tap()
    arrived(page, "已取消")
    look(page, "portal-11-called-off")


def test_with_several_stores_one_is_chosen_first(
    salon: Salon, phone: Open, barriers: Callable[[Page], list[str]], look: Look
) -> None:
    from regulars.offer.models import Staff

    other = add_store("second", "三里屯店", "Asia/Shanghai", by=SYSTEM, at=clock.now())
    Staff.objects.get(pk=salon.su).stores.add(other)
    page = phone(reverse("portal:home"))
    look(page, "portal-0-stores")
    fits(page)
    assert barriers(page) == []
    page.get_by_role("link", name="三里屯店").tap()
    page.get_by_text("来三里屯店做什么").wait_for()


def test_a_wrong_code_is_said_and_can_be_typed_again(
    salon: Salon, phone: Open, barriers: Callable[[Page], list[str]], look: Look
) -> None:
    page = phone(reverse("portal:mine"))
    page.locator("input[name=phone]").fill("138 1234 2384")
    page.locator(".bar .go").tap()
    page.locator("input[name=code]").wait_for()
    page.locator("input[name=code]").fill("000000" if code_sent() != "000000" else "1")
    page.locator(".bar .go").tap()
    page.get_by_role("alert").wait_for()
    look(page, "portal-12-wrong-code")
    fits(page)
    assert barriers(page) == []
