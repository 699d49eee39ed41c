"""The doctor on the database: each check is content with what is well and finds what is not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.utils.translation import override

from regulars.kit import audit, clock
from regulars.kit.keys import Keyring
from regulars.kit.models import AuditSeal
from regulars.kit.permissions import Actor
from regulars.people.actions import add_customer
from regulars.people.drafts import CustomerDraft
from regulars.site.doctor import records
from regulars.site.doctor.finding import State
from regulars.understanding.models import Run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> object:
    with override("en"):
        yield


def run_sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_the_database_answers() -> None:
    assert records.database().state == State.SOUND


def test_a_database_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    finding = records.database()
    assert finding.state == State.BROKEN
    assert finding.text == "The database does not answer: connection refused"


def test_an_old_postgres_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "OLDEST_POSTGRES", 99)
    assert records.database().state == State.BROKEN


def test_a_migration_that_has_not_run_is_told() -> None:
    assert records.migrations().state == State.SOUND
    run_sql("DELETE FROM django_migrations WHERE app = 'sales'")
    finding = records.migrations()
    assert finding.state == State.BROKEN
    assert "waiting" in finding.text


def test_a_master_key_that_is_not_the_databases_is_told(
    at: datetime, system: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No contact details" in records.master_key().text
    add_customer(CustomerDraft(contacts=(("phone", "13800002384"),)), by=system, at=at)
    assert records.master_key().state == State.SOUND
    monkeypatch.setattr(records, "keyring", lambda: Keyring(b"other" + b"x" * 27))
    assert records.master_key().state == State.BROKEN


def test_a_silent_worker_is_told() -> None:
    assert records.worker().state == State.WARNING
    run_sql("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert records.worker().state == State.SOUND
    run_sql("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '5 minutes'")
    assert records.worker().state == State.WARNING


def add_job(status: str) -> None:
    run_sql(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('q', 'x', %s)",
        status,
    )


def test_failed_and_forsaken_jobs_are_told() -> None:
    add_job("succeeded")
    assert records.failed_jobs().state == State.SOUND
    add_job("failed")
    assert records.failed_jobs().text == "1 job failed."
    add_job("doing")
    assert "left behind" in records.failed_jobs().text


def test_a_job_of_a_living_worker_is_not_forsaken() -> None:
    run_sql("INSERT INTO procrastinate_workers DEFAULT VALUES")
    add_job("doing")
    run_sql("UPDATE procrastinate_jobs SET worker_id = (SELECT max(id) FROM procrastinate_workers)")
    assert records.failed_jobs().state == State.SOUND


def test_jobs_that_wait_long_are_told() -> None:
    add_job("todo")
    assert records.waiting_jobs().state == State.SOUND
    run_sql("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 day'")
    assert records.waiting_jobs().state == State.SOUND
    run_sql("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 hour'")
    assert records.waiting_jobs().state == State.WARNING


def test_an_altered_audit_trail_is_told(at: datetime, system: Actor) -> None:
    audit.record("test.write", "thing:1", by=system, at=at)
    assert records.audit_trail().state == State.WARNING
    audit.seal(at=clock.now())
    assert records.audit_trail().state == State.SOUND
    run_sql("SET session_replication_role = replica")
    run_sql("UPDATE kit_auditevent SET actor_name = 'nobody'")
    run_sql("SET session_replication_role = DEFAULT")
    assert records.audit_trail().state == State.BROKEN


def test_sealing_that_fell_behind_is_told(at: datetime, system: Actor) -> None:
    audit.record("test.write", "thing:1", by=system, at=at)
    audit.seal(at=clock.now() - timedelta(hours=2))
    assert records.audit_trail().state == State.SOUND
    audit.record("test.write", "thing:2", by=system, at=at)
    assert records.audit_trail().state == State.WARNING
    assert AuditSeal.objects.count() == 1


def test_an_old_a_failed_and_a_missing_analysis_are_told() -> None:
    now = clock.now()
    assert records.analysis().state == State.WARNING
    run = Run.objects.create(
        as_of=now.date(), state=Run.PUBLISHED, queued_at=now, published_at=now, trigger="night"
    )
    assert records.analysis().state == State.SOUND
    run.published_at = now - timedelta(days=3)
    run.save()
    assert "72 hours old" in records.analysis().text
    run.published_at = now
    run.save()
    Run.objects.create(
        as_of=now.date(), state=Run.FAILED, queued_at=now, error="The disk is full.", trigger="x"
    )
    finding = records.analysis()
    assert finding.state == State.WARNING
    assert "The disk is full." in finding.text
