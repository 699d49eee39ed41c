"""Jobs: queued with the fact, run once, taken up again when their worker died."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection, transaction

from regulars.kit import audit, jobs
from regulars.kit.models import AuditSeal
from regulars.kit.permissions import Actor


@pytest.fixture(autouse=True)
def no_jobs_left_over(transactional_db: None) -> Iterator[None]:
    yield
    run_sql(
        "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers,"
        " procrastinate_workers"
    )


def run_sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def state_of(job_id: int) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job_id])
        row = cursor.fetchone()
    return row[0] if row else None


def work_off() -> None:
    """Does what waits, in a thread of its own: a worker wants an event loop to itself."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(jobs.work, wait=False).result()


def test_a_job_is_queued_with_the_fact_and_gone_without_it() -> None:
    with transaction.atomic():
        undone = jobs.seal_audit.defer(timestamp=0)
        assert state_of(undone) == "todo"
        transaction.set_rollback(True)
    assert state_of(undone) is None
    with transaction.atomic():
        kept = jobs.seal_audit.defer(timestamp=0)
    assert state_of(kept) == "todo"


def test_a_worker_does_what_waits_and_stops(at: datetime, system: Actor) -> None:
    audit.record("test.write", "thing:1", by=system, at=at)
    job = jobs.seal_audit.defer(timestamp=0)
    work_off()
    assert state_of(job) == "succeeded"
    assert AuditSeal.objects.get().events == 1


def forsake(job: int) -> None:
    """Makes it the job of a worker that died an hour ago."""
    run_sql(
        "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat)"
        " VALUES (now() - interval '1 hour') RETURNING id)"
        " UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)"
        " WHERE id = %s",
        job,
    )


def test_a_job_whose_worker_died_is_done_after_all() -> None:
    job = jobs.seal_audit.configure(queueing_lock="own").defer(timestamp=0)
    forsake(job)
    jobs.retry_stalled.configure(queueing_lock="now").defer(timestamp=0)
    work_off()
    assert state_of(job) == "succeeded"


def test_a_forsaken_job_whose_work_waits_again_holds_up_no_other() -> None:
    first = jobs.seal_audit.defer(timestamp=0)
    forsake(first)
    again = jobs.seal_audit.defer(timestamp=0)
    other = jobs.seal_audit.configure(queueing_lock="own").defer(timestamp=0)
    forsake(other)
    jobs.retry_stalled.configure(queueing_lock="now", priority=1).defer(timestamp=0)
    work_off()
    assert [state_of(job) for job in (first, again, other)] == ["aborted", *["succeeded"] * 2]


def test_old_successes_are_forgotten_and_failures_kept() -> None:
    old = {}
    for status in ("succeeded", "failed"):
        job = jobs.seal_audit.defer(timestamp=0)
        run_sql("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", job)
        run_sql(
            f"UPDATE procrastinate_jobs SET status = '{status}', queueing_lock = NULL"
            " WHERE id = %s",
            job,
        )
        run_sql(
            "UPDATE procrastinate_events SET at = now() - interval '9 days' WHERE job_id = %s", job
        )
        old[status] = job
    recent = jobs.seal_audit.defer(timestamp=0)
    jobs.forget_old_jobs.defer(timestamp=0)
    work_off()
    assert state_of(old["succeeded"]) is None
    assert state_of(old["failed"]) == "failed"
    assert state_of(recent) == "succeeded"
