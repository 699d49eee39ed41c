"""The timeline gives every entry once, newest first, however it is cut into pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.utils import translation

from regulars.intake.events import EventDraft, record_events
from regulars.kit.permissions import SYSTEM
from regulars.offer.models import Store
from regulars.people import actions
from regulars.people.drafts import ConsentDraft, CustomerDraft
from regulars.people.models import Customer
from regulars.sales.models import Order
from regulars.understanding.customers.timeline import KINDS, Place, page_of
from regulars.understanding.templatetags.customers import happened_at
from tests.factories.salon import open_salon

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 20, 4, tzinfo=UTC)


@pytest.fixture
def customer() -> Customer:
    """Purchases, events, notes and consents, many at the very same moment."""
    salon = open_salon(until=NOW, customers=6, days=120)
    pk = Order.objects.exclude(customer=None).values_list("customer", flat=True)[0]
    random = Random(3)
    moments = [NOW - timedelta(days=random.randint(0, 6)) for _ in range(12)]
    events = [
        EventDraft("book", str(n), "visit", at, customer_id=pk, store_id=salon.stores[0].pk)
        for n, at in enumerate(moments)
    ]
    record_events(events, by=SYSTEM, at=NOW)
    for at in moments:
        actions.add_note(pk, "喜欢安静", by=SYSTEM, at=at)
        word = ConsentDraft("marketing", "sms", True, "1", "form", at)
        actions.set_consent(pk, word, by=SYSTEM, at=at)
    return Customer.objects.get(pk=pk)


@pytest.mark.parametrize("kinds", [KINDS, ("events",), ("notes", "purchases")])
@pytest.mark.parametrize("size", [1, 5, 7])
def test_pages_hold_every_entry_once_and_in_order(
    customer: Customer, kinds: tuple[str, ...], size: int
) -> None:
    whole = page_of(customer, kinds=kinds, size=1000)
    assert whole.after is None
    found, place = [], None
    while True:
        page = page_of(customer, kinds=kinds, after=place, size=size)
        found += page.entries
        if page.after is None:
            break
        place = Place.parse(str(page.after))
    keys = [(entry.kind, entry.record.pk) for entry in found]
    assert keys == [(entry.kind, entry.record.pk) for entry in whole.entries]
    assert len(set(keys)) == len(keys)
    assert [e.at for e in found] == sorted((e.at for e in found), reverse=True)
    assert {kind for kind, _ in keys} == set(kinds)


def test_purchases_of_other_stores_stay_out(customer: Customer) -> None:
    stores = set(Order.objects.filter(customer=customer).values_list("store", flat=True))
    elsewhere = {max(stores) + 1}
    page = page_of(customer, kinds=("purchases",), sales_at=elsewhere, size=1000)
    assert page.entries == []
    assert page_of(customer, kinds=("purchases",), sales_at=stores, size=1000).entries


def test_someone_of_whom_nothing_is_known_has_an_empty_timeline() -> None:
    pk = actions.add_customer(CustomerDraft(name="新来的"), by=SYSTEM, at=NOW)
    assert page_of(Customer.objects.get(pk=pk)).entries == []


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(2026, 10, 18, 16, tzinfo=UTC), "10月19日"),  # midnight in Shanghai
        (datetime(2026, 10, 18, 16, 1, tzinfo=UTC), "10月19日 00:01"),
        (datetime(2026, 10, 19, 0, tzinfo=UTC), "10月19日 08:00"),
    ],
)
def test_a_day_without_a_time_shows_none(at: datetime, told: str) -> None:
    with translation.override("zh-hans"):
        assert happened_at(at, Store(time_zone="Asia/Shanghai")) == told
        assert happened_at(at, None) == told


def test_a_moment_is_told_by_the_clock_of_its_store() -> None:
    at = datetime(2026, 10, 19, 4, tzinfo=UTC)
    with translation.override("zh-hans"):
        assert happened_at(at, Store(time_zone="America/New_York")) == "10月19日"
