"""The page on who may sign in: accounts are given, locked and let in again."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from regulars.kit.models import AuditEvent, RoleGrant, User
from regulars.kit.permissions import SYSTEM, Role
from regulars.offer.actions import add_store, add_user

pytestmark = pytest.mark.django_db
NEW = {"name": "小林", "username": "lin", "password": "a long word", "role": "stylist"}


@pytest.fixture
def owner(at: datetime) -> Client:
    user = add_user("boss", "correct horse", "Boss", Role.OWNER, by=SYSTEM, at=at)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_a_new_user_signs_in_with_a_role_at_one_store(owner: Client, at: datetime) -> None:
    store = add_store("S1", "First", "Asia/Shanghai", by=SYSTEM, at=at)
    assert owner.get("/settings/users/add/").status_code == 200
    answer = owner.post("/settings/users/add/", NEW | {"store": store.pk}, follow=True)
    assert "小林" in answer.content.decode()
    grant = RoleGrant.objects.get(user__username="lin")
    assert (grant.role, grant.store_id) == ("stylist", store.pk)
    assert Client().login(username="lin", password="a long word")


@pytest.mark.parametrize("wrong", [{"username": "boss"}, {"password": "short"}, {"role": "king"}])
def test_a_wrong_entry_is_explained_and_gives_no_account(
    owner: Client, wrong: dict[str, str]
) -> None:
    answer = owner.post("/settings/users/add/", NEW | wrong)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    assert User.objects.count() == 1


def test_who_is_locked_out_is_out_at_once_and_can_be_let_in(owner: Client, at: datetime) -> None:
    user = add_user("desk", "correct horse", "Desk", Role.DESK, by=SYSTEM, at=at)
    theirs = Client()
    theirs.force_login(user)
    assert theirs.get("/customers/").status_code == 200
    owner.post(f"/settings/users/{user.pk}/", {"allowed": "no"})
    assert theirs.get("/customers/").status_code == 302
    assert not Client().login(username="desk", password="correct horse")
    owner.post(f"/settings/users/{user.pk}/", {"allowed": "yes"})
    assert Client().login(username="desk", password="correct horse")
    assert AuditEvent.objects.filter(action="offer.let_user_in").count() == 2


def test_nobody_locks_themselves_out(owner: Client) -> None:
    boss = User.objects.get(username="boss")
    assert owner.post(f"/settings/users/{boss.pk}/", {"allowed": "no"}).status_code == 404
    assert User.objects.get(username="boss").is_active


def test_only_who_manages_settings_gives_accounts(at: datetime) -> None:
    manager = add_user("m", "correct horse", "M", Role.MANAGER, by=SYSTEM, at=at)
    client = Client()
    client.force_login(manager)
    assert client.post("/settings/users/add/", NEW).status_code == 403
    assert client.post(f"/settings/users/{manager.pk}/", {"allowed": "no"}).status_code == 403
    assert not User.objects.filter(username="lin").exists()


def test_people_are_listed_by_what_people_call_a_name(owner: Client) -> None:
    page = owner.get("/settings/users/", headers={"accept-language": "zh-hans"}).content.decode()
    assert "姓名" in page
    assert "名称" not in page
