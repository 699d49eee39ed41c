"""The figures of data quality are those of the records, and open them."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from regulars.intake import assessing
from regulars.intake.models import QualityReport
from regulars.kit.models import RoleGrant, User
from regulars.kit.permissions import SYSTEM, Role
from regulars.people.models import Customer
from tests.integration.intake.conftest import Bring

CUSTOMERS = "客户编号,姓名,性别\nK1,林晓雯,女\nK2,王芳,\nK3,陈静,女\nK4,李娜,女\n"


@pytest.mark.django_db(transaction=True)
def test_each_figure_counts_the_records_it_names(bring: Bring, at: datetime) -> None:
    bring(CUSTOMERS, source="members")
    report = assessing.assess(by=SYSTEM, at=at, today=at.date())
    sex = [s for s in report.scores if (s["table"], s["field"]) == ("customers", "sex")]
    filled = next(score for score in sex if score["dimension"] == "completeness")
    assert (filled["source"], filled["checked"], filled["failed"]) == ("members", 4, 1)
    assert filled["rows"] == [Customer.objects.get(name="王芳").pk]
    assert "王芳" not in str(report.scores)


@pytest.mark.django_db(transaction=True)
def test_the_page_shows_the_last_report_and_its_records(bring: Bring, at: datetime) -> None:
    bring(CUSTOMERS, source="members")
    assessing.assess(by=SYSTEM, at=at, today=at.date())
    user = User.objects.create_user("boss", "a long password", name="boss")
    RoleGrant.objects.create(user=user, role=Role.OWNER)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    page = client.get("/settings/quality/").content.decode()
    assert "75.0%" in page and "members" in page
    asked = {"source": "members", "table": "customers", "field": "sex"}
    rows = client.get("/settings/quality/rows/", asked | {"dimension": "completeness"})
    assert "王芳" in rows.content.decode()
    assert client.get("/settings/quality/rows/", asked | {"dimension": "none"}).status_code == 404


@pytest.mark.django_db
def test_the_page_answers_before_anything_was_looked_through() -> None:
    user = User.objects.create_user("boss", "a long password", name="boss")
    RoleGrant.objects.create(user=user, role=Role.ANALYST)
    client = Client()
    client.force_login(user)
    assert client.get("/settings/quality/").status_code == 200
    assert not QualityReport.objects.exists()
    assert client.post("/settings/quality/assess/").status_code == 302
