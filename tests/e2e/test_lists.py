"""Lists and follow-ups in a real browser: saved, compared, deleted and back; taken and closed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from regulars.kit import clock
from regulars.kit.permissions import SYSTEM
from regulars.people import actions
from regulars.people.models import Customer
from regulars.understanding.lists.models import SavedList
from regulars.understanding.warnings.models import FollowUp
from tests.e2e.conftest import Visit
from tests.factories.salon import open_salon

Look = Callable[[Page, str], None]
Barriers = Callable[[Page], list[str]]


@pytest.fixture
def salon(transactional_db: None) -> Customer:
    """A salon not analysed yet, with one customer who wears a tag."""
    now = clock.now()
    pk = open_salon(until=now, customers=12, days=60).customers[4]
    actions.update_customer(pk, {"name": "曾黎"}, by=SYSTEM, at=now)
    actions.add_tag(pk, "老客", by=SYSTEM, at=now)
    return Customer.objects.get(pk=pk)


def test_a_list_is_saved_compared_deleted_and_brought_back(
    visit: Visit, salon: Customer, look: Look, barriers: Barriers
) -> None:
    page = visit("/customers/")
    page.get_by_role("link", name="更多筛选").click()
    page.get_by_label("标签").select_option(label="老客")
    page.get_by_role("button", name="看这些客户").click()
    page.get_by_role("link", name="存为名单").click()
    page.get_by_label("名单的名字").fill("节后回访")
    look(page, "list-save")
    assert barriers(page) == []
    page.get_by_role("button", name="存下名单").click()
    expect(page).to_have_url(re.compile(r"list=\d+"))
    actions.remove_tag(salon.pk, salon.tagged.get().tag_id, by=SYSTEM, at=clock.now())
    expect(page.locator("#customers tbody tr")).to_have_count(1)
    page.get_by_role("link", name="对比现在").click()
    expect(page.locator("#sheet")).to_contain_text("在名单里但已不符合")
    look(page, "list-then-and-now")
    assert barriers(page) == []
    page.get_by_label("名单的名字").fill("三月回访")
    page.get_by_role("button", name="保存名字和说明").click()
    expect(page.locator("#customers")).to_contain_text("三月回访")
    page.get_by_role("link", name="对比现在").click()
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_role("heading", name="还没有名单")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("#customers tbody tr")).to_have_count(1)
    assert SavedList.objects.get().name == "三月回访"


def test_a_customer_is_followed_up_beside_the_page(
    visit: Visit, salon: Customer, look: Look, barriers: Barriers
) -> None:
    page = visit(f"/customers/{salon.pk}/", phone=True)
    page.get_by_role("link", name="跟进").click()
    page.get_by_role("button", name="跟进这位客户").click()
    sheet = page.locator("#sheet")
    page.get_by_label("怎么联系的").select_option("phone")
    page.get_by_label("聊了什么").fill("约了周六")
    page.get_by_role("button", name="记下来").click()
    expect(sheet).to_contain_text("约了周六")
    look(page, "follow-up-phone")
    assert barriers(page) == []
    page.get_by_text("结束跟进", exact=True).click()
    page.get_by_text("答应来，或已经来了").click()
    page.get_by_role("button", name="结束这条跟进").click()
    expect(page.get_by_role("button", name="再次跟进")).to_be_visible()
    page.goto(page.url.split("/customers/")[0] + "/customers/follow-ups/?whose=closed")
    expect(page.locator("tbody")).to_contain_text("挽回了")
    look(page, "follow-ups-phone")
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert FollowUp.objects.get().state == "won"


def test_who_brought_a_customer_is_searched_chosen_and_shown(
    visit: Visit, salon: Customer, look: Look, barriers: Barriers
) -> None:
    page = visit(f"/customers/{salon.pk}/")
    page.get_by_role("link", name="添加、撤回").click()
    page.get_by_label("什么关系").select_option("brought_by")
    page.get_by_label("另一位客户").fill("客0")
    page.get_by_role("button", name="记下来").click()
    expect(page.locator("#sheet")).to_contain_text("选一位")
    look(page, "relations")
    assert barriers(page) == []
    page.get_by_label("客00").check()
    page.get_by_role("button", name="记下来").click()
    expect(page.locator("main")).to_contain_text("介绍")
    expect(page.get_by_role("link", name="客00")).to_be_visible()
