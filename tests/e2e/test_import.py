"""A newcomer brings a salon's files in through the page, mends a row, and takes an import back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from regulars.intake.models import Import
from regulars.kit import jobs
from regulars.sales.models import Order
from tests.e2e.conftest import Visit

Look = Callable[[Page, str], None]
Barriers = Callable[[Page], list[str]]

RECEIPTS = """Receipt,Date,Description,Client,Staff,Quantity,Amount,GST,PST
10,03/15/2018,Women's hair cut,KERT01,JJ,1,82,4.1,6.56
11,03/15/2018,Blowdry,COOM01,SINEAD,1,35,1.75,2.8
12,02/30/2018,Men's hair cut,TINT01,BECKY,1,30,1.5,2.4
"""


@pytest.fixture
def receipts(tmp_path: Path) -> Path:
    path = tmp_path / "Receipt Transactions0.csv"
    path.write_text(RECEIPTS, encoding="utf-8")
    return path


def work() -> None:
    """What a worker does meanwhile: all that waits."""
    worker = Thread(target=jobs.work, kwargs={"wait": False})
    worker.start()
    worker.join(timeout=60)


def upload(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="看看这个文件").click()


def bring(page: Page, path: Path) -> None:
    """From the file to its result."""
    upload(page, path)
    page.get_by_role("button", name="检查文件").click()
    expect(page.locator("#progress")).to_be_visible()
    work()
    page.get_by_role("button", name=re.compile("^导入|结束导入")).click()
    expect(page.locator("#progress")).to_be_visible()
    work()
    expect(page.get_by_text("读到")).to_be_visible()


def test_receipts_come_in_are_mended_and_taken_back(
    visit: Visit, receipts: Path, look: Look, barriers: Barriers
) -> None:
    page = visit("/settings/import/")
    look(page, "import-list-empty")
    assert barriers(page) == []
    upload(page, receipts)
    expect(page.get_by_text("认出来了：美发店收银：小票")).to_be_visible()
    expect(page.get_by_label("日期").first).to_have_value("Date")
    look(page, "import-match")
    assert barriers(page) == []

    page.get_by_role("button", name="检查文件").click()
    look(page, "import-checking")
    work()
    expect(page.get_by_role("heading", level=1)).to_have_text("有 2 行可以导入")
    expect(page.get_by_text("没有这一天")).to_be_visible()
    look(page, "import-checked")
    assert barriers(page) == []

    page.get_by_role("button", name="导入 2 行").click()
    look(page, "import-running")
    work()
    expect(page.get_by_text("读到 3 行 = 收下 2 + 待处理 1 + 已经有 0")).to_be_visible()
    look(page, "import-result")
    assert barriers(page) == []

    page.get_by_role("link", name="看待处理的行").click()
    look(page, "import-quarantine")
    assert barriers(page) == []
    page.get_by_role("link", name="修改").click()
    page.get_by_label("Date", exact=True).fill("02/28/2018")
    look(page, "import-row")
    assert barriers(page) == []
    page.get_by_role("button", name="保存这一行").click()
    page.get_by_role("button", name="再试一次待处理的行").click()
    work()
    expect(page.get_by_text("读到 3 行 = 收下 3 + 待处理 0 + 已经有 0")).to_be_visible()
    assert Order.objects.count() == 3

    page.get_by_role("link", name="撤回这次导入").click()
    look(page, "import-undo")
    page.get_by_role("button", name="撤回 3 行").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("这次导入已撤回")
    assert not Order.objects.exists()


def test_the_preview_follows_the_columns(visit: Visit, receipts: Path) -> None:
    page = visit("/settings/import/")
    upload(page, receipts)
    preview = page.locator("#preview")
    expect(preview.get_by_text("2018-03-15").first).to_be_visible()
    page.get_by_label("日期的写法").select_option("dmy")
    expect(preview.get_by_text("没有这一天").first).to_be_visible()


def test_a_file_that_is_no_table_is_refused_where_it_was_chosen(
    visit: Visit, tmp_path: Path, look: Look
) -> None:
    page = visit("/settings/import/")
    path = tmp_path / "客户.csv"
    path.write_text("姓名,姓名\n林晓雯,林\n", encoding="gb18030")
    upload(page, path)
    expect(page.get_by_text("表头里“姓名”出现了两次（第 1 列和第 2 列）")).to_be_visible()
    look(page, "import-refused")
    assert not Import.objects.exists()


def test_customers_in_gb18030_come_in_on_a_phone(
    visit: Visit, tmp_path: Path, look: Look, barriers: Barriers
) -> None:
    page = visit("/settings/import/", phone=True)
    path = tmp_path / "客户.csv"
    path.write_text("姓名,手机,性别\n林晓雯,13800002384,女\n", encoding="gb18030")
    upload(page, path)
    expect(page.locator("#preview").get_by_text("林晓雯")).to_be_visible()
    look(page, "import-match-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert barriers(page) == []
    page.get_by_label("来自哪个系统").fill("会员系统")
    page.get_by_role("button", name="检查文件").click()
    work()
    page.get_by_role("button", name="导入 1 行").click()
    work()
    expect(page.get_by_text("读到 1 行 = 收下 1 + 待处理 0 + 已经有 0")).to_be_visible()
    look(page, "import-result-phone")


def test_the_salons_receipts_come_in_whole(visit: Visit, real_data: Path, look: Look) -> None:
    page = visit("/settings/import/")
    path = real_data / "hair_salon_no_show" / "Receipt Transactions0.csv"
    bring(page, path)
    expect(page.get_by_text("读到 1,934 行 = 收下 1,929 + 待处理 5 + 已经有 0")).to_be_visible()
    page.get_by_role("link", name="看待处理的行").click()
    look(page, "import-quarantine-salon")
    page.goto(page.url.split("/settings/")[0] + "/settings/import/")
    bring(page, path)
    expect(page.get_by_text("读到 1,934 行 = 收下 0 + 待处理 0 + 已经有 1,934")).to_be_visible()
    page.goto(page.url.split("/settings/")[0] + "/settings/import/")
    look(page, "import-list")


def test_the_pages_speak_english(visit: Visit, receipts: Path, look: Look) -> None:
    page = visit("/settings/import/", language="en", theme="dark")
    page.locator("input[type=file]").set_input_files(receipts)
    page.get_by_role("button", name="Look into the file").click()
    expect(page.get_by_text("Recognised: Salon till: receipts")).to_be_visible()
    look(page, "import-match-en-dark")


def test_data_quality_opens_the_records_behind_a_figure(
    visit: Visit, receipts: Path, look: Look, barriers: Barriers
) -> None:
    page = visit("/settings/import/")
    bring(page, receipts)
    page.goto(page.url.split("/settings/")[0] + "/settings/quality/")
    page.get_by_role("button", name="现在检查数据").click()
    work()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("分析要用的数据"))
    look(page, "quality")
    assert barriers(page) == []
    page.locator("a.figure").first.click()
    expect(page.get_by_text("没有填。").first).to_be_visible()
    look(page, "quality-rows")
