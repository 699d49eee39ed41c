"""The value page: its title answers, its figures lead to as many customers as they name."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.understanding.models import CustomerResult, Run
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db


def context(analysed: Analysed, query: str = "", role: str = "owner") -> Any:
    answer = analysed.client(role).get(f"/insights/value/{query}")
    assert answer.status_code == 200
    return answer.context


def listed(analysed: Analysed, url: str) -> int:
    answer = analysed.client("owner").get(url)
    assert answer.status_code == 200
    return int(answer.context["page"].total)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_title_names_the_sum_with_its_interval(analysed: Analysed, language: str) -> None:
    page = analysed.client("owner", language).get("/insights/value/").content.decode()
    assert ("八成可能在" if language == "zh-hans" else "80% sure") in page


def test_the_sum_is_that_of_all_customers(analysed: Analysed) -> None:
    run = Run.objects.filter(state=Run.PUBLISHED).latest("pk")
    known = CustomerResult.objects.filter(run=run, expected_spend__isnull=False)
    whole = context(analysed)["whole"]
    assert whole.customers == known.count()
    assert whole.expected_spend == sum(known.values_list("expected_spend", flat=True))
    assert whole.low < whole.expected_spend < whole.high


@pytest.mark.parametrize("by", ["stage", "segment", "cohort", "nonsense"])
def test_groups_lead_to_as_many_customers_as_they_name(analysed: Analysed, by: str) -> None:
    for one in context(analysed, f"?by={by}")["groups"][:3]:
        assert listed(analysed, one["url"]) == one["sum"].customers


def test_bands_lead_to_as_many_customers_as_they_name(analysed: Analysed) -> None:
    for band in context(analysed)["bands"]:
        assert listed(analysed, band["url"]) == band["customers"]


def test_those_of_whom_most_is_expected_stand_first(analysed: Analysed) -> None:
    amounts = [one.expected_spend for one in context(analysed)["people"]]
    assert amounts == sorted(amounts, reverse=True)
    assert len(amounts) == 10


def test_the_analyst_sees_sums_but_no_names_and_no_lists(analysed: Analysed) -> None:
    client = analysed.client("analyst")
    answer = client.get("/insights/value/")
    assert "does not show who they are" in answer.content.decode()
    assert not any(one["url"] for one in answer.context["groups"])


def test_a_store_gets_its_people_and_is_told_why_there_is_no_sum(analysed: Analysed) -> None:
    answer = analysed.client("manager").get("/insights/value/")
    assert "told for the whole business" in answer.content.decode()
    assert "whole" not in answer.context


def test_with_too_little_it_says_what_is_missing(analysed: Analysed) -> None:
    run = Run.objects.filter(state=Run.PUBLISHED).latest("pk")
    run.manifest["clv"] |= {"model": None, "missing": {"what": "customers", "about": 12}}
    run.save(update_fields=["manifest"])
    page = analysed.client("owner").get("/insights/value/").content.decode()
    assert "about 12 more customers are needed" in page


def test_a_customer_opens_to_where_their_value_comes_from(analysed: Analysed) -> None:
    best = context(analysed)["people"][0]
    client = analysed.client("owner")
    page = client.get(f"/customers/{best.customer_id}/").content.decode()
    assert "May spend about" in page
    sheet = client.get(f"/customers/{best.customer_id}/why/value/")
    assert sheet.status_code == 200
    assert "Chance that they still are a customer" in sheet.content.decode()


def test_who_may_not_see_sales_sees_no_value(analysed: Analysed) -> None:
    best = context(analysed)["people"][0]
    client = analysed.client("stylist")
    page = client.get(f"/customers/{best.customer_id}/")
    if page.status_code == 200:
        assert "May spend" not in page.content.decode()
    assert client.get(f"/customers/{best.customer_id}/why/value/").status_code in (403, 404)
