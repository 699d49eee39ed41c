"""An analysis is published whole or not at all, and a failed one leaves the last one standing."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings

from regulars.insight.features.rfm import RfmCuts
from regulars.kit.models import AuditEvent
from regulars.kit.permissions import SYSTEM
from regulars.understanding import analysis, publication, queries
from regulars.understanding.analysis_settings.actions import Choice, choose
from regulars.understanding.models import CustomerResult, Figure, Run
from tests.factories.salon import open_salon

pytestmark = pytest.mark.django_db(transaction=True)


def analyse(at: datetime) -> Run:
    return analysis.perform(analysis.request_run(trigger="demand", by=SYSTEM, at=at).pk)


def test_a_run_publishes_every_customer_and_figure(at: datetime) -> None:
    salon = open_salon(until=at)
    run = analyse(at)
    assert run.error == ""
    assert run.state == Run.PUBLISHED
    assert CustomerResult.objects.filter(run=run).count() == len(salon.customers)
    assert CustomerResult.objects.filter(run=run, stage="potential").count() == 3
    assert queries.last_published() == run
    assert run.manifest["return_rates"]["back_test"]["n"] > 0


def test_each_store_gets_its_figures_and_they_add_up(at: datetime) -> None:
    salon = open_salon(until=at, customers=20, days=200)
    run = analyse(at)
    whole = sum(row["spend"] for row in queries.figure(run, "months"))
    parts = [queries.figure(run, "months", store_id=store.pk) for store in salon.stores]
    assert whole == sum(row["spend"] for months in parts for row in months)
    names = set(Figure.objects.filter(run=run, store=None).values_list("name", flat=True))
    for store in salon.stores:
        own = Figure.objects.filter(run=run, store=store).values_list("name", flat=True)
        # What is learned from everyone (flows, groups, value) belongs to the whole business alone.
        assert {"months", "stages", "rfm_grid", "top_product"} <= set(own) <= names


def test_what_the_business_set_is_what_the_analysis_goes_by(at: datetime) -> None:
    open_salon(until=at, customers=40, days=400)
    cuts = RfmCuts((30, 90), (1, 3, 6), (50_000,))
    choose(Choice(acquisition_cost=8_050, horizon_days=50, cuts=cuts), by=SYSTEM, at=at)
    run = analyse(at)
    assert run.manifest["cuts"] == json.loads(cuts.to_json())
    assert run.manifest["return_rates"]["horizon_days"] == 50
    rule = run.manifest["churn"]["rule"]
    assert (rule["shortest"], rule["longest"]) == (50, 50)
    costs = {row["stage"]: row["acquisition_cost"] for row in queries.figure(run, "stage_value")}
    assert costs["new"] == 8_050
    assert CustomerResult.objects.filter(run=run, f_score=4, purchase_days__lte=6).count() == 0


def test_an_empty_business_can_be_analysed() -> None:
    run = analyse(datetime.fromisoformat("2026-10-20T04:00:00+00:00"))
    assert run.error == ""
    assert run.state == Run.PUBLISHED


def test_a_country_without_a_calendar_is_analysed_without_holidays(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "BUSINESS", replace(settings.BUSINESS, country="NZ"))
    open_salon(until=at, customers=10, days=120)
    run = analyse(at)
    assert run.error == ""
    assert queries.figure(run, "occasions") == []


def test_a_failed_run_leaves_the_last_one_standing(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_salon(until=at, customers=20, days=200)
    good = analyse(at)

    def full_disk(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(analysis, "extract", full_disk)
    bad = analyse(at)
    assert bad.state == Run.FAILED
    assert "disk is full" in bad.error
    assert queries.last_published() == good
    assert queries.later_failure(good) == bad


def test_results_are_published_whole_or_not_at_all(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_salon(until=at, customers=20, days=200)
    good = analyse(at)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the figures cannot be written")

    monkeypatch.setattr(publication, "_publish_figures", broken)
    bad = analyse(at)
    assert bad.state == Run.FAILED
    assert not CustomerResult.objects.filter(run=bad).exists()
    assert CustomerResult.objects.filter(run=good).exists()


@pytest.mark.parametrize("step", ["watch", "publication.forget_old_runs"])
def test_what_fails_after_the_results_takes_them_back(
    at: datetime, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    open_salon(until=at, customers=20, days=200)
    good = analyse(at)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the warnings cannot be kept")

    monkeypatch.setattr(f"regulars.understanding.analysis.{step}", broken)
    bad = analyse(at)
    assert (bad.state, bad.published_at, bad.manifest) == (Run.FAILED, None, {})
    assert not CustomerResult.objects.filter(run=bad).exists()
    assert not Figure.objects.filter(run=bad).exists()
    assert not AuditEvent.objects.filter(
        action="understanding.publish_run", subject=f"run:{bad.pk}"
    ).exists()
    assert queries.last_published() == good


def test_a_customer_removed_meanwhile_fails_the_run_in_plain_words(
    at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    salon = open_salon(until=at, customers=20, days=200)
    extract = analysis.extract

    def extract_then_remove(*args: Any, **kwargs: Any) -> None:
        from regulars.people.models import Customer

        extract(*args, **kwargs)
        Customer.objects.get(pk=salon.customers[-1]).delete()

    monkeypatch.setattr(analysis, "extract", extract_then_remove)
    run = analyse(at)
    assert run.state == Run.FAILED
    assert "removed while the analysis ran" in run.error


def test_a_killed_run_is_buried_by_the_next(at: datetime) -> None:
    killed = Run.objects.create(
        as_of=at.date(), trigger="demand", state=Run.RUNNING, queued_at=at, started_at=at
    )
    run = analyse(at)
    killed.refresh_from_db()
    assert killed.state == Run.FAILED
    assert "stopped in the middle" in killed.error
    assert run.state == Run.PUBLISHED


def test_only_the_newest_results_are_kept(at: datetime) -> None:
    published = {"trigger": "demand", "state": Run.PUBLISHED, "queued_at": at, "published_at": at}
    runs = [Run.objects.create(as_of=at.date(), **published) for _ in range(3)]
    for run in runs:
        Figure.objects.create(run=run, name="months", rows=[])
    publication.forget_old_runs(keep=2)
    assert set(Figure.objects.values_list("run", flat=True)) == {run.pk for run in runs[1:]}
    assert Run.objects.count() == len(runs)


def test_a_second_request_waits_for_the_queued_run(at: datetime) -> None:
    first = analysis.request_run(trigger="demand", by=SYSTEM, at=at)
    assert analysis.request_run(trigger="demand", by=SYSTEM, at=at) == first
