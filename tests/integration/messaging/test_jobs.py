"""A real worker takes a message from the queue, as it does in the shop."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from regulars.kit import clock, jobs
from regulars.messaging.models import Recorded, Send
from tests.factories.messaging import mean_to_send, reachable


@pytest.fixture(autouse=True)
def no_jobs_left_over(transactional_db: None) -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers,"
            " procrastinate_workers"
        )


def work_off() -> None:
    """Does what waits, in a thread of its own: a worker wants an event loop to itself."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(jobs.work, wait=False).result()


def test_what_is_due_goes_out_and_what_is_not_waits() -> None:
    at = clock.now()
    customer = reachable(at=at)
    due = mean_to_send(customer, at=at, occasion="test.urgent")
    later = mean_to_send(
        customer, at=at, occasion="test.urgent", occurrence="2", due_at=at + timedelta(hours=1)
    )
    work_off()
    assert Recorded.objects.get().send == due
    assert Send.objects.get(pk=later.pk).state == "waiting"


def test_a_message_of_what_did_not_happen_is_not_sent() -> None:
    at = clock.now()
    customer = reachable(at=at)
    with transaction.atomic():
        mean_to_send(customer, at=at, occasion="test.urgent")
        transaction.set_rollback(True)
    work_off()
    assert not Send.objects.exists()
    assert not Recorded.objects.exists()
