"""What someone sets for themselves."""

from __future__ import annotations

import pytest
from django.test import Client

from regulars.kit.models import AuditEvent, RoleGrant, User
from regulars.kit.permissions import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    user = User.objects.create_user("li", "a long password", name="小李")
    RoleGrant.objects.create(user=user, role=Role.DESK)
    client = Client()
    client.force_login(user)
    return client


def test_shortcuts_are_turned_off_and_on_again_and_it_is_on_record(client: Client) -> None:
    for word, state in (("off", False), ("on", True)):
        answer = client.post("/shortcuts/", {"shortcuts": word, "next": "/settings/"})
        assert answer.headers["Location"] == "/settings/"
        assert User.objects.get(username="li").shortcuts is state
    assert AuditEvent.objects.filter(action="offer.choose_shortcuts").count() == 2


def test_shortcuts_lead_back_into_the_product_only(client: Client) -> None:
    answer = client.post("/shortcuts/", {"shortcuts": "on", "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_a_link_cannot_turn_shortcuts_off(client: Client) -> None:
    assert client.get("/shortcuts/?shortcuts=off").status_code == 405
    assert User.objects.get(username="li").shortcuts is True
