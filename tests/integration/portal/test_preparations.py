"""What customers should know before a service, written under the settings."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from regulars.kit.models import RoleGrant, User
from regulars.kit.permissions import Role
from regulars.portal.models import Preparation
from tests.factories.booking import Salon


def signed_in(client: Client, role: Role) -> Client:
    user = User.objects.create_user(str(role), "a long password", name="周")
    RoleGrant.objects.create(user=user, role=role)
    client.force_login(user)
    return client


def test_is_written_changed_and_taken_away(client: Client, salon: Salon) -> None:
    owner = signed_in(client, Role.OWNER)
    url = reverse("portal-shop:set-preparation", args=[salon.cut])
    for text in ("来之前不用洗头。", "不用洗头"):
        owner.post(url, {"text": text})
        assert Preparation.objects.get().text == text
        assert text in owner.get(reverse("portal-shop:preparations")).content.decode()
    owner.post(url, {"text": "长" * 401})
    assert Preparation.objects.get().text == "不用洗头"
    owner.post(url, {"text": " "})
    assert not Preparation.objects.exists()


@pytest.mark.parametrize("role", [Role.DESK, Role.MARKETER])
def test_is_for_who_manages_settings(client: Client, salon: Salon, role: Role) -> None:
    client = signed_in(client, role)
    url = reverse("portal-shop:set-preparation", args=[salon.cut])
    assert client.post(url, {"text": "x"}).status_code == 403
    assert client.get(reverse("portal-shop:preparations")).status_code == 403
    assert not Preparation.objects.exists()
