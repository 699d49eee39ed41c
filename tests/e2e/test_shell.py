"""The frame of every page, in a real browser: strict CSP, keys, sheet, search, toasts, themes."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from regulars.kit.models import User
from tests.e2e.conftest import Visit

Look = Callable[[Page, str], None]
Barriers = Callable[[Page], list[str]]


@pytest.fixture(autouse=True)
def gallery(settings) -> None:  # type: ignore[no-untyped-def]
    settings.ROOT_URLCONF = "tests.e2e.gallery"


def test_nobody_is_kept_out_of_the_components(visit: Visit, barriers: Barriers, look: Look) -> None:
    page = visit("/gallery/")
    look(page, "gallery-desk")
    assert barriers(page) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", ["/settings/", "/nowhere/"])
def test_nobody_is_kept_out_of_the_frame(
    visit: Visit, barriers: Barriers, look: Look, path: str, language: str
) -> None:
    page = visit(path, language=language)
    look(page, f"frame{path.replace('/', '-')}{language}")
    assert barriers(page) == []


def test_a_phone_scrolls_down_and_never_sideways(
    visit: Visit, barriers: Barriers, look: Look
) -> None:
    page = visit("/gallery/", phone=True)
    look(page, "gallery-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(".sidebar")).to_be_hidden()
    expect(page.locator(".bottombar")).to_be_visible()
    assert barriers(page) == []
    page.get_by_role("button", name="更多").click()
    look(page, "more-phone")
    assert barriers(page) == []


def test_the_look_is_chosen_kept_and_told_to_the_charts(visit: Visit) -> None:
    page = visit("/gallery/")
    expect(page.locator(".chart-canvas canvas").first).to_be_visible()
    before = page.locator(".chart-canvas").first.screenshot()
    page.get_by_role("button", name="切换浅色或深色").click()
    assert page.locator(".chart-canvas").first.screenshot() != before
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_the_language_is_switched_from_the_account_menu(
    visit: Visit, barriers: Barriers, look: Look
) -> None:
    page = visit("/settings/")
    expect(page.get_by_role("heading", name="设置")).to_be_visible()
    page.get_by_role("button", name="周店长的账号").click()
    look(page, "account-menu")
    assert barriers(page) == []
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_details_open_beside_the_page_at_their_own_address(visit: Visit, look: Look) -> None:
    page = visit("/gallery/")
    page.get_by_role("link", name="¥6,842").click()
    sheet = page.get_by_role("dialog", name="这个数怎么来的")
    expect(sheet).to_be_visible()
    expect(sheet.locator(".stat-value")).to_have_text("¥6,842.00")
    assert page.url.endswith("/why/")
    expect(sheet.locator(".sheet-body")).to_be_focused()
    look(page, "sheet-desk")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/gallery/$"))
    page.go_forward()
    expect(sheet).to_be_visible()
    page.go_back()
    expect(sheet).to_be_hidden()


def test_the_open_sheet_keeps_nobody_out(visit: Visit, barriers: Barriers) -> None:
    page = visit("/gallery/")
    page.get_by_role("link", name="¥6,842").click()
    expect(page.locator(".sheet .stat-value")).to_be_visible()
    assert barriers(page) == []


def test_details_are_a_page_without_script(visit: Visit) -> None:
    page = visit("/gallery/", script=False)
    page.get_by_role("link", name="¥6,842").click()
    expect(page.get_by_role("heading", name="这个数怎么来的")).to_be_visible()
    expect(page.get_by_role("link", name="查看单据")).to_be_visible()


def test_what_was_done_is_said_and_can_be_undone(visit: Visit, look: Look) -> None:
    page = visit("/gallery/")
    page.get_by_role("button", name="改到 12:30").click()
    toast = page.locator(".toast")
    expect(toast).to_contain_text("已改到 何欣怡")
    look(page, "toast")
    toast.get_by_role("button", name="撤销").click()
    expect(page.locator(".toast")).to_contain_text("已恢复原时间")


def test_a_failure_says_so_and_leaves_the_page_as_it_was(visit: Visit) -> None:
    page = visit("/gallery/")
    page.locator("input[name=q]").fill("曾黎")
    page.get_by_role("button", name="出错").click()
    expect(page.locator(".toast")).to_contain_text("你填的内容还在")
    expect(page.get_by_role("button", name="出错")).to_have_text("出错")
    expect(page.locator("input[name=q]")).to_have_value("曾黎")


def test_search_is_opened_walked_and_followed_by_keys(
    visit: Visit, barriers: Barriers, look: Look
) -> None:
    page = visit("/gallery/")
    page.keyboard.press("/")
    box = page.locator("r-palette input")
    expect(box).to_be_focused()
    box.press_sequentially("l")
    options = page.locator("#palette-found [role=option]")
    expect(options).to_have_count(2)
    expect(options.first).to_have_attribute("aria-selected", "true")
    look(page, "palette")
    assert barriers(page) == []
    box.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    box.press("ArrowUp")
    box.press("Enter")
    expect(page.get_by_role("heading", name="这个数怎么来的")).to_be_visible()


def test_search_finds_pages_and_says_when_there_is_nothing(visit: Visit) -> None:
    page = visit("/gallery/")
    page.keyboard.press("Control+k")
    box = page.locator("r-palette input")
    for words in ("设置", "shezhi", "sz"):
        box.fill(words)
        expect(page.locator("[data-pages] [role=option]:visible")).to_have_text(["设置"])
    box.fill("zzz")
    expect(page.get_by_text("没有找到")).to_be_visible()


def test_letters_still_being_composed_are_left_alone(visit: Visit) -> None:
    page = visit("/gallery/")
    page.keyboard.press("/")
    page.locator("r-palette input").fill("l")
    expect(page.locator("#palette-found [role=option]")).to_have_count(2)
    page.locator("r-palette input").dispatch_event(
        "keydown", {"key": "Enter", "isComposing": True, "keyCode": 229}
    )
    expect(page.get_by_role("dialog", name="搜索")).to_be_visible()


def test_g_and_a_letter_jump_and_a_question_mark_lists_them(visit: Visit, look: Look) -> None:
    page = visit("/gallery/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    look(page, "keys")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile(r"/settings/$"))


def test_single_keys_can_be_turned_off(visit: Visit, owner: User) -> None:
    owner.shortcuts = False
    owner.save()
    page = visit("/gallery/")
    page.keyboard.press("/")
    page.keyboard.press("?")
    expect(page.locator("dialog:modal")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.locator("r-palette input")).to_be_focused()


def test_typing_in_a_field_is_never_a_shortcut(visit: Visit) -> None:
    page = visit("/gallery/")
    page.locator("input[name=q]").press_sequentially("g/s?")
    expect(page.locator("input[name=q]")).to_have_value("g/s?")
    expect(page.locator("dialog:modal")).to_have_count(0)


def test_a_refused_form_names_the_field_and_keeps_what_was_typed(visit: Visit) -> None:
    page = visit("/gallery/")
    page.get_by_label("同意接收短信").check()
    page.get_by_role("button", name="试着导入").click()
    name = page.get_by_label("姓名", exact=True)
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_name_error")).to_be_visible()
    expect(page.get_by_label("同意接收短信")).to_be_checked()


def test_a_chart_offers_its_numbers(visit: Visit) -> None:
    page = visit("/gallery/")
    page.get_by_text("查看数据表").first.click()
    expect(page.get_by_role("columnheader", name="80% 区间")).to_be_visible()


def test_signing_in_by_hand_and_being_refused(visit: Visit, barriers: Barriers, look: Look) -> None:
    page = visit("/settings/", signed_in=False)
    look(page, "sign-in")
    assert barriers(page) == []
    page.get_by_label("用户名").fill("owner")
    page.get_by_label("密码").fill("a wrong password")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("用户名和密码对不上")
    expect(page.get_by_label("用户名")).to_have_value("owner")
    page.get_by_label("密码").fill("a long password")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="设置")).to_be_visible()


def test_scripts_without_the_nonce_do_not_run(visit: Visit, complaints: list[str]) -> None:
    page = visit("/gallery/")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran=1\">')"
    )
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in text for text in complaints)
    complaints.clear()
