"""Friends come together or not at all; a series tells what it had to leave out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from regulars.booking.actions import book
from regulars.booking.models import Appointment
from regulars.booking.refusals import Refused
from regulars.booking.together import book_series, book_together
from regulars.kit.permissions import SYSTEM
from regulars.offer.models import Store
from tests.conftest import NOON
from tests.factories.booking import DAY, Salon, clock


def test_friends_come_together_or_not_at_all(salon: Salon) -> None:
    mine = salon.visit(10, customer_id=salon.customers[0])
    hers = salon.visit(10, staff=salon.su, customer_id=salon.customers[1])
    third = salon.visit(10, staff=salon.zhou, guest_name="小敏")
    with pytest.raises(Refused, match="place"):
        book_together([mine, hers, third], by=SYSTEM, at=NOON)
    assert not Appointment.objects.exists()
    assert len(book_together([mine, hers], by=SYSTEM, at=NOON)) == 2


def test_a_series_leaves_out_what_is_taken_and_says_so(salon: Salon) -> None:
    taken = DAY + timedelta(days=1)
    book(salon.visit(10, day=taken), by=SYSTEM, at=NOON)
    done = book_series(salon.visit(10), every_days=1, times=3, by=SYSTEM, at=NOON)
    booked = Appointment.objects.filter(series=done.series_id).order_by("starts_at")
    assert [one.starts_at for one in booked] == [clock(10), clock(10, DAY + timedelta(days=2))]
    ((starts_at, no),) = done.refused
    assert (starts_at, no.code) == (clock(10, taken), "taken")
    assert no.alternatives


def test_a_series_keeps_its_time_on_the_wall(salon: Salon) -> None:
    Store.objects.update(time_zone="Europe/Berlin")
    # Clocks go back on 25 October 2026; nobody works then, and the times tell.
    draft = replace(salon.visit(18), starts_at=clock(18))
    done = book_series(draft, every_days=7, times=2, by=SYSTEM, at=NOON)
    times = [
        *Appointment.objects.values_list("starts_at", flat=True),
        *(r[0] for r in done.refused),
    ]
    assert times[1] - times[0] == timedelta(days=7, hours=1)


@pytest.mark.parametrize("times", [1, 61])
def test_a_series_has_an_end(salon: Salon, times: int) -> None:
    with pytest.raises(ValueError, match="2 to 60"):
        book_series(salon.visit(10), every_days=7, times=times, by=SYSTEM, at=NOON)
