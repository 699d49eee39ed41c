"""Calendar addresses of staff and stores: secret, shown once, closed at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from regulars.booking import progress
from regulars.booking.actions import book
from regulars.kit.models import RoleGrant, User
from regulars.kit.permissions import SYSTEM, Actor, Role
from regulars.offer.models import Staff
from regulars.people.models import Customer
from regulars.portal import feeds
from regulars.portal.models import Feed
from tests.conftest import Together
from tests.factories.booking import Salon, clock
from tests.factories.portal import known_customer


def summaries(content: bytes | None) -> Sequence[str]:
    assert content is not None
    return [str(event["summary"]) for event in Calendar.from_ical(content).walk("VEVENT")]


@pytest.fixture
def lin(salon: Salon) -> Staff:
    return Staff.objects.get(pk=salon.lin)


def test_a_person_sees_their_own_and_a_store_all(salon: Salon, lin: Staff, noon: datetime) -> None:
    book(salon.visit(10), by=SYSTEM, at=noon)
    book(salon.visit(11, staff=salon.su), by=SYSTEM, at=noon)
    off = book(salon.visit(12), by=SYSTEM, at=noon)
    progress.cancel(off, by=SYSTEM, at=noon)
    own = feeds.make(lin, by=SYSTEM, at=noon)
    everything = feeds.make(salon.store, by=SYSTEM, at=noon)
    assert summaries(feeds.read(own, at=noon)) == ["剪发 · 林晓雨"]
    assert summaries(feeds.read(everything, at=noon)) == ["剪发 · 林晓雨", "剪发 · 苏蔓"]


def test_times_are_those_of_the_service(salon: Salon, lin: Staff, noon: datetime) -> None:
    book(salon.visit(10), by=SYSTEM, at=noon)
    content = feeds.read(feeds.make(lin, by=SYSTEM, at=noon), at=noon)
    assert content is not None
    event = Calendar.from_ical(content).walk("VEVENT")[0]
    assert (event["dtstart"].dt, event["dtend"].dt) == (clock(10), clock(10.5))


def test_no_name_of_a_customer_leaves_the_house(salon: Salon, lin: Staff, noon: datetime) -> None:
    customer = known_customer(at=noon, name="许愿")
    book(salon.visit(10, customer_id=customer), by=SYSTEM, at=noon)
    content = feeds.read(feeds.make(lin, by=SYSTEM, at=noon), at=noon)
    assert content is not None
    assert "许愿" not in content.decode()
    assert Customer.objects.get(pk=customer).number in content.decode()


def test_a_new_address_closes_the_old_one(lin: Staff, noon: datetime) -> None:
    old = feeds.make(lin, by=SYSTEM, at=noon)
    new = feeds.make(lin, by=SYSTEM, at=noon)
    assert feeds.read(old, at=noon) is None
    assert feeds.read(new, at=noon) is not None
    assert feeds.revoke(lin, by=SYSTEM, at=noon)
    assert feeds.read(new, at=noon) is None
    assert not feeds.revoke(lin, by=SYSTEM, at=noon)


def test_the_secret_is_not_kept(lin: Staff, noon: datetime) -> None:
    secret = feeds.make(lin, by=SYSTEM, at=noon)
    with connection.cursor() as cursor:
        cursor.execute("SELECT f::text FROM portal_feed f")
        row = cursor.fetchone()[0]
    assert secret not in row
    assert secret.encode().hex() not in row


def test_two_who_make_one_at_once_leave_one_open(
    committed_salon: Salon, noon: datetime, together: Together
) -> None:
    lin = Staff.objects.get(pk=committed_salon.lin)
    secrets = together(*[lambda: feeds.make(lin, by=SYSTEM, at=noon)] * 4)
    assert all(isinstance(secret, str) for secret in secrets)
    assert Feed.objects.filter(revoked_at=None).count() == 1


def test_the_desk_makes_none(lin: Staff, desk: Actor, noon: datetime) -> None:
    with pytest.raises(PermissionDenied):
        feeds.make(lin, by=desk, at=noon)


def test_the_page_shows_an_address_once(client: Client, lin: Staff) -> None:
    user = User.objects.create_user("owner", "a long password", name="周")
    RoleGrant.objects.create(user=user, role=Role.OWNER)
    client.force_login(user)
    made = client.post(reverse("portal-shop:make-feed", args=["staff", lin.pk])).content.decode()
    path = made.split("<code")[1].split("/book/")[1].split("<")[0]
    assert Client().get(f"/book/{path}").status_code == 200
    assert path not in client.get(reverse("portal-shop:feeds")).content.decode()
    client.post(reverse("portal-shop:revoke-feed", args=["staff", lin.pk]))
    assert Client().get(f"/book/{path}").status_code == 404
    assert Client().get(reverse("portal-shop:feeds")).status_code == 302
