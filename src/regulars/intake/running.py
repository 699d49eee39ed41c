"""An import at work: the dry run, and the run that takes rows in chunk by chunk.

Each chunk is one transaction: its rows, what they needed, the counts and the position. A killed
import is taken up at its position; a second worker finds the import held and leaves it alone.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg.errors
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from regulars.intake import quarantine, references, staging
from regulars.intake.models import Import, QuarantinedRow
from regulars.intake.reading import FileError
from regulars.intake.targets import TARGETS
from regulars.intake.targets.target import Outcome
from regulars.intake.work import Work, work_on
from regulars.kit import audit
from regulars.kit.permissions import Actor

LOCK_SPACE = 0x52494D  # apart from the advisory locks of others
MOST_SAMPLES = 5
_MADE = {"customer": "customers", "item": "items", "staff": "staff", "store": "stores"}


class Held(Exception):
    """Another process is at work on this import."""


@contextmanager
def held(import_id: int) -> Iterator[None]:
    """Holds an import for this process; the hold ends with the process, however it ends.

    Raises:
        Held: another process holds it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, import_id])
        if not cursor.fetchone()[0]:
            raise Held
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, import_id])


def check(import_id: int, *, at: datetime) -> None:
    """The dry run: stages all rows and says what would happen to them; writes nothing else."""
    with held(import_id), _failing_clearly(import_id, at):
        job = Import.objects.get(pk=import_id, state=Import.State.CHECKING)
        work, pace = work_on(job), Pace()
        rows = staging.stage(work, at=at, tell=lambda count: _tell(job, count, pace))
        missing = _refer(work)
        outcome = Outcome()
        for chunk in range(1, staging.chunks(work) + 1):
            outcome += TARGETS[job.target].compare(work, chunk)
        job.findings = _findings(work, outcome, missing)
        job.rows_read, job.state = rows, Import.State.CHECKED
        job.save(update_fields=["findings", "rows_read", "state"])


def _refer(work: Work) -> dict[str, int]:
    if not TARGETS[work.plan.target].refers:
        return {}
    missing = references.look_up(work)
    references.refuse_unknown(work)
    return missing if work.plan.options.create_missing else {}


def _findings(work: Work, outcome: Outcome, missing: dict[str, int]) -> dict[str, Any]:
    with connection.cursor() as cursor:
        refused = quarantine.refused_rows(cursor, work.rows)
    known = quarantine.count_known(work.job, refused, work.read()) if refused else 0
    groups: dict[tuple[str, str], list[int]] = {}
    for number, reasons in sorted(refused.items()):
        for reason in reasons:
            groups.setdefault((reason["field"], reason["code"]), []).append(number)
    return {
        "new": outcome.accepted - outcome.changed,
        "changed": outcome.changed,
        "already": outcome.already + known,
        "quarantined": len(refused) - known,
        "missing": {_MADE[kind]: count for kind, count in missing.items() if count},
        "reasons": [
            {"field": field, "code": code, "rows": len(rows), "first": rows[:MOST_SAMPLES]}
            for (field, code), rows in sorted(groups.items(), key=lambda pair: -len(pair[1]))
        ],
    }


def run(import_id: int, *, by: Actor, at: datetime) -> None:
    """Takes the rows in, from where the import stands to its end. Safe to call again any time."""
    with held(import_id), _failing_clearly(import_id, at):
        job = Import.objects.get(pk=import_id, state=Import.State.RUNNING)
        work = work_on(job)
        if not staging.is_staged(work):
            _stage_anew(work, at)
        if job.moved == 0:
            _prepare(work, by=by, at=at)
        pace = Pace(job.progress)
        for chunk in range(job.moved, job.chunks + 1):
            _move(work, chunk, pace, by=by, at=at)
        _finish(work, by=by, at=at)


def _stage_anew(work: Work, at: datetime) -> None:
    """After a crash of the server: the chunks already in are compared, to note refusals again."""
    staging.stage(work, at=at, tell=lambda count: None)
    if work.job.again:  # the rows that came in have left the quarantine: what is read is the rest
        work.job.moved = 0
    _refer(work)
    for chunk in range(1, work.job.moved):
        TARGETS[work.plan.target].compare(work, chunk)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """A transaction in which no other import writes: what is looked up stays true to its end."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_SPACE])
        yield


def _prepare(work: Work, *, by: Actor, at: datetime) -> None:
    """Makes what rows name and nobody knows."""
    job = work.job
    with _one_at_a_time():
        if TARGETS[job.target].refers:
            references.look_up(work)
            if work.plan.options.create_missing:
                references.make_missing(work, by=by, at=at)
            references.refuse_unknown(work)
        job.chunks = staging.chunks(work)
        save_position(job, 1)


def _move(work: Work, chunk: int, pace: Pace, *, by: Actor, at: datetime) -> None:
    job = work.job
    with _one_at_a_time():
        Import.objects.select_for_update().get(pk=job.pk, moved=chunk, state=Import.State.RUNNING)
        outcome = TARGETS[job.target].move(work, chunk, by, at)
        job.accepted += outcome.accepted
        job.already += outcome.already
        if job.again:
            _leave_quarantine(work, chunk)
            job.quarantined -= outcome.accepted + outcome.already
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {work.rows} WHERE chunk = %s", [chunk])
            job.progress += cursor.fetchone()[0]
        job.speed = pace.of(job.progress)
        save_position(job, chunk + 1)


def save_position(job: Import, moved: int) -> None:
    """Notes how far an import has come, in the transaction that took it there."""
    job.moved = moved
    job.save(
        update_fields=[
            "moved", "chunks", "accepted", "already", "quarantined", "progress", "speed",
        ]
    )  # fmt: skip


def _leave_quarantine(work: Work, chunk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {QuarantinedRow._meta.db_table} q SET state = 'mended', reasons = '[]'"
            f" FROM {work.rows} r WHERE r.chunk = %s AND r.reasons IS NULL"
            " AND q.of_id = %s AND q.row_no = r.row_no",
            [chunk, work.job.pk],
        )


def _finish(work: Work, *, by: Actor, at: datetime) -> None:
    """Puts the refused rows into quarantine and closes the account."""
    job = work.job
    with transaction.atomic():
        with connection.cursor() as cursor:
            refused = quarantine.refused_rows(cursor, work.rows)
        if job.again:
            quarantine.note_reasons(job, refused)
        elif refused:
            kept, known = quarantine.keep(job, refused, work.read(), key=work.key)
            job.quarantined, job.already = kept, job.already + known
        job.state, job.ended_at, job.error, job.again = Import.State.DONE, at, "", False
        job.save()
        audit.record(
            "intake.import",
            f"import:{job.pk}",
            by=by,
            at=at,
            detail={
                "target": job.target,
                "read": job.rows_read,
                "accepted": job.accepted,
                "quarantined": job.quarantined,
                "already": job.already,
            },
        )
        staging.drop(work)
        transaction.on_commit(lambda: Path(job.path).unlink(missing_ok=True))


class Pace:
    """How fast rows go by, from a stopwatch: no moment is read."""

    def __init__(self, rows: int = 0) -> None:
        self._rows, self._begun = rows, time.monotonic()

    def of(self, rows: int) -> int:
        """Rows a second since the beginning."""
        return round((rows - self._rows) / max(time.monotonic() - self._begun, 0.001))


def _tell(job: Import, count: int, pace: Pace) -> None:
    job.progress, job.speed = count, pace.of(count)
    job.save(update_fields=["progress", "speed"])


@contextmanager
def _failing_clearly(import_id: int, at: datetime) -> Iterator[None]:
    """Whatever goes wrong is told on the import; the step that failed has left nothing behind."""
    try:
        yield
    except (FileError, ValidationError) as error:
        _fail(import_id, " ".join(getattr(error, "messages", [str(error)])), at)
    except (OSError, DatabaseError) as error:
        _fail(import_id, _trouble(error), at)
        if not _is_disk_full(error):
            raise
    except Exception:
        _fail(import_id, _trouble(None), at)
        raise


def _is_disk_full(error: BaseException) -> bool:
    full = isinstance(error, OSError) and error.errno == errno.ENOSPC
    return full or isinstance(error.__cause__, psycopg.errors.DiskFull)


def _trouble(error: BaseException | None) -> str:
    if error is not None and _is_disk_full(error):
        return _(
            "The disk is full. What was imported so far is kept and nothing is half-done. Make"
            " room, then continue."
        )
    return _(
        "Something unexpected stopped the import. What was imported so far is kept and nothing is"
        " half-done. Continue, or take the import back."
    )


def _fail(import_id: int, message: str, at: datetime) -> None:
    Import.objects.filter(pk=import_id).update(
        state=Import.State.FAILED, error=message, ended_at=at
    )
