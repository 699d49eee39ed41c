"""A phone and a code let in; nothing tells who is known, and nobody guesses for long."""

from __future__ import annotations

from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from regulars.kit.models import User
from regulars.messaging.delivering import deliver
from regulars.messaging.models import Send
from regulars.people.models import Customer
from regulars.portal import signing_in
from regulars.portal.faces import COOKIE, TICKET
from regulars.portal.models import Code, Visitor
from tests.conftest import Together
from tests.factories.messaging import Memory, using
from tests.factories.portal import PHONE, code_sent, come_in, known_customer, wrong

pytestmark = pytest.mark.django_db


def ask(phone: str = PHONE, source: str = "192.0.2.1", *, at: datetime) -> str:
    return signing_in.ask(phone, source, at=at).ticket


def test_the_right_code_lets_its_owner_in(at: datetime) -> None:
    customer = known_customer(at=at)
    secret = signing_in.come_in(ask(at=at), code_sent(), at=at)
    visitor = signing_in.visitor_of(secret, at=at)
    assert visitor is not None
    assert visitor.customer_id == customer
    assert signing_in.phone_of(visitor) == PHONE
    assert signing_in.visitor_of(secret, at=at + timedelta(days=31)) is None
    assert signing_in.visitor_of(secret + "x", at=at) is None


def test_a_code_works_once(at: datetime) -> None:
    ticket = ask(at=at)
    signing_in.come_in(ticket, code_sent(), at=at)
    with pytest.raises(ValidationError):
        signing_in.come_in(ticket, code_sent(), at=at)


def test_a_code_is_good_for_five_minutes(at: datetime) -> None:
    ticket = ask(at=at)
    with pytest.raises(ValidationError):
        signing_in.come_in(ticket, code_sent(), at=at + timedelta(minutes=5))


def test_after_five_tries_the_right_code_is_no_use(at: datetime) -> None:
    ticket, code = ask(at=at), code_sent()
    for _ in range(5):
        with pytest.raises(ValidationError):
            signing_in.come_in(ticket, wrong(code), at=at)
    with pytest.raises(ValidationError):
        signing_in.come_in(ticket, code, at=at)


def test_with_more_tries_it_would_have_been(at: datetime) -> None:
    ticket, code = ask(at=at), code_sent()
    for _ in range(4):
        with pytest.raises(ValidationError):
            signing_in.come_in(ticket, wrong(code), at=at)
    assert signing_in.come_in(ticket, code, at=at)


def test_a_code_is_no_use_with_another_ticket(at: datetime) -> None:
    ask(at=at)
    code = code_sent()
    other = ask("13912345678", at=at)
    if code_sent() != code:
        with pytest.raises(ValidationError):
            signing_in.come_in(other, code, at=at)


def test_a_phone_gets_one_code_a_minute_and_five_an_hour(at: datetime) -> None:
    ask(at=at)
    with pytest.raises(ValidationError):
        ask(at=at + timedelta(seconds=59))
    for n in range(1, 5):
        ask(at=at + timedelta(minutes=n))
    with pytest.raises(ValidationError):
        ask(at=at + timedelta(minutes=6))
    ask(at=at + timedelta(minutes=62))


def test_a_network_address_gets_twenty_codes_an_hour(at: datetime) -> None:
    for n in range(20):
        ask(f"138000000{n:02}", at=at)
    with pytest.raises(ValidationError):
        ask("13900000000", at=at)
    ask("13900000000", "192.0.2.2", at=at)


def test_neither_code_nor_phone_is_stored_readably(at: datetime) -> None:
    ticket = ask(at=at)
    code = code_sent()
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM portal_code c")
        row = cursor.fetchone()[0]
    for text in (code, PHONE, ticket):
        assert text not in row
        assert text.encode().hex() not in row


def test_once_out_the_code_is_destroyed(at: datetime) -> None:
    ask(at=at)
    memory = Memory()
    with using(memory):
        deliver(Send.objects.get().pk, at=at)
    assert memory.letters[0].address == PHONE
    assert Send.objects.get().sealed_values is None


def test_several_with_one_phone_are_the_first_of_them(at: datetime) -> None:
    first = known_customer(at=at)
    known_customer(at=at, name="林父")
    secret = signing_in.come_in(ask(at=at), code_sent(), at=at)
    assert Visitor.objects.get().customer_id == first
    Customer.objects.filter(pk=first).update(erased_at=at, data_key=None)
    assert signing_in.visitor_of(secret, at=at) is None
    assert not Visitor.objects.exists()  # a trigger has signed them out


def test_old_codes_and_sign_ins_are_forgotten(at: datetime) -> None:
    signing_in.come_in(ask(at=at), code_sent(), at=at)
    assert signing_in.forget(at=at + timedelta(hours=23)) == 0
    assert signing_in.forget(at=at + timedelta(days=31)) == 2


class TestPages:
    def test_lead_from_the_phone_over_the_code_to_where_one_was(
        self, client: Client, at: datetime
    ) -> None:
        home = reverse("portal:home")
        answer = client.post(reverse("portal:sign-in"), {"phone": PHONE, "next": home})
        assert answer.status_code == 302
        assert PHONE not in answer["Location"]
        cookie = answer.cookies[TICKET]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", home)
        answer = client.post(answer["Location"], {"code": code_sent(), "next": home})
        assert answer["Location"] == home
        assert answer.cookies[COOKIE]["httponly"]

    @pytest.mark.parametrize("known", [True, False])
    def test_say_the_same_of_a_phone_that_is_known_and_of_one_that_is_not(
        self, client: Client, at: datetime, known: bool
    ) -> None:
        if known:
            known_customer(at=at)
        answer = client.post(reverse("portal:sign-in"), {"phone": PHONE})
        assert answer["Location"] == "/book/code/?next=%2Fbook%2Fmine%2F"
        assert Code.objects.count() == Send.objects.count() == 1

    def test_say_what_is_wrong_and_keep_what_was_typed(self, client: Client) -> None:
        answer = client.post(reverse("portal:sign-in"), {"phone": "not a phone"})
        assert answer.status_code == 422
        assert b"not a phone" in answer.content

    @pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/book/", "/today/"])
    def test_lead_back_to_pages_of_ours_only(self, client: Client, at: datetime, back: str) -> None:
        client.post(reverse("portal:sign-in"), {"phone": PHONE})
        answer = client.post(reverse("portal:code"), {"code": code_sent(), "next": back})
        assert answer["Location"] == reverse("portal:mine")

    def test_want_a_token_of_their_own_in_every_form(self) -> None:
        client = Client(enforce_csrf_checks=True)
        assert client.post(reverse("portal:sign-in"), {"phone": PHONE}).status_code == 403

    def test_let_out_again(self, client: Client) -> None:
        come_in(client)
        assert client.get(reverse("portal:mine")).status_code == 200
        client.post(reverse("portal:sign-out"))
        assert not Visitor.objects.exists()
        assert client.get(reverse("portal:mine")).status_code == 302

    def test_know_nothing_of_the_sessions_of_staff(self, client: Client) -> None:
        client.force_login(User.objects.create_user("owner", "a long password", name="周"))
        assert client.get(reverse("portal:mine")).status_code == 302

    def test_let_no_visitor_to_the_pages_of_staff(self, client: Client) -> None:
        come_in(client)
        assert client.get(reverse("settings")).status_code == 302


class TestTogether:
    def test_no_more_than_five_tries_count(
        self, transactional_db: None, at: datetime, together: Together
    ) -> None:
        ticket, code = ask(at=at), code_sent()
        guesses = [wrong(code)] * 12
        together(*[lambda g=g: signing_in.come_in(ticket, g, at=at) for g in guesses])
        assert Code.objects.get().tries == 5
        with pytest.raises(ValidationError):
            signing_in.come_in(ticket, code, at=at)

    def test_one_of_two_with_the_right_code_comes_in(
        self, transactional_db: None, at: datetime, together: Together
    ) -> None:
        ticket, code = ask(at=at), code_sent()
        answers = together(*[lambda: signing_in.come_in(ticket, code, at=at)] * 4)
        assert sum(isinstance(answer, str) for answer in answers) == 1

    def test_one_of_many_who_ask_at_once_gets_a_code(
        self, transactional_db: None, at: datetime, together: Together
    ) -> None:
        together(*[lambda: ask(at=at)] * 6)
        assert Code.objects.count() == 1

    def test_without_the_lock_several_would(
        self, transactional_db: None, at: datetime, together: Together
    ) -> None:
        from regulars.portal.models import Code as Row

        looked = Row.objects.filter

        def slow(*given, **more):  # type: ignore[no-untyped-def]
            import time

            time.sleep(0.05)
            return looked(*given, **more)

        with (
            mock.patch.object(signing_in, "connection", mock.MagicMock()),
            mock.patch.object(Row.objects, "filter", slow),
        ):
            together(*[lambda: ask(at=at)] * 6)
        assert Code.objects.count() > 1
