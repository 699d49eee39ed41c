"""The pages refuse those who may not, and no address breaks in any state of an import."""

from __future__ import annotations

import errno
from datetime import datetime

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from regulars.intake import actions, mending, presets
from regulars.intake.models import Import, Preset
from regulars.intake.plan import Match
from regulars.kit.models import RoleGrant, User
from regulars.kit.permissions import SYSTEM, Actor, Grant, Role
from tests.integration.intake.conftest import Bring

SALES = (
    "单号,日期,客户编号,商品名称,数量,金额\n1,2026-03-01,K1,洗发水,1,88\n2,2026-02-30,K2,发膜,1,9\n"
)
LIST = "/settings/import/"
PARTS = ["", "columns/", "progress/", "undo/", "rows/", "rows/download.csv", "rows/download.xlsx"]


def client_of(role: Role) -> Client:
    user = User.objects.create_user(role.value, "a long password", name=role.value)
    RoleGrant.objects.create(user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(db: None) -> Client:
    return client_of(Role.OWNER)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.DESK, Role.STYLIST, Role.MARKETER, Role.ANALYST])
def test_those_who_may_not_import_are_refused(bring: Bring, role: Role) -> None:
    job, client = bring(SALES), client_of(role)
    for part in PARTS:
        assert client.get(f"{LIST}{job.pk}/{part}").status_code == 403, part
    assert client.get(LIST).status_code == 403
    for part in ["run/", "undo/", "forget/", "rows/again/", "rows/drop/", "rows/replace/"]:
        assert client.post(f"{LIST}{job.pk}/{part}").status_code == 403, part


def test_a_manager_of_one_store_cannot_import_for_all(db: None, at: datetime) -> None:
    manager = Actor(user_id=None, name="manager", grants=(Grant(Role.MANAGER, store_id=1),))
    with pytest.raises(PermissionDenied, match="whole business"):
        actions.receive([SALES.encode()], "a.csv", by=manager, at=at)


def test_strangers_are_asked_to_sign_in(db: None) -> None:
    assert Client().get(LIST).status_code == 302


def test_every_page_answers_in_every_state(
    owner: Client, bring: Bring, checked: Bring, at: datetime
) -> None:
    done, looked = bring(SALES), checked(SALES.replace("K1", "K9"))
    fresh = actions.receive([SALES.encode()], "a.csv", by=SYSTEM, at=at)
    for job in (done, looked, fresh):
        for state in Import.State:
            Import.objects.filter(pk=job.pk).update(
                state=state, rows_read=2, accepted=1, quarantined=1, already=0, error="x"
            )
            for part in PARTS:
                answer = owner.get(f"{LIST}{job.pk}/{part}")
                assert answer.status_code < 400 or answer.status_code == 422, (state, part)
    assert owner.get(LIST).status_code == 200
    assert owner.get(f"{LIST}999999/").status_code == 404


def test_an_upload_that_is_no_table_keeps_nothing(owner: Client) -> None:
    answer = owner.post(LIST, {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.7 x")})
    assert answer.status_code == 422
    assert not Import.objects.exists()
    assert owner.post(LIST, {}).status_code == 422


def test_columns_that_leave_something_open_are_asked_again(owner: Client) -> None:
    owner.post(LIST, {"file": SimpleUploadedFile("a.csv", SALES.encode())})
    job = Import.objects.get()
    answer = owner.post(f"{LIST}{job.pk}/columns/", {"target": "sales", "source": "till",
                        "date_order": "ymd", "new_items": "product"})  # fmt: skip
    assert answer.status_code == 422
    assert "单号" in answer.content.decode()
    job.refresh_from_db()
    assert job.state == "uploaded"


def test_the_very_same_file_is_told_before_it_is_imported_again(
    owner: Client, bring: Bring
) -> None:
    bring(SALES)
    owner.post(LIST, {"file": SimpleUploadedFile("again.csv", SALES.encode())})
    job = Import.objects.latest("pk")
    page = owner.get(f"{LIST}{job.pk}/columns/", headers={"accept-language": "en"})
    assert "This very file was imported" in page.content.decode()


def test_a_file_nobody_knows_comes_from_the_only_system_so_far(owner: Client, bring: Bring) -> None:
    """Whoever cannot name the system is not held up, and codes still meet those already there."""
    owner.post(LIST, {"file": SimpleUploadedFile("a.csv", SALES.encode())})
    first = Import.objects.get()
    form = owner.get(f"{LIST}{first.pk}/columns/").context["form"]
    assert form["source"].value() == settings.BUSINESS.name
    till = bring(SALES)
    form = owner.get(f"{LIST}{first.pk}/columns/").context["form"]
    assert form["source"].value() == till.source


def test_a_saved_preset_is_recognised_the_next_time(bring: Bring, at: datetime) -> None:
    job = bring(SALES, source="美业收银")
    actions.save_preset(job.pk, "我的收银", by=SYSTEM, at=at)
    again = presets.recognise(job.columns)
    assert again is not None and (again.name, again.source) == ("我的收银", "美业收银")
    assert again.match == Match.read(job.mapping)
    assert Preset.objects.count() == 1


def test_rows_are_mended_dropped_and_sent_back_through_the_pages(
    owner: Client, bring: Bring
) -> None:
    job = bring(SALES)
    base = f"{LIST}{job.pk}/rows/"
    assert owner.get(base, {"reason": "at:impossible_date"}).status_code == 200
    assert owner.get(f"{base}3/").status_code == 200
    cells = {
        f"cell_{n}": text for n, text in enumerate(["2", "2026-02-28", "K2", "发膜", "1", "9"])
    }
    assert owner.post(f"{base}3/", cells).status_code == 302
    assert owner.post(f"{base}again/").status_code == 302
    job.refresh_from_db()
    assert job.state == "running" and job.again
    Import.objects.update(state="done", again=False)
    data = {"column": "日期", "old": "2026-02-28", "new": "2026-02-27"}
    assert owner.post(f"{base}replace/", data).status_code == 302
    file = SimpleUploadedFile("m.csv", owner.get(f"{base}download.csv").content)
    assert owner.post(f"{base}upload/", {"file": file}).status_code == 302
    assert owner.post(f"{base}drop/", {"row": "3"}).status_code == 302
    assert job.quarantine.get().state == "dropped"
    assert mending.key_of(job)


@pytest.mark.parametrize(("number", "full"), [(errno.ENOSPC, True), (errno.EACCES, False)])
def test_only_a_full_disk_is_called_full(
    owner: Client, monkeypatch: pytest.MonkeyPatch, number: int, full: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(actions, "receive", refuse)
    sent = {"file": SimpleUploadedFile("a.csv", SALES.encode())}
    answer = owner.post(LIST, sent, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert ("disk is full" in str(answer.context["form"].errors)) is full
