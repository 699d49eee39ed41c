"""Today and its sheets as each role sees them."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings
from django.test import Client

from regulars.intake.models import Import, QuarantinedRow
from regulars.kit.models import User
from regulars.site.today.sheets import money
from regulars.understanding import attention
from regulars.understanding.models import Run
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db
SHEETS = ["turnover", "orders", "average", "repeat"]


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.mark.parametrize("key", ["today", "7d", "30d", "nonsense"])
def test_today_opens_for_every_span(analysed: Analysed, key: str) -> None:
    page = text_of(analysed.client("owner"), f"/?range={key}")
    assert "Turnover" in page
    assert "Things to do today" in page


def test_before_the_first_sale_of_the_day_the_week_is_shown(
    analysed: Analysed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "STANDING_CLOCK", analysed.now + timedelta(days=1))
    client = analysed.client("owner")
    assert client.get("/").context["span"].key == "7d"
    assert "nothing sold yet today" in text_of(client, "/")
    assert client.get("/?range=today").context["span"].key == "today"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", SHEETS)
@pytest.mark.parametrize("key", ["today", "30d"])
def test_every_sheet_opens(analysed: Analysed, name: str, key: str, language: str) -> None:
    client = analysed.client("owner", language)
    assert client.get(f"/today/{name}/?range={key}").status_code == 200


def test_the_sheet_pages_through_all_documents(analysed: Analysed) -> None:
    client = analysed.client("owner")
    first = client.get("/today/turnover/?range=30d").context["orders"]
    seen = [
        order.pk
        for number in first.paginator.page_range
        for order in client.get(f"/today/turnover/?range=30d&page={number}").context["orders"]
    ]
    assert len(seen) == len(set(seen)) == first.paginator.count


def test_the_documents_of_a_figure_sum_to_it(analysed: Analysed) -> None:
    context = analysed.client("owner").get("/today/turnover/?range=7d").context
    orders = context["orders"].paginator.object_list
    assert money(sum(order.amount for order in orders)) == context["sheet"].value


def test_the_repeat_sheet_lists_its_customers_once(analysed: Analysed) -> None:
    client = analysed.client("owner")
    pages = client.get("/today/repeat/?range=30d").context["buyers"].paginator.page_range
    ids = [
        customer.pk
        for number in pages
        for customer, _ in client.get(f"/today/repeat/?range=30d&page={number}").context["buyers"]
    ]
    sheet = client.get("/today/repeat/?range=30d").context["buyers"]
    assert len(ids) == len(set(ids)) == sheet.paginator.count


def test_an_unknown_figure_is_not_found(analysed: Analysed) -> None:
    assert analysed.client("owner").get("/today/weather/").status_code == 404
    assert analysed.client("owner").get("/today/people/strangers/").status_code == 404


def test_the_stylist_sees_no_money_of_the_shop(analysed: Analysed) -> None:
    client = analysed.client("stylist")
    assert "figures" not in client.get("/").context
    assert client.get("/today/turnover/").status_code == 403


def test_the_analyst_sees_no_names(analysed: Analysed) -> None:
    client = analysed.client("analyst")
    assert "客" not in text_of(client, "/today/repeat/?range=30d")
    assert client.get("/today/people/overdue/").status_code == 403


def test_a_manager_sees_their_store_only(analysed: Analysed) -> None:
    orders = analysed.client("manager").get("/today/turnover/?range=30d").context["orders"]
    assert {order.store_id for order in orders.paginator.object_list} == {
        analysed.salon.stores[1].pk
    }


def test_a_store_once_chosen_stays_chosen_and_can_be_left(analysed: Analysed) -> None:
    client, store = analysed.client("owner"), analysed.salon.stores[0]
    whole = client.get("/?range=30d").context["figures"].now.amount
    client.post("/store/", {"store": store.pk})
    own = client.get("/?range=30d").context
    assert own["scope"].chosen == store
    assert own["figures"].now.amount < whole
    client.post("/store/", {"store": ""})
    assert client.get("/?range=30d").context["figures"].now.amount == whole


def test_choosing_a_foreign_store_opens_no_door(analysed: Analysed) -> None:
    client = analysed.client("manager")
    client.post("/store/", {"store": analysed.salon.stores[0].pk})
    assert client.get("/").context["scope"].chosen == analysed.salon.stores[1]


def test_after_choosing_nobody_is_sent_to_a_foreign_site(analysed: Analysed) -> None:
    answer = analysed.client("owner").post("/store/", {"store": "", "next": "https://evil.example"})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("name", ["expected", "overdue", "birthdays"])
def test_the_lists_of_people_open_and_agree_with_today(analysed: Analysed, name: str) -> None:
    client = analysed.client("owner")
    listed = client.get(f"/today/people/{name}/").context["page"].paginator.count
    if name == "expected":
        assert listed == client.get("/").context["expected_count"]
    else:
        titles = {one.icon_name: one.title for one in client.get("/").context["todos"]}
        icon = {"overdue": "calendar-clock", "birthdays": "cake"}[name]
        if listed:
            assert str(listed) in titles[icon]
        else:
            assert icon not in titles


def test_the_list_of_valuable_ones_at_risk_agrees_with_its_line(analysed: Analysed) -> None:
    client = analysed.client("owner")
    line = next(one for one in client.get("/").context["todos"] if one.icon_name == "user-x")
    assert client.get(line.url).status_code == 200
    counted = attention.valuable_at_risk(analysed.run).customers
    assert counted > 0
    assert line.title.startswith(str(counted))


def test_imports_under_way_and_refused_rows_are_said(analysed: Analysed) -> None:
    running = Import.objects.create(
        file_name="receipts.csv",
        path="x",
        size=1,
        sha256="0" * 64,
        state=Import.State.RUNNING,
        progress=1200,
        by_name="owner",
        created_at=analysed.now,
    )
    QuarantinedRow.objects.create(of=running, row_no=3, sealed=b"-", digest=b"-", reasons=[])
    page = text_of(analysed.client("owner"), "/")
    assert "receipts.csv is coming in" in page
    assert "1,200 rows so far" in page
    assert "1 row of an import could not be taken" in page
    assert "receipts.csv" not in text_of(analysed.client("stylist"), "/")


def test_an_old_analysis_is_said(analysed: Analysed) -> None:
    Run.objects.filter(pk=analysed.run.pk).update(as_of=analysed.now.date() - timedelta(days=9))
    assert "The last analysis is 10 days old" in text_of(analysed.client("owner"), "/")


def test_sales_never_analysed_lead_to_the_analysis(analysed: Analysed) -> None:
    sentence = "Your sales have not been analysed yet"
    assert sentence not in text_of(analysed.client("owner"), "/")
    Run.objects.all().delete()
    assert sentence in text_of(analysed.client("owner"), "/")


def test_a_failed_analysis_is_said(analysed: Analysed) -> None:
    Run.objects.create(
        as_of=analysed.now.date(),
        trigger="nightly",
        state=Run.FAILED,
        queued_at=analysed.now,
        failed_at=analysed.now,
        error="The disk is full. Free some space and run the analysis again.",
    )
    client = analysed.client("owner")
    assert "The last analysis did not finish" in text_of(client, "/")
    assert "The disk is full" in text_of(client, "/insights/")
    assert "磁盘满了" in text_of(analysed.client("owner", "zh-hans"), "/insights/run/")


def test_settings_show_each_only_what_they_may_open(analysed: Analysed) -> None:
    assert "Users and roles" in text_of(analysed.client("owner"), "/settings/")
    assert "Users and roles" not in text_of(analysed.client("desk"), "/settings/")
    assert analysed.client("desk").get("/settings/users/").status_code == 403
    assert "manager" in text_of(analysed.client("owner"), "/settings/users/")


def test_nobody_enters_without_signing_in(analysed: Analysed) -> None:
    assert User.objects.exists()
    assert Client().get("/today/turnover/").status_code == 302
