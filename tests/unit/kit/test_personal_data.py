"""Tables that lead to a customer say why they do; the check notices one that does not."""

from __future__ import annotations

from django.apps import apps
from django.db import models
from pytest import MonkeyPatch

from regulars.kit.personal_data import every_table_about_people_is_declared, reaches_a_person
from regulars.people import personal_data
from regulars.sales.models import Line


def test_every_table_of_the_application_is_declared() -> None:
    assert every_table_about_people_is_declared(None) == []


def test_a_table_that_leads_there_over_another_is_found() -> None:
    assert reaches_a_person(Line)


def test_a_table_that_says_nothing_is_named() -> None:
    class Diary(models.Model):
        customer = models.ForeignKey("people.Customer", models.CASCADE, related_name="+")

        class Meta:
            app_label = "people"

    try:
        complaints = every_table_about_people_is_declared(None)
    finally:
        del apps.all_models["people"]["diary"]
        apps.clear_cache()
    assert [complaint.id for complaint in complaints] == ["regulars.E002"]
    assert "people.Diary" in complaints[0].msg


def test_a_declaration_of_no_table_is_named(monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setitem(personal_data.HELD, "Diary", personal_data.HELD["Note"])
    assert [c.id for c in every_table_about_people_is_declared(None)] == ["regulars.E003"]
