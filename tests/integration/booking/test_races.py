"""Many book the same times at once: one winner each, nobody hurt; and nothing is left half."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection

from regulars.booking import actions, progress, resources
from regulars.booking.actions import book
from regulars.booking.models import Appointment, BookedService, BookedStep, Change, Occupancy
from regulars.booking.refusals import Refused
from regulars.kit.permissions import SYSTEM
from tests.conftest import NOON, Together
from tests.factories.booking import Salon, clock
from tests.integration.booking.hammering import book_and_die, hammer, unguarded

OVERLAPPING = """
SELECT count(*) FROM booking_occupancy a JOIN booking_occupancy b
ON a.resource_id = b.resource_id AND a.id < b.id AND a.span && b.span
"""


def overlapping() -> int:
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPPING)
        count: int = cursor.fetchone()[0]
    return count


@contextmanager
def without_the_constraint() -> Iterator[None]:
    constraint = next(c for c in Occupancy._meta.constraints if c.name == "never_double_booked")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Occupancy, constraint)
    try:
        yield
    finally:
        Occupancy.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Occupancy, constraint)


def test_processes_that_hammer_get_each_time_once(committed_salon: Salon) -> None:
    answers = hammer(committed_salon, 4, 25, lambda: None)
    assert overlapping() == 0
    assert set(answers) <= {"booked", "taken", "place", "off"}
    assert answers["booked"] == Appointment.objects.count() > 15
    assert sum(answers.values()) == 100
    whole = BookedService.objects.count(), BookedStep.objects.count(), Change.objects.count()
    assert whole == (answers["booked"],) * 3


def test_without_locks_and_constraint_the_hammer_breaks_it(committed_salon: Salon) -> None:
    with without_the_constraint():
        for _ in range(3):  # a race is not lost every time
            hammer(committed_salon, 4, 25, unguarded)
            if overlapping():
                break
        assert overlapping() > 0


def test_the_constraint_alone_still_lets_only_one_have_it(
    committed_salon: Salon, together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "lock", lambda ids: None)
    monkeypatch.setattr(resources, "in_the_way", lambda spans, **_: [])
    call = partial(book, committed_salon.visit(10), by=SYSTEM, at=NOON)
    answers = together(*[call] * 6)
    assert [type(a).__name__ for a in answers if not isinstance(a, Refused)] == ["int"]
    assert overlapping() == 0


def test_eight_at_once_one_has_it_and_the_others_hear_what_is_free(
    committed_salon: Salon, together: Together
) -> None:
    call = partial(book, committed_salon.visit(10), by=SYSTEM, at=NOON)
    answers = together(*[call] * 8)
    assert sum(isinstance(answer, int) for answer in answers) == 1
    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(refusals) == 7
    assert all(no.code == "taken" and no.alternatives for no in refusals)


def test_for_anyone_as_many_win_as_there_are_chairs(
    committed_salon: Salon, together: Together
) -> None:
    call = partial(book, committed_salon.visit(10, staff=None), by=SYSTEM, at=NOON)
    answers = together(*[call] * 6)
    assert sum(isinstance(answer, int) for answer in answers) == 2
    assert overlapping() == 0


def test_two_who_swap_times_do_not_wait_for_each_other(
    committed_salon: Salon, together: Together
) -> None:
    one, other = (book(committed_salon.visit(hour), by=SYSTEM, at=NOON) for hour in (10, 11))
    answers = together(
        partial(actions.move, one, starts_at=clock(11), by=SYSTEM, at=NOON),
        partial(actions.move, other, starts_at=clock(10), by=SYSTEM, at=NOON),
    )
    assert all(isinstance(answer, Refused) for answer in answers)
    assert overlapping() == 0


def test_a_hold_that_runs_out_while_two_want_its_time_goes_to_one(
    committed_salon: Salon, together: Together
) -> None:
    draft = committed_salon.visit(10)
    held = book(draft, hold_for=timedelta(minutes=5), by=SYSTEM, at=NOON)
    later = NOON + timedelta(minutes=6)
    answers = together(
        partial(book, draft, by=SYSTEM, at=later),
        partial(book, draft, by=SYSTEM, at=later),
        partial(progress.keep, held, by=SYSTEM, at=later),
    )
    assert sum(isinstance(answer, int) for answer in answers) == 1
    assert Appointment.objects.get(pk=held).state == "cancelled"
    assert overlapping() == 0


def test_whoever_dies_in_the_middle_leaves_no_half_booking(committed_salon: Salon) -> None:
    book(committed_salon.visit(10), by=SYSTEM, at=NOON)
    assert book_and_die(committed_salon) == -signal.SIGKILL
    assert Appointment.objects.count() == Change.objects.count() == 1
    assert BookedService.objects.count() == BookedStep.objects.count() == 1
    # The locks died with the process: the time can be booked.
    assert book(committed_salon.visit(12), by=SYSTEM, at=NOON)


def test_the_database_refuses_a_second_row_for_the_same_minutes(committed_salon: Salon) -> None:
    pk = book(committed_salon.visit(10), by=SYSTEM, at=NOON)
    row = Occupancy.objects.filter(appointment=pk)[0]
    with pytest.raises(IntegrityError, match="never_double_booked"):
        Occupancy.objects.create(
            resource_id=row.resource_id, appointment_id=pk, span=(clock(10.25), clock(12))
        )
