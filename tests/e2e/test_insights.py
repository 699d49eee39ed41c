"""Today and the insights in a real browser: figures open, grids lead on, nothing is refused."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.factories.salon import Salon

Visit = Callable[..., Page]


def test_from_a_figure_to_its_documents_and_back(
    analysed: Salon, visit: Visit, complaints: list[str]
) -> None:
    page = visit("/")
    page.get_by_role("link", name="近 30 天").click()
    page.wait_for_url("**range=30d")
    shown = page.locator(".stat-value").first.inner_text()
    page.locator(".stat-value").first.click()
    sheet = page.get_by_role("dialog", name="这个数怎么来的")
    expect(sheet.get_by_text("由这些加起来")).to_be_visible()
    assert "/today/turnover/" in page.url
    assert sheet.locator(".key-figure").inner_text().startswith(shown[0])
    sheet.locator(".documents summary").first.click()
    expect(sheet.locator(".documents dl").first).to_be_visible()
    sheet.get_by_role("link", name="下一页").click()
    expect(sheet.get_by_role("link", name="上一页")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    assert complaints == []


def test_the_bars_of_a_change_sum_to_it(analysed: Salon, visit: Visit) -> None:
    page = visit("/today/turnover/?range=30d")

    def cents(text: str) -> int:
        digits = int(re.sub(r"\D", "", text))
        return -digits if "−" in text else digits

    change = cents(page.get_by_role("heading", name=re.compile("变化")).inner_text().split("比")[0])
    for bars in page.locator(".bars").all():
        assert sum(cents(text) for text in bars.locator(".num").all_inner_texts()) == change


def test_the_grid_leads_to_its_customers(
    analysed: Salon, visit: Visit, complaints: list[str]
) -> None:
    page = visit("/insights/rfm/")
    cell = page.locator("a.rfm-cell").first
    people = cell.locator("b").inner_text()
    cell.click()
    sheet = page.locator("dialog.sheet")
    expect(sheet.locator(".people > li").first).to_be_visible()
    sheet.get_by_role("link", name=f"在列表里看这 {people} 位").click()
    page.wait_for_url("**/customers/?r=*")
    assert complaints == []


def test_a_figure_opens_to_its_method(analysed: Salon, visit: Visit) -> None:
    page = visit("/insights/", language="en")
    page.locator(".stat-value").nth(3).click()
    sheet = page.get_by_role("dialog", name="Share of the top fifth")
    expect(sheet.get_by_text("spend of the top 20% of buyers")).to_be_visible()


def test_analyse_now_shows_that_it_waits(analysed: Salon, visit: Visit) -> None:
    page = visit("/insights/run/")
    page.get_by_role("button", name="现在分析").click()
    expect(page.get_by_text("等待开始")).to_be_visible()
    expect(page.get_by_role("button", name="现在分析")).to_have_count(0)


def test_one_store_is_looked_at_and_left(analysed: Salon, visit: Visit) -> None:
    page = visit("/insights/", language="en")
    page.locator(".sidebar [popovertarget=store-menu]").click()
    page.locator("#store-menu").get_by_role("button", name="望京店").click()
    expect(page.locator(".content").get_by_text("望京店")).to_be_visible()
    page.locator(".sidebar [popovertarget=store-menu]").click()
    page.locator("#store-menu").get_by_role("button", name="All stores").click()
    expect(page.locator(".content").get_by_text("望京店")).to_have_count(0)


def test_without_script_a_figure_is_a_page(analysed: Salon, visit: Visit) -> None:
    page = visit("/", script=False)
    page.locator(".stat-value").first.click()
    expect(page.get_by_role("heading", name="这个数怎么来的")).to_be_visible()


def test_on_a_phone_the_chosen_tab_is_in_sight(analysed: Salon, visit: Visit) -> None:
    for path in ("/insights/", "/insights/method/"):
        chosen = visit(path, phone=True).locator(".tabs [aria-current]")
        expect(chosen).to_be_in_viewport(ratio=0.9)


PAGES = {
    "today": "/?range=7d",
    "figure": "/today/turnover/?range=30d",
    "overview": "/insights/",
    "who": "/insights/who/",
    "behaviour": "/insights/behaviour/",
    "rfm": "/insights/rfm/",
    "lifecycle": "/insights/lifecycle/",
    "segments": "/insights/segments/",
    "segments-ready": "/insights/segments/ready/",
    "method": "/insights/method/",
    "run": "/insights/run/",
    "analysis-settings": "/settings/analysis/",
    "own-fields": "/settings/fields/",
    "settings": "/settings/",
    "users": "/settings/users/",
}


def test_every_page_is_usable_by_everybody(
    analysed: Salon,
    visit: Visit,
    barriers: Callable[[Page], list[str]],
    look: Callable[[Page, str], None],
) -> None:
    found = {}
    for name, path in PAGES.items():
        page = visit(path)
        look(page, f"insights-{name}")
        found[name] = barriers(page)
    assert found == {name: [] for name in PAGES}


def test_no_page_is_wider_than_a_phone(
    analysed: Salon, visit: Visit, look: Callable[[Page, str], None]
) -> None:
    for name, path in PAGES.items():
        page = visit(path, phone=True)
        look(page, f"insights-{name}-phone")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= page.viewport_size["width"], name  # type: ignore[index]
