"""Settings → Messages sent."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from regulars.kit.models import RoleGrant, User
from regulars.kit.permissions import Role
from regulars.messaging.channels.development import Development
from regulars.messaging.delivering import deliver
from tests.factories.messaging import Memory, mean_to_send, reachable, using

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client: Client) -> Client:
    return signed_in(client, Role.OWNER)


def signed_in(client: Client, role: Role) -> Client:
    user = User.objects.create_user(str(role), "a long password", name="周")
    RoleGrant.objects.create(user=user, role=role)
    client.force_login(user)
    return client


def test_what_went_and_what_it_said_is_listed(owner: Client, at: datetime) -> None:
    with using(Development()):
        deliver(mean_to_send(reachable(at=at), at=at).pk, at=at)
    page = owner.get(reverse("messaging:sent")).content.decode()
    for words in ("林", "已发出", "See you at 10:00.", "试用渠道"):
        assert words in page
    assert "lin@example.com" not in page
    assert (
        "See you" not in owner.get(reverse("messaging:sent"), {"state": "failed"}).content.decode()
    )


def test_an_erased_customers_message_shows_no_words(owner: Client, at: datetime) -> None:
    from regulars.people.models import Customer

    customer = reachable(at=at)
    with using(Development()):
        deliver(mean_to_send(customer, at=at).pk, at=at)
    Customer.objects.filter(pk=customer).update(erased_at=at, data_key=None, name="")
    answer = owner.get(reverse("messaging:sent"))
    assert answer.status_code == 200
    assert "See you" not in answer.content.decode()


def test_what_nobody_knows_is_settled_there(owner: Client, memory: Memory, at: datetime) -> None:
    memory.fails_with = [ConnectionResetError()]
    send = mean_to_send(reachable(at=at), at=at)
    deliver(send.pk, at=at)
    assert "已经收到" in owner.get(reverse("messaging:sent")).content.decode()
    owner.post(reverse("messaging:settle", args=[send.pk]), {"arrived": "yes"})
    send.refresh_from_db()
    assert send.state == "delivered"


def test_only_who_manages_settings_sees_it(client: Client) -> None:
    desk = signed_in(client, Role.DESK)
    assert desk.get(reverse("messaging:sent")).status_code == 403


@pytest.mark.parametrize("query", [{"state": "nonsense"}, {"before": "x"}, {"before": "1"}])
def test_strange_queries_do_no_harm(owner: Client, query: dict[str, str]) -> None:
    assert owner.get(reverse("messaging:sent"), query).status_code == 200
