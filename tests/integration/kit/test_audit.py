"""The audit trail: only grows, is sealed without gaps, and shows where it was altered."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import DatabaseError, connection, transaction

from regulars.kit import audit
from regulars.kit.models import AuditEvent, AuditSeal
from regulars.kit.permissions import Actor
from tests.conftest import Together

pytestmark = pytest.mark.django_db


def write(count: int, at: datetime, by: Actor) -> list[int]:
    for number in range(count):
        audit.record(
            "test.write", f"thing:{number}", by=by, at=at, detail={"n": number, "词": "字"}
        )
    return list(AuditEvent.objects.order_by("-pk").values_list("pk", flat=True)[:count])[::-1]


def tamper(statement: str, *values: object) -> None:
    """Changes rows as someone would who owns the database server."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize("table", ["kit_auditevent", "kit_auditseal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_change(
    statement: str, table: str, at: datetime, system: Actor
) -> None:
    write(1, at, system)
    audit.seal(at=at)
    with (
        pytest.raises(DatabaseError, match="append-only: write a correcting row"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
    assert AuditEvent.objects.count() == AuditSeal.objects.count() == 1


def test_an_event_is_gone_with_the_fact_that_failed(at: datetime, system: Actor) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        write(1, at, system)
        raise RuntimeError
    assert not AuditEvent.objects.exists()


def test_an_empty_trail_is_sound_and_needs_no_seal(at: datetime) -> None:
    assert audit.seal(at=at) == 0
    assert audit.verify() == audit.Verdict(sealed=0, unsealed=0)


def test_seals_chain_and_count_what_is_open(at: datetime, system: Actor) -> None:
    write(3, at, system)
    assert audit.seal(at=at) == 3
    assert audit.seal(at=at) == 0
    write(2, at + timedelta(microseconds=1), system)
    assert audit.seal(at=at) == 2
    write(1, at, system)
    assert audit.verify() == audit.Verdict(sealed=5, unsealed=1)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE kit_auditevent SET actor_name = 'nobody' WHERE id = %s",
        "UPDATE kit_auditevent SET at = at + interval '1 second' WHERE id = %s",
        "UPDATE kit_auditevent SET detail = '{}' WHERE id = %s",
        "UPDATE kit_auditevent SET actor_id = 1 WHERE id = %s",
        "DELETE FROM kit_auditevent WHERE id = %s",
    ],
)
def test_a_change_to_one_row_is_found_and_its_seal_named(
    change: str, at: datetime, system: Actor
) -> None:
    first = write(2, at, system)
    audit.seal(at=at)
    second = write(3, at, system)
    audit.seal(at=at)
    write(1, at, system)
    tamper(change, second[1])
    verdict = audit.verify()
    assert not verdict.sound
    assert verdict.broken == (first[-1] + 1, second[-1])
    assert (verdict.sealed, verdict.unsealed) == (2, 1)


def test_a_row_put_in_between_is_found(at: datetime, system: Actor) -> None:
    ids = write(3, at, system)
    tamper("DELETE FROM kit_auditevent WHERE id = %s", ids[1])
    audit.seal(at=at)
    tamper(
        "INSERT INTO kit_auditevent (id, at, actor_name, action, subject, detail)"
        " VALUES (%s, now(), 'x', 'x', 'x', '{}')",
        ids[1],
    )
    assert not audit.verify().sound


def test_an_altered_seal_is_found(at: datetime, system: Actor) -> None:
    write(2, at, system)
    audit.seal(at=at)
    tamper("UPDATE kit_auditseal SET digest = %s", b"\0" * 32)
    assert not audit.verify().sound


def test_moving_a_seal_is_found(at: datetime, system: Actor) -> None:
    ids = write(3, at, system)
    audit.seal(at=at)
    tamper("UPDATE kit_auditseal SET through_id = %s, events = 2", ids[1])
    assert not audit.verify().sound


class SlowWriter:
    """Writes one event and keeps its transaction open until told to commit."""

    def __init__(self, at: datetime, by: Actor) -> None:
        self.wrote, self.may_commit = Event(), Event()
        self.thread = Thread(target=self._run, args=(at, by))
        self.thread.start()
        assert self.wrote.wait(10)

    def _run(self, at: datetime, by: Actor) -> None:
        try:
            with transaction.atomic():
                audit.record("test.slow", "thing:slow", by=by, at=at)
                self.wrote.set()
                self.may_commit.wait(10)
        finally:
            connection.close()

    def commit(self) -> None:
        self.may_commit.set()
        self.thread.join(10)


@pytest.mark.django_db(transaction=True)
def test_a_writer_in_flight_is_waited_for_or_left_for_the_next_seal(
    at: datetime, system: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "LOCK_TIMEOUT", "200ms")
    slow = SlowWriter(at, system)
    write(1, at, system)
    assert audit.seal(at=at) == 0
    slow.commit()
    assert audit.seal(at=at) == 2
    assert audit.verify() == audit.Verdict(sealed=2, unsealed=0)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_late_event_would_fall_under_the_seal(
    at: datetime, system: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowWriter(at, system)
    newest = write(1, at, system)[0]
    monkeypatch.setattr(audit, "_settled", lambda: newest)
    assert audit.seal(at=at) == 1
    slow.commit()
    assert not audit.verify().sound


@pytest.mark.django_db(transaction=True)
def test_others_write_on_while_a_seal_is_computed(
    at: datetime, system: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(1, at, system)
    chain, wrote = audit._chain, []

    def slow_chain(digest: bytes, event: AuditEvent) -> bytes:
        writer = SlowWriter(at, system)
        writer.commit()
        wrote.append(not writer.thread.is_alive())
        return chain(digest, event)

    monkeypatch.setattr(audit, "_chain", slow_chain)
    assert audit.seal(at=at) == 1
    monkeypatch.undo()
    assert wrote == [True]
    assert audit.verify() == audit.Verdict(sealed=1, unsealed=1)


@pytest.mark.django_db(transaction=True)
def test_two_who_seal_at_once_make_one_chain(
    at: datetime, system: Actor, together: Together
) -> None:
    write(50, at, system)
    counts = together(*[lambda: audit.seal(at=at)] * 3)
    assert sorted(counts) == [0, 0, 50]
    assert audit.verify() == audit.Verdict(sealed=50, unsealed=0)
