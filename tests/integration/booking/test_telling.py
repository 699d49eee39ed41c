"""What customers are written about their appointments, and what is called off when they change."""

from __future__ import annotations

from datetime import datetime, timedelta
from unittest import mock

import pytest

from regulars.booking import progress, telling
from regulars.booking.actions import book, move
from regulars.booking.models import Appointment, BookedService
from regulars.kit.permissions import SYSTEM
from regulars.messaging import sealing
from regulars.messaging.delivering import deliver
from regulars.messaging.models import Send
from tests.factories.booking import DAY, Salon, clock
from tests.factories.messaging import Memory, using
from tests.factories.portal import known_customer

LATER = DAY + timedelta(days=2)


@pytest.fixture
def customer(salon: Salon, at: datetime) -> int:
    return known_customer(at=at)


def sends(state: str = "waiting") -> dict[str, datetime]:
    """Which messages are in a state, and when they are due."""
    found = Send.objects.filter(state=state).order_by("pk")
    return dict(found.values_list("occasion", "due_at"))


def come(salon: Salon, customer: int | None, at: datetime, **given: object) -> int:
    visit = salon.visit(10, day=LATER, customer_id=customer, **given)
    return book(visit, by=SYSTEM, at=at)


def test_who_books_is_told_now_and_reminded_a_day_before(
    salon: Salon, customer: int, at: datetime
) -> None:
    come(salon, customer, at)
    day_before = clock(10, LATER) - timedelta(hours=24)
    assert sends() == {"booking.booked": at, "booking.reminder": day_before}


def test_the_words_name_store_time_and_services(salon: Salon, customer: int, at: datetime) -> None:
    come(salon, customer, at)
    memory = Memory()
    with using(memory):
        deliver(Send.objects.get(occasion="booking.booked").pk, at=at)
    words = memory.letters[0].body
    for part in ("国贸店", "10月23日 周五", "10:00", "剪发", "/book/visit/"):
        assert part in words


def test_who_books_for_tomorrow_morning_is_not_reminded_within_hours(
    salon: Salon, customer: int, at: datetime
) -> None:
    book(salon.visit(14, customer_id=customer), by=SYSTEM, at=at)  # in 26 hours
    assert set(sends()) == {"booking.booked"}


def test_moved_the_old_reminder_is_off_and_a_new_one_due(
    salon: Salon, customer: int, at: datetime
) -> None:
    appointment = come(salon, customer, at)
    move(appointment, starts_at=clock(15, LATER), by=SYSTEM, at=at)
    assert set(sends("dropped")) == {"booking.booked", "booking.reminder"}
    assert sends() == {
        "booking.moved": at,
        "booking.reminder": clock(15, LATER) - timedelta(hours=24),
    }


def test_without_calling_off_two_reminders_would_go(
    salon: Salon, customer: int, at: datetime
) -> None:
    with mock.patch.object(telling, "call_off"):
        appointment = come(salon, customer, at)
        move(appointment, starts_at=clock(15, LATER), by=SYSTEM, at=at)
    assert Send.objects.filter(occasion="booking.reminder", state="waiting").count() == 2


def test_given_to_a_colleague_at_the_same_time_nothing_is_said(
    salon: Salon, customer: int, at: datetime
) -> None:
    appointment = come(salon, customer, at)
    before = sends()
    service = BookedService.objects.get(appointment=appointment)
    move(appointment, staff={service.pk: salon.su}, by=SYSTEM, at=at)
    assert sends() == before


def test_called_off_only_that_is_said(salon: Salon, customer: int, at: datetime) -> None:
    appointment = come(salon, customer, at)
    progress.cancel(appointment, by=SYSTEM, at=at)
    assert set(sends()) == {"booking.cancelled"}


def test_a_hold_is_told_to_nobody_until_it_is_kept(
    salon: Salon, customer: int, at: datetime
) -> None:
    visit = salon.visit(10, day=LATER, customer_id=customer)
    held = book(visit, hold_for=timedelta(minutes=10), by=SYSTEM, at=at)
    assert sends() == {}
    progress.keep(held, by=SYSTEM, at=at)
    assert set(sends()) == {"booking.booked", "booking.reminder"}
    other = book(
        salon.visit(12, day=LATER, customer_id=customer),
        hold_for=timedelta(minutes=10), by=SYSTEM, at=at,
    )  # fmt: skip
    progress.cancel(other, by=SYSTEM, at=at)
    assert "booking.cancelled" not in sends()


def test_after_the_visit_thanks_are_due(salon: Salon, customer: int, at: datetime) -> None:
    appointment = come(salon, customer, at)
    day = clock(10, LATER)
    for step in (progress.arrive, progress.start, progress.finish):
        step(appointment, by=SYSTEM, at=day)
    assert sends() == {"booking.thanks": day + telling.THANK}


def test_of_a_row_of_appointments_each_is_only_reminded_of(
    salon: Salon, customer: int, at: datetime
) -> None:
    come(salon, customer, at, channel="series")
    assert set(sends()) == {"booking.reminder"}


def test_guests_and_those_without_a_contact_are_not_written_to(salon: Salon, at: datetime) -> None:
    come(salon, None, at)
    book(salon.visit(12, day=LATER, customer_id=salon.customers[0]), by=SYSTEM, at=at)
    assert not Send.objects.exists()


def test_a_booking_that_fails_leaves_no_message(salon: Salon, customer: int, at: datetime) -> None:
    with (
        mock.patch("regulars.booking.telling._mean", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        come(salon, customer, at)
    assert not Appointment.objects.exists()
    assert not Send.objects.exists()


def test_values_are_in_the_language_of_the_page_booked_on(
    salon: Salon, customer: int, at: datetime
) -> None:
    from django.utils import translation

    with translation.override("en"):
        come(salon, customer, at, channel="portal")
    send = Send.objects.get(occasion="booking.booked")
    assert send.language == "en"
    assert sealing.values_of(send)["day"] == "Fri 23 Oct"


def test_news_of_yesterday_is_not_sent(salon: Salon, customer: int, at: datetime) -> None:
    come(salon, customer, at)
    memory, send = Memory(), Send.objects.get(occasion="booking.booked")
    with using(memory):
        assert deliver(send.pk, at=at + telling.STALE) == "dropped"
    assert memory.letters == []
