"""The customers' pages in a real browser: found as one types, read, changed, put back."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from regulars.kit import clock
from regulars.kit.permissions import SYSTEM
from regulars.people import actions
from regulars.people.drafts import CustomerDraft
from regulars.people.models import Customer
from regulars.understanding.customers.sealed_text import unseal
from regulars.understanding.models import CustomerResult
from tests.e2e.conftest import Visit
from tests.factories.salon import Salon

Look = Callable[[Page, str], None]
Barriers = Callable[[Page], list[str]]


@pytest.fixture
def salon(analysed: Salon) -> Customer:
    """曾黎, with a phone and a tag, among the 60 customers of the analysed salon."""
    now, pk = clock.now(), analysed.customers[4]
    actions.update_customer(pk, {"name": "曾黎"}, by=SYSTEM, at=now)
    actions.add_contact(pk, "phone", "13812342384", by=SYSTEM, at=now)
    actions.add_tag(pk, "只约林晓雨", by=SYSTEM, at=now)
    actions.add_note(pk, "喜欢安静，不推销", by=SYSTEM, at=now)
    return Customer.objects.get(pk=pk)


def searched_for(address: str) -> str:
    """What an address says was searched for, which can be read in it by nobody else."""
    given = parse_qs(urlsplit(address).query)
    (token,) = given.pop("find", [""])
    found = unseal(token)
    assert found == "" or (found != token and found not in str(given))
    return found


def test_a_customer_is_found_while_one_types(visit: Visit, salon: Customer) -> None:
    page = visit("/customers/")
    box, rows = page.get_by_label("搜索客户"), page.locator("#customers tbody tr")
    for typed in ("曾", "zl", "cengli", "zengli", "2384", "13812342384"):
        box.fill("")
        expect(rows).to_have_count(50)
        box.press_sequentially(typed)
        expect(rows).to_have_count(1)
        expect(page.get_by_role("row", name="曾黎")).to_contain_text("138****2384")
        expect(box).to_be_focused()
        page.wait_for_url(lambda address, typed=typed: searched_for(address) == typed)
    page.reload()
    expect(box).to_have_value("13812342384")
    expect(rows).to_have_count(1)


def test_filters_sorts_and_pages_by_real_clicks(
    visit: Visit, salon: Customer, look: Look, barriers: Barriers
) -> None:
    page = visit("/customers/")
    look(page, "customers-list")
    assert barriers(page) == []
    rows = page.locator("#customers tbody tr")
    expect(rows).to_have_count(50)
    first = rows.first.inner_text()
    page.get_by_role("link", name="下一页").click()
    expect(rows).to_have_count(10)
    page.get_by_role("link", name="上一页").click()
    assert rows.first.inner_text() == first
    page.get_by_role("columnheader", name="到店次数").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="到店次数")).to_have_attribute(
        "aria-sort", "descending"
    )
    page.get_by_role("link", name="还没消费").click()
    expect(rows).to_have_count(CustomerResult.objects.filter(stage="potential").count())
    page.get_by_role("link", name="更多筛选").click()
    page.get_by_label("近 12 个月消费，从").fill("1")
    page.get_by_role("button", name="看这些客户").click()
    expect(page.get_by_text("没有客户同时符合这些条件")).to_be_visible()
    page.get_by_role("link", name="去掉“还没消费”").click()
    expect(rows.first).to_be_visible()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_of_a_customer_is_readable(
    visit: Visit, salon: Customer, look: Look, barriers: Barriers, language: str
) -> None:
    page = visit(f"/customers/{salon.pk}/", language=language)
    expect(page.get_by_role("heading", level=1)).to_contain_text("曾黎")
    look(page, f"customer-{language}")
    assert barriers(page) == []
    page.locator("a.stat-value").first.click()
    expect(page.locator("#sheet tfoot")).to_be_visible()
    look(page, f"customer-why-{language}")
    assert barriers(page) == []


def test_on_a_phone_everything_is_within_reach(
    visit: Visit, salon: Customer, look: Look, barriers: Barriers
) -> None:
    for path, name in (("/customers/", "list"), (f"/customers/{salon.pk}/", "page")):
        page = visit(path, phone=True)
        look(page, f"customer-phone-{name}")
        assert barriers(page) == []
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{path} scrolls sideways"


def test_a_change_is_undone_and_a_contact_shown(visit: Visit, salon: Customer) -> None:
    page = visit(f"/customers/{salon.pk}/")
    page.get_by_role("button", name="显示完整号码").click()
    expect(page.locator("#contacts")).to_contain_text("13812342384")
    page.get_by_role("link", name="编辑").click()
    page.get_by_label("姓名").fill("曾小黎")
    page.get_by_role("button", name="保存修改").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("曾小黎")
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("曾黎")


def test_a_sensitive_note_asks_for_consent_and_keeps_what_was_typed(
    visit: Visit, salon: Customer
) -> None:
    page = visit(f"/customers/{salon.pk}/")
    page.get_by_role("link", name="写备注").click()
    page.get_by_label("备注", exact=True).fill("染膏过敏")
    page.get_by_label("关于皮肤、过敏或健康").check()
    page.get_by_role("button", name="保存备注").click()
    expect(page.locator("#sheet .field-error")).to_contain_text("要先取得客户同意")
    expect(page.get_by_label("备注", exact=True)).to_have_value("染膏过敏")


def test_a_customer_is_added_from_the_list(visit: Visit, salon: Customer) -> None:
    page = visit("/customers/")
    page.get_by_role("link", name="添加客户").click()
    page.get_by_label("姓名").fill("新来的")
    page.get_by_label("电话").fill("138 1234 2384")
    page.get_by_role("button", name="添加这位客户").click()
    expect(page.get_by_text("这个手机号已经有人在用")).to_be_visible()
    page.get_by_role("button", name="照样添加").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("新来的")


def test_the_palette_leads_to_a_customer_and_its_search_to_the_list(
    visit: Visit, salon: Customer, look: Look
) -> None:
    page = visit("/")
    page.keyboard.press("/")
    page.keyboard.type("zengli")
    option = page.get_by_role("option", name="曾黎")
    expect(option).to_have_attribute("aria-selected", "true")
    look(page, "palette")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("曾黎")


def test_without_script_the_list_is_searched_and_a_customer_added(
    visit: Visit, salon: Customer
) -> None:
    page = visit("/customers/", script=False)
    page.get_by_label("搜索客户").fill("zengli")
    page.get_by_role("button", name="搜索").click()
    expect(page.locator("#customers tbody tr")).to_have_count(1)
    page.get_by_role("link", name="添加客户").click()
    page.get_by_label("姓名").fill("无脚本")
    page.get_by_role("button", name="添加这位客户").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("无脚本")


def test_a_business_without_customers_is_shown_the_way_in(visit: Visit, owner: object) -> None:
    page = visit("/customers/")
    expect(page.get_by_text("还没有客户")).to_be_visible()
    page.get_by_role("link", name="导入客户").click()
    expect(page).to_have_url(re.compile("/import"))


def test_a_customer_without_a_name_is_shown_by_number(visit: Visit, owner: object) -> None:
    pk = actions.add_customer(CustomerDraft(number="H0007"), by=SYSTEM, at=clock.now())
    page = visit("/customers/")
    expect(page.get_by_role("row", name="H0007")).to_be_visible()
    page.get_by_role("link", name="H0007").click()
    expect(page).to_have_url(f"{page.url.split('/customers')[0]}/customers/{pk}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("H0007")
