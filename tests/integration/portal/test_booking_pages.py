"""Booking on the phone in three steps, without script: what, when and by whom, yes."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from regulars.booking.actions import book
from regulars.booking.models import Appointment, Change
from regulars.kit.permissions import SYSTEM
from regulars.messaging.models import Send
from regulars.offer.arranging import PolicyDraft, set_policy
from regulars.offer.models import Item
from regulars.people.models import Consent, Customer
from regulars.people.queries import consents_of
from regulars.portal.models import Preparation
from tests.factories.booking import Salon, clock
from tests.factories.portal import PHONE, come_in, key_in, known_customer


def address(salon: Salon, page: str, *items: int, **more: object) -> str:
    query = urlencode([*(("s", item) for item in items), *more.items()])
    return f"{reverse(f'portal:{page}', args=[salon.store.pk])}?{query}"


def at_hour(hour: float) -> str:
    return clock(hour).strftime("%Y-%m-%dT%H:%MZ")


def text(answer) -> str:  # type: ignore[no-untyped-def]
    return str(answer.content.decode())


def test_with_one_store_its_services_come_first(client: Client, salon: Salon) -> None:
    answer = client.get(reverse("portal:home"), follow=True)
    assert answer.redirect_chain[0][0] == reverse("portal:services", args=[salon.store.pk])
    for words in ("剪发", "¥88", "30 分钟", "染发"):
        assert words in text(answer)


def test_what_cannot_be_booked_online_is_not_offered(client: Client, salon: Salon) -> None:
    Item.objects.filter(pk=salon.care).update(bookable=False)
    assert "护理" not in text(client.get(address(salon, "services")))
    answer = client.get(address(salon, "services", 999))
    assert answer.status_code == 200


def test_without_a_service_one_is_asked_for(client: Client, salon: Salon) -> None:
    answer = client.get(address(salon, "when"))
    assert answer.status_code == 422
    assert "至少选一个项目" in text(answer)


def test_the_times_of_the_first_free_day_are_offered(client: Client, salon: Salon) -> None:
    page = text(client.get(address(salon, "when", salon.cut)))
    assert "10月21日 周三" in page
    assert at_hour(10) in page
    assert at_hour(19.5) in page
    assert at_hour(19.75) not in page  # the cut would not be done by eight
    for name in ("林晓雨", "苏蔓", "周子墨", "都可以"):
        assert name in page


def test_only_those_who_do_all_of_it_can_be_chosen(client: Client, salon: Salon) -> None:
    page = text(client.get(address(salon, "when", salon.cut, salon.colour)))
    assert "林晓雨" in page
    assert "周子墨" not in page


def test_what_is_taken_is_not_offered(client: Client, salon: Salon, noon: datetime) -> None:
    book(salon.visit(10), by=SYSTEM, at=noon)
    page = text(client.get(address(salon, "when", salon.cut, p=salon.lin)))
    assert at_hour(10) not in page
    assert at_hour(10.5) in page


def test_a_month_of_times_takes_a_constant_number_of_queries(
    client: Client,
    salon: Salon,
    noon: datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(20):
        client.get(address(salon, "when", salon.cut))
    for n in range(6):
        book(salon.visit(10 + n), by=SYSTEM, at=noon)
    with django_assert_max_num_queries(20):
        client.get(address(salon, "when", salon.cut))


def test_the_last_step_tells_who_when_how_much_and_what_to_do_before(
    client: Client, salon: Salon, noon: datetime
) -> None:
    Preparation.objects.create(item_id=salon.cut, text="来之前不用洗头。")
    set_policy(PolicyDraft(change_minutes=120, no_show_fee=5000), by=SYSTEM, at=noon)
    page = text(client.get(address(salon, "confirm", salon.cut, p=salon.lin, t=at_hour(10))))
    for words in (
        "10月21日 周三",
        "10:00–10:30",
        "林晓雨",
        "¥128",
        "¥50",
        "08:00",
        "来之前不用洗头",
    ):
        assert words in page
    assert "填手机号继续" in page


def book_page(client: Client, url: str, **more: object):  # type: ignore[no-untyped-def]
    page = client.get(url).content
    price = page.split(b'name="price" value="')[1].split(b'"')[0].decode()
    return client.post(url, {"request_key": key_in(page), "price": price, **more})


def test_a_known_customer_books_with_one_yes(client: Client, salon: Salon, noon: datetime) -> None:
    customer = known_customer(at=noon)
    come_in(client)
    answer = book_page(client, address(salon, "confirm", salon.cut, p=salon.lin, t=at_hour(10)))
    appointment = Appointment.objects.get()
    assert answer["Location"] == reverse("portal:visit", args=[appointment.pk]) + "?booked=1"
    assert (appointment.customer_id, appointment.channel) == (customer, "portal")
    assert appointment.starts_at == clock(10)
    assert "约好了" in text(client.get(answer["Location"]))


def test_a_newcomer_becomes_a_customer_with_notice_and_consent(
    client: Client, salon: Salon
) -> None:
    come_in(client, "13900001111")
    url = address(salon, "confirm", salon.cut, p=salon.lin, t=at_hour(10))
    assert book_page(client, url, name="许愿").status_code == 422
    assert not Appointment.objects.exists()
    answer = book_page(client, url, name="许愿", notice="on")
    assert answer.status_code == 302
    customer = Customer.objects.get(name="许愿")
    assert Appointment.objects.get().customer == customer
    assert consents_of(customer.pk) == {("service", "any"): True}
    word = Consent.objects.get(customer=customer)
    assert (word.notice_version, word.evidence) == ("portal-1", "booking page")
    assert customer.contacts.get().kind == "phone"
    assert "许愿" not in text(client.get(url))


def test_offers_are_allowed_by_their_own_tick(client: Client, salon: Salon) -> None:
    come_in(client, "13900001111")
    url = address(salon, "confirm", salon.cut, p=salon.lin, t=at_hour(10))
    book_page(client, url, name="许愿", notice="on", marketing="on")
    customer = Customer.objects.get(name="许愿")
    assert consents_of(customer.pk)[("marketing", "any")]


def test_a_second_tap_books_nothing_more(client: Client, salon: Salon) -> None:
    come_in(client, "13900001111")
    url = address(salon, "confirm", salon.cut, p=salon.lin, t=at_hour(10))
    form = {"request_key": key_in(client.get(url).content), "price": "12800"}
    first = client.post(url, {**form, "name": "许愿", "notice": "on"})
    again = client.post(url, {**form, "name": "许愿", "notice": "on"})
    assert first["Location"] == again["Location"]
    assert Appointment.objects.count() == 1
    assert Customer.objects.filter(name="许愿").count() == 1


def test_the_same_key_for_another_time_is_refused(client: Client, salon: Salon) -> None:
    known_customer(at=clock(0))
    come_in(client)
    url = address(salon, "confirm", salon.cut, p=salon.lin, t=at_hour(10))
    key = key_in(client.get(url).content)
    client.post(url, {"request_key": key, "price": "12800"})
    other = address(salon, "confirm", salon.cut, p=salon.lin, t=at_hour(12))
    assert client.post(other, {"request_key": key, "price": "12800"}).status_code == 422
    assert Appointment.objects.count() == 1


def test_without_a_key_nothing_is_booked(client: Client, salon: Salon) -> None:
    known_customer(at=clock(0))
    come_in(client)
    url = address(salon, "confirm", salon.cut, p=salon.lin, t=at_hour(10))
    assert client.post(url, {"price": "12800"}).status_code == 422
    assert not Appointment.objects.exists()


def test_a_time_that_is_gone_is_said_and_nothing_is_left(
    client: Client, salon: Salon, noon: datetime
) -> None:
    come_in(client, "13900001111")
    url = address(salon, "confirm", salon.cut, p=salon.lin, t=at_hour(10))
    form = {"request_key": key_in(client.get(url).content), "price": "12800"}
    book(salon.visit(10), by=SYSTEM, at=noon)
    answer = client.post(url, {**form, "name": "许愿", "notice": "on"})
    assert answer.status_code == 422
    assert "这个时间刚被约走了" in text(answer)
    assert not Customer.objects.filter(name="许愿").exists()


def test_nothing_is_booked_at_a_price_that_was_not_shown(
    client: Client, salon: Salon, noon: datetime
) -> None:
    known_customer(at=noon)
    come_in(client)
    url = address(salon, "confirm", salon.cut, p=salon.lin, t=at_hour(10))
    form = {"request_key": key_in(client.get(url).content), "price": "12800"}
    Item.objects.filter(pk=salon.cut).update(price=15800)
    answer = client.post(url, form)
    assert answer.status_code == 422
    assert "价格刚刚变了" in text(answer)
    assert "¥158" in text(answer)
    assert not Appointment.objects.exists()
    assert book_page(client, url).status_code == 302


def test_the_policy_of_the_shop_holds(client: Client, salon: Salon, noon: datetime) -> None:
    set_policy(PolicyDraft(lead_minutes=3 * 24 * 60), by=SYSTEM, at=noon)
    known_customer(at=noon)
    come_in(client)
    assert at_hour(10) not in text(client.get(address(salon, "when", salon.cut)))
    url = address(salon, "confirm", salon.cut, p=salon.lin, t=at_hour(10))
    assert client.post(url, {"request_key": "k", "price": "12800"}).status_code == 422
    assert not Appointment.objects.exists()


def test_pages_are_english_for_who_asks_so(client: Client, salon: Salon) -> None:
    answer = client.get(address(salon, "services"), headers={"Accept-Language": "en-GB"})
    assert "What can we do for you" in text(answer)
    assert 'lang="en"' in text(answer)


def test_pages_run_nothing_but_what_carries_their_nonce(client: Client, salon: Salon) -> None:
    policy = client.get(address(salon, "services")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("when", ["", "yesterday", "2026-10-21T10:00", "2026-02-30T10:00Z"])
def test_a_moment_that_is_none_leads_nowhere(client: Client, salon: Salon, when: str) -> None:
    assert client.get(address(salon, "confirm", salon.cut, t=when)).status_code == 404


def test_phones_are_in_no_address_and_no_log(client: Client, salon: Salon) -> None:
    come_in(client, "13900001111")
    url = address(salon, "confirm", salon.cut, p=salon.lin, t=at_hour(10))
    answer = book_page(client, url, name="许愿", notice="on")
    assert "13900001111" not in answer["Location"]
    assert not Change.objects.filter(detail__icontains="139").exists()
    assert Send.objects.filter(occasion="booking.booked").count() == 1
    assert PHONE not in str(list(Send.objects.values()))


def test_the_book_is_open_as_far_as_the_policy_says(
    client: Client, salon: Salon, noon: datetime
) -> None:
    set_policy(PolicyDraft(horizon_days=1), by=SYSTEM, at=noon)
    page = text(client.get(address(salon, "when", salon.cut)))
    assert (noon + timedelta(days=1)).strftime("%Y-%m-%dT%H:%MZ") in page
    assert (noon + timedelta(days=1, hours=1)).strftime("%Y-%m-%dT%H:%MZ") not in page
