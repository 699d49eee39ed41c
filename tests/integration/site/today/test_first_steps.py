"""A business without customers or sales is told where to begin."""

from __future__ import annotations

import pytest
from django.test import Client

from regulars.kit.models import RoleGrant, User
from regulars.kit.permissions import Role


@pytest.mark.django_db
def test_an_empty_business_is_led_to_its_first_import() -> None:
    user = User.objects.create_user("owner", "a long password", name="Owner")
    RoleGrant.objects.create(user=user, role=Role.OWNER)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    page = client.get("/").content.decode()
    assert "First steps" in page
    for path in ("/insights/", "/insights/behaviour/", "/insights/rfm/", "/insights/lifecycle/"):
        assert "Nothing has been analysed yet" in client.get(path).content.decode()
    assert client.get("/insights/method/").status_code == 200
    assert client.get("/insights/run/").status_code == 200
