"""Events are recorded once, by source and key."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from regulars.intake.events import EventDraft, record_events, remove_batch
from regulars.intake.models import Event
from regulars.kit.models import Batch
from regulars.kit.permissions import SYSTEM
from tests.integration.intake.conftest import Bring, account

pytestmark = pytest.mark.django_db


def test_the_same_event_twice_is_one(at: datetime) -> None:
    visit = EventDraft("door", "1", "visit", at, properties={"room": "二楼"})
    other = EventDraft("door", "2", "visit", at)
    assert record_events([visit, other], by=SYSTEM, at=at).events == 2
    again = record_events([visit, other, visit], by=SYSTEM, at=at)
    assert (again.events, again.already_there, again.different) == (0, 3, 0)


def test_an_event_there_otherwise_is_told_and_left_alone(at: datetime) -> None:
    record_events([EventDraft("door", "1", "visit", at)], by=SYSTEM, at=at)
    changed = EventDraft("door", "1", "no_show", at)
    assert record_events([changed], by=SYSTEM, at=at).different_keys == ("1",)
    assert Event.objects.get().kind == "visit"


@pytest.mark.parametrize("kind", ["No Show", "", "1st"])
def test_a_kind_is_a_word(at: datetime, kind: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        record_events([EventDraft("door", "1", kind, at)], by=SYSTEM, at=at)


def test_an_event_does_not_end_before_it_begins(at: datetime) -> None:
    backwards = EventDraft("door", "1", "visit", at, ends_at=at - timedelta(hours=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        record_events([backwards], by=SYSTEM, at=at)


def test_a_batch_of_events_is_taken_back(at: datetime) -> None:
    batch = Batch.objects.create(label="events", at=at)
    record_events([EventDraft("a", "1", "visit", at)], by=SYSTEM, at=at, batch_id=batch.pk)
    record_events([EventDraft("a", "2", "visit", at)], by=SYSTEM, at=at)
    assert remove_batch(batch.pk, by=SYSTEM, at=at) == 1
    assert Event.objects.get().key == "2"


def test_equal_rows_without_a_number_are_two_events_and_known_again(bring: Bring) -> None:
    row = "07/10/2018,JACA01,SHCW,JJ,07/11/2018,BECKY,1\n"
    file = "Cancel Date,Code,Service,Staff,Booking Date,Canceled By,Days\n" + row + row
    assert account(bring(file)) == (2, 2, 0, 0)
    assert account(bring(file)) == (2, 0, 0, 2)


def test_a_booking_may_lie_ahead_and_a_visit_may_not(bring: Bring) -> None:
    booking = "Code,Staff,Service,Date,Time,TimeInt\nA,JJ,SHCW,01/04/2027,10:00:00 AM,600\n"
    assert account(bring(booking)) == (1, 1, 0, 0)
    no_show = "Date,Code,Service,Staff\n01/04/2027,A,SHCW,JJ\n"
    job = bring(no_show)
    assert account(job) == (1, 0, 1, 0)
    assert job.findings["reasons"][0]["code"] == "future"
