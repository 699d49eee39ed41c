"""The ranking of those who may leave: whom it shows, in which order, to whom, and what it says."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.understanding.models import CustomerResult, Run
from regulars.understanding.warnings import actions, ranked
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db

URL = "/insights/warnings/"
TEST = {
    "by": "date",
    "tested_on": "2026-08-01",
    "fitted_on": ["2026-06-02"],
    "n": 400,
    "observed": 0.3,
    "predicted": 0.31,
    "scores": [
        {
            "name": name,
            "auc": 0.8,
            "average_precision": 0.6,
            "lift": 2.5,
            "brier": 0.1,
            "calibration_error": 0.02,
        }
        for name in ("blend", "process", "logistic", "trees", "not_alive", "recency", "share")
    ],
    "curve": [
        {"predicted": 0.1, "observed": 0.12, "n": 200},
        {"predicted": 0.5, "observed": 0.48, "n": 200},
    ],
}
CHURN = {"method": "members", "missing": None, "windows": ["2026-08-01"], "back_test": TEST}
REASONS = [
    {"code": "overdue_ratio", "value": 3.2, "contribution": 1.1},
    {"code": "purchase_days", "value": 9.0, "contribution": -0.4},
]


@pytest.fixture
def warned(analysed: Analysed) -> list[CustomerResult]:
    """Four customers with chances: two likely to leave, one of them more costly; one lost; one not.

    In this order.
    """
    Run.objects.filter(pk=analysed.run.pk).update(manifest={"churn": CHURN})
    found = list(CustomerResult.objects.filter(run=analysed.run, r_score__isnull=False)[:4])
    told = (
        (0.6, 900_00, "mature"),
        (0.9, 300_00, "at_risk"),
        (0.95, 999_00, "lost"),
        (0.2, 1, "new"),
    )
    for one, (p, loss, stage) in zip(found, told, strict=True):
        one.no_return, one.no_return_low, one.no_return_high, one.no_return_n = p, p - 0.1, p, 40
        one.expected_loss, one.stage, one.cause = loss, stage, "service"
        one.detail = {
            "churn_reasons": REASONS,
            "churn_horizon_days": 44,
            "churn_cause_rule": "complaint",
        }
        one.save()
    found[1].cause = "unclear"
    found[1].save()
    return found


def shown(analysed: Analysed, query: str = "", role: str = "owner") -> list[int]:
    rows = context(analysed, query, role)["rows"]
    return [row.result.customer_id for row in rows]


def context(analysed: Analysed, query: str = "", role: str = "owner", language: str = "en") -> Any:
    answer = analysed.client(role, language).get(URL + query)
    assert answer.status_code == 200
    return answer.context


def test_those_who_can_still_be_kept_stand_by_what_may_be_lost(
    analysed: Analysed, warned: list[CustomerResult]
) -> None:
    first, second, lost, _calm = [one.customer_id for one in warned]
    assert shown(analysed) == [first, second]
    assert shown(analysed, "?stage=lost") == [lost]


def test_the_stake_is_the_sum_with_its_range(
    analysed: Analysed, warned: list[CustomerResult]
) -> None:
    stake = context(analysed)["stake"]
    assert (stake.customers, stake.loss, stake.high) == (2, 1200_00, 1200_00)
    assert stake.low == round(900_00 * 0.5 / 0.6 + 300_00 * 0.8 / 0.9)


@pytest.mark.parametrize("query", ["?cause=unclear", "?stage=at_risk", "?state=nobody", "?owner=1"])
def test_each_filter_narrows(analysed: Analysed, warned: list[CustomerResult], query: str) -> None:
    first, second = (one.customer_id for one in warned[:2])
    owner = analysed.client("owner").get(URL).wsgi_request.user
    actions.take(first, run=None, owner_id=owner.pk, by=owner.actor(), at=analysed.now)
    expected = [first] if "owner" in query else [second]
    assert shown(analysed, query.replace("owner=1", f"owner={owner.pk}")) == expected


@pytest.mark.parametrize("query", ["?cause=x", "?stage=%27", "?state=9", "?owner=abc", "?page=-1"])
def test_what_nobody_offers_narrows_nothing(
    analysed: Analysed, warned: list[CustomerResult], query: str
) -> None:
    assert len(shown(analysed, query)) == 2


def test_the_list_of_customers_shows_the_same(
    analysed: Analysed, warned: list[CustomerResult]
) -> None:
    query = context(analysed)["list_query"]
    answer = analysed.client("owner").get(f"/customers/?{query}")
    assert {row.customer.pk for row in answer.context["rows"]} == set(shown(analysed))
    assert context(analysed, "?state=nobody")["list_query"] == ""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_sheet_says_why_and_what_to_do(
    analysed: Analysed, warned: list[CustomerResult], language: str
) -> None:
    pk = warned[0].customer_id
    answer = analysed.client("owner", language).get(f"{URL}{pk}/")
    text = answer.content.decode()
    assert "60%" in text
    assert "44" in text
    assert ("complaint" if language == "en" else "投诉") in text
    assert answer.context["reasons"][0][1] == pytest.approx(3.004, abs=0.001)


def test_who_has_no_chance_has_no_sheet(analysed: Analysed, warned: list[CustomerResult]) -> None:
    other = CustomerResult.objects.filter(run=analysed.run, no_return=None).first()
    assert other is not None
    assert analysed.client("owner").get(f"{URL}{other.customer_id}/").status_code == 404


def test_an_analyst_sees_sums_and_no_names(
    analysed: Analysed, warned: list[CustomerResult]
) -> None:
    told = context(analysed, role="analyst")
    assert told["stake"].customers == 2
    assert "page" not in told
    assert analysed.client("analyst").get(f"{URL}{warned[0].customer_id}/").status_code == 403


def test_the_desk_is_refused(analysed: Analysed) -> None:
    assert analysed.client("desk").get(URL).status_code == 403


def test_too_little_data_says_what_is_missing(analysed: Analysed) -> None:
    missing = CHURN | {"method": "missing", "missing": {"what": "customers", "about": 42}}
    Run.objects.filter(pk=analysed.run.pk).update(manifest={"churn": missing})
    page = analysed.client("owner").get(URL).content.decode()
    assert "about 42 more customers" in page


def test_a_run_from_before_has_an_honest_page(analysed: Analysed) -> None:
    Run.objects.filter(pk=analysed.run.pk).update(manifest={})
    assert "does not know of this yet" in analysed.client("owner").get(URL).content.decode()


def test_causes_are_counted_with_what_may_be_lost(
    analysed: Analysed, warned: list[CustomerResult]
) -> None:
    rows = ranked.by_cause(ranked.warned(CustomerResult.objects.filter(run=analysed.run)))
    assert [(row["cause"], row["customers"], row["loss"]) for row in rows] == [
        ("service", 1, 900_00),
        ("unclear", 1, 300_00),
    ]
