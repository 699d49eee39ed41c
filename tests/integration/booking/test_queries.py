"""What calendars and booking pages read, in a constant number of queries."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from regulars.booking import progress, queries
from regulars.booking.actions import book
from regulars.booking.drafts import ServiceDraft
from regulars.booking.minutes import minute_of
from regulars.booking.queries import Visit
from regulars.booking.refusals import Refused
from regulars.booking.rostering import ShiftDraft, add_leave, add_shifts
from regulars.kit.permissions import SYSTEM
from tests.conftest import NOON
from tests.factories.booking import DAY, Salon, clock


def visit(
    salon: Salon, *items: int, staff: int | None = None, customer_id: int | None = None
) -> Visit:
    services = tuple(ServiceDraft(item, staff) for item in items or (salon.cut,))
    return Visit.of_new(salon.store, services, customer_id)


def test_every_beginning_offered_can_be_booked_and_no_other(salon: Salon) -> None:
    for hour in (10, 12.5, 15):
        book(salon.visit(hour, salon.colour), by=SYSTEM, at=NOON)
    asked = visit(salon, salon.colour, staff=salon.lin)
    offered = set(queries.starts(asked, clock(9), clock(21), at=NOON))
    assert offered
    for quarter in range(40, 80):
        starts = clock(quarter / 4)
        bookable = _can_be_booked(salon, quarter / 4)
        assert bookable == (starts in offered), starts


def _can_be_booked(salon: Salon, hour: float) -> bool:
    try:
        with transaction.atomic():
            book(salon.visit(hour, salon.colour), by=SYSTEM, at=NOON)
            transaction.set_rollback(True)
    except Refused:
        return False
    return True


def test_nothing_is_offered_before_now(salon: Salon) -> None:
    found = queries.starts(visit(salon), clock(9), clock(21), at=clock(15.1))
    assert min(found) == clock(15.25)
    assert queries.starts(visit(salon), clock(9), clock(14), at=clock(15)) == []


@pytest.mark.parametrize("days", [1, 25])
def test_the_queries_do_not_grow(
    salon: Salon, days: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for hour in range(10, 10 + days // 3):
        book(salon.visit(hour), by=SYSTEM, at=NOON)
    with django_assert_num_queries(9):
        asked = visit(salon, salon.cut, salon.colour, customer_id=salon.customers[0])
        queries.starts(asked, NOON, NOON + timedelta(days=days), at=NOON)


def test_the_calendar_shows_what_stands_with_its_steps(
    salon: Salon, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    kept = book(salon.visit(12, salon.colour), by=SYSTEM, at=NOON)
    gone = book(salon.visit(15), by=SYSTEM, at=NOON)
    progress.cancel(gone, by=SYSTEM, at=NOON)
    with django_assert_num_queries(3):
        (shown,) = queries.calendar(salon.store, clock(0), clock(24))
        (service,) = shown.services.all()
        steps = [(step.name, step.waiting, step.staff) for step in service.steps.all()]
    assert (shown.pk, len(steps), service.item.code) == (kept, 4, "colour")
    assert queries.calendar(salon.store, clock(13.5), clock(24)) == []
    (called_off,) = queries.calendar(salon.store, clock(0), clock(24), states=["cancelled"])
    assert [change.what for change in queries.history(called_off.pk)] == ["booked", "cancelled"]


def test_at_work_is_the_shift_without_breaks_and_leave(salon: Salon) -> None:
    later = DAY + timedelta(days=9)
    pause = (clock(13, later), clock(14, later))
    shift = ShiftDraft(
        salon.lin, salon.store.pk, clock(10, later), clock(20, later), breaks=(pause,)
    )
    add_shifts([shift], by=SYSTEM, at=NOON)
    add_leave(salon.lin, "sick", clock(18, later), clock(24, later), by=SYSTEM, at=NOON)
    found = queries.at_work(salon.store, clock(0, later), clock(24, later))
    assert found == {
        salon.lin: [(clock(10, later), clock(13, later)), (clock(14, later), clock(18, later))]
    }


def test_suggestions_know_the_customer_and_the_waiting_times(salon: Salon) -> None:
    guest = salon.customers[0]
    for day in range(2):
        pk = book(
            salon.visit(14, day=DAY + timedelta(days=day), customer_id=guest), by=SYSTEM, at=NOON
        )
        for action in (progress.arrive, progress.start, progress.finish):
            action(pk, by=SYSTEM, at=clock(14.5, DAY + timedelta(days=day)))
    third = DAY + timedelta(days=2)
    book(salon.visit(12, salon.colour, day=third), by=SYSTEM, at=NOON)
    asked = visit(salon, customer_id=guest)
    span = clock(0, third), clock(24, third)
    best, *others = queries.suggestions(asked, *span, at=NOON, random=Random(1))
    assert best.candidate.staff == salon.lin
    assert {"usual_person", "usual_hour"} <= set(best.reasons)
    assert len(others) == 5
    everything = queries.suggestions(asked, *span, at=NOON, random=Random(1), count=99)
    (filled,) = (s for s in everything if "uses_waiting" in s.reasons)
    assert filled.candidate.start == minute_of(clock(12.5, third))


def test_nobody_new_has_habits(salon: Salon) -> None:
    found = queries.suggestions(visit(salon), clock(10), clock(11), at=NOON, random=Random(1))
    assert not {"usual_person", "usual_hour", "usual_day"} & {r for s in found for r in s.reasons}
