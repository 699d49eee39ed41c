"""What a business sets for its analyses: kept whole, on record, and only by those it concerns."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client

from regulars.insight.features.rfm import RfmCuts
from regulars.kit.models import AuditEvent
from regulars.kit.permissions import SYSTEM, Actor, Grant, Role
from regulars.understanding import analysis
from regulars.understanding.analysis_settings.actions import Choice, choose, chosen
from regulars.understanding.models import AnalysisSettings
from tests.factories.analysed import Analysed
from tests.integration.understanding.conftest import NOW

PAGE = "/settings/analysis/"
CUTS = RfmCuts((30, 90), (1, 3, 6), (50_000, 100_050))
SENT = {
    "acquisition_cost": "80.50",
    "horizon_days": "90",
    "bands": "given",
    "recency": "30，90",
    "frequency": "1, 3, 6",
    "spend": "500, 1000.50",
}
pytestmark = pytest.mark.django_db


def test_where_nothing_is_set_the_analysis_finds_everything_itself() -> None:
    assert chosen() == Choice()
    parameters = analysis.parameters()
    assert (parameters.cuts, parameters.horizon_days, parameters.acquisition_cost) == (None,) * 3


def test_what_is_set_goes_into_the_next_analysis_and_on_record() -> None:
    assert choose(Choice(8_050, 90, CUTS), by=SYSTEM, at=NOW)
    parameters = analysis.parameters()
    assert parameters.cuts == CUTS
    assert (parameters.horizon_days, parameters.acquisition_cost) == (90, 8_050)
    event = AuditEvent.objects.get(action="understanding.choose_settings")
    assert event.detail == {"fields": ["acquisition_cost", "horizon_days", "cuts"]}


def test_setting_what_stands_there_leaves_no_event() -> None:
    choose(Choice(acquisition_cost=8_050), by=SYSTEM, at=NOW)
    assert not choose(Choice(acquisition_cost=8_050), by=SYSTEM, at=NOW)
    assert AuditEvent.objects.filter(action="understanding.choose_settings").count() == 1


def test_what_is_left_empty_again_is_the_analysis_own_again() -> None:
    choose(Choice(8_050, 90, CUTS), by=SYSTEM, at=NOW)
    choose(Choice(), by=SYSTEM, at=NOW)
    assert chosen() == Choice()


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": 2},
        {"acquisition_cost": -1},
        {"horizon_days": 13},
        {"recency_cuts": [30, 30], "frequency_cuts": [1], "spend_cuts": [1]},
        {"recency_cuts": [1, 2, 3, 4, 5], "frequency_cuts": [1], "spend_cuts": [1]},
        {"recency_cuts": [30], "frequency_cuts": [1], "spend_cuts": [-1, 5]},
        {"recency_cuts": [30], "frequency_cuts": [1], "spend_cuts": []},
    ],
)
def test_the_database_refuses_what_no_analysis_could_go_by(wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        AnalysisSettings.objects.create(**wrong)


def test_the_database_takes_what_is_right() -> None:
    AnalysisSettings.objects.create(
        acquisition_cost=0, horizon_days=14, recency_cuts=[30, 60, 90, 180], frequency_cuts=[1],
        spend_cuts=[0, 5],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("role", "store", "may"),
    [
        (Role.OWNER, None, True),
        (Role.MANAGER, None, True),
        (Role.MANAGER, 1, False),
        (Role.MARKETER, None, False),
        (Role.ANALYST, None, False),
        (Role.DESK, None, False),
    ],
)
def test_only_who_answers_for_all_stores_sets_it(role: Role, store: int | None, may: bool) -> None:
    actor = Actor(None, "someone", (Grant(role, store),))
    if may:
        assert choose(Choice(horizon_days=60), by=actor, at=NOW)
        return
    with pytest.raises(PermissionDenied):
        choose(Choice(horizon_days=60), by=actor, at=NOW)
    assert chosen() == Choice()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_sets_and_shows_again(analysed: Analysed, language: str) -> None:
    client = analysed.client("owner", language)
    answer = client.post(PAGE, SENT, follow=True)
    assert answer.redirect_chain == [("/insights/run/", 302)]
    assert chosen() == Choice(8_050, 90, CUTS)
    shown = client.get(PAGE).context["form"]
    assert shown["acquisition_cost"].value() == "80.50"
    assert shown["spend"].value() == "500, 1000.50"
    assert shown["bands"].value() == "given"


def test_bands_not_in_use_are_left_out(owner: Client) -> None:
    owner.post(PAGE, SENT | {"bands": "own"})
    assert chosen() == Choice(8_050, 90, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"acquisition_cost": "many"},
        {"acquisition_cost": "-5"},
        {"horizon_days": "13"},
        {"horizon_days": "3.5"},
        {"recency": "90, 30"},
        {"recency": "0, 30"},
        {"recency": "10, 20, 30, 40, 50"},
        {"frequency": "1.5"},
        {"frequency": ""},
        {"spend": "a lot"},
    ],
)
def test_what_cannot_be_meant_is_said_in_its_place(owner: Client, wrong: dict[str, str]) -> None:
    answer = owner.post(PAGE, SENT | wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(wrong)
    assert chosen() == Choice()


@pytest.mark.parametrize("username", ["manager", "analyst", "desk", "stylist"])
def test_others_find_neither_the_page_nor_its_link(analysed: Analysed, username: str) -> None:
    client = analysed.client(username)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, SENT).status_code == 403
    assert PAGE not in client.get("/settings/").content.decode()


def test_the_owner_finds_it_in_the_settings(owner: Client) -> None:
    assert PAGE in owner.get("/settings/").content.decode()
