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
from regulars.messaging.models import Rules
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


class TestWords:
    def test_are_changed_by_language_and_taken_back(
        self, owner: Client, memory: Memory, at: datetime
    ) -> None:
        url = reverse("messaging:text", args=["test.reminder", "en"])
        answer = owner.post(url, {"title": "Hi", "body": "At {time}, my dear."})
        assert answer.status_code == 302
        assert "my dear" in owner.get(url).content.decode()
        deliver(mean_to_send(reachable(at=at), at=at).pk, at=at)
        assert memory.letters[0].body == "At 10:00, my dear."
        owner.post(url, {"title": "", "body": ""})
        assert "my dear" not in owner.get(url).content.decode()

    def test_with_an_unknown_variable_are_refused_and_kept_on_the_page(self, owner: Client) -> None:
        url = reverse("messaging:text", args=["test.reminder", "en"])
        answer = owner.post(url, {"title": "", "body": "At {time}, {nmae}"})
        assert answer.status_code == 422
        assert "nmae" in answer.content.decode()

    @pytest.mark.parametrize("given", [("no.such", "en"), ("test.reminder", "xx")])
    def test_of_nothing_lead_nowhere(self, owner: Client, given: tuple[str, str]) -> None:
        assert owner.get(reverse("messaging:text", args=given)).status_code == 404


def test_quiet_hours_and_caps_are_set_there(owner: Client) -> None:
    url = reverse("messaging:rules")
    assert "21:00" in owner.get(url).content.decode()
    given = {"quiet_from": "22:30", "quiet_to": "08:00", "most_a_day": 4, "marketing_a_week": 1}
    assert owner.post(url, given).status_code == 302
    rules = Rules.objects.get()
    assert (rules.quiet_from, rules.quiet_to, rules.most_a_day) == (1350, 480, 4)
    assert owner.post(url, given | {"most_a_day": 0}).status_code == 422
    assert owner.post(url, given | {"quiet_to": "25:00"}).status_code == 422
