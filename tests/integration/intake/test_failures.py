"""When things go wrong in the middle: a clear word, and nothing lost or half-done."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import psycopg.errors
import pytest
from django.db import OperationalError, connection, connections

from regulars.intake import actions, jobs, running, staging
from regulars.intake.models import Import
from regulars.intake.targets import sales
from regulars.intake.work import work_on
from regulars.kit.models import AuditEvent
from regulars.kit.permissions import SYSTEM
from regulars.people.models import Customer
from regulars.sales.models import Line, Order
from tests.integration.intake.conftest import Bring, account

ROOT = Path(__file__).parent.parent.parent.parent
HEAD = "单号,日期,客户编号,商品名称,数量,金额\n"
ROWS = [f"{n},2026-03-01,K{n % 40},商品{n % 7},1,{n}\n" for n in range(1000)]
FILE = HEAD + "".join(ROWS) + "9999,2026-02-30,K1,商品1,1,5\n"
Together = Callable[..., list[object]]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sales, "CHUNK_ROWS", 100)


def begun(checked: Bring, at: datetime, content: str = FILE) -> Import:
    job = checked(content)
    return actions.begin_run(job.pk, by=SYSTEM, at=at)


def kill_in_the_middle(job: Import, *, apart: bool) -> None:
    database = connection.settings_dict["NAME"]
    command = [sys.executable, "-W", "ignore", "-m", "tests.integration.intake.dying_worker"]
    died = subprocess.run(
        [*command, str(database), str(job.pk), "3", *(["apart"] if apart else [])],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", **_environment()},
        capture_output=True,
        check=False,
    )
    assert died.returncode == -9, died.stderr.decode()


def _environment() -> dict[str, str]:
    keep = ("PATH", "HOME", "REGULARS_VAR", "DATABASE_URL", "TMPDIR")
    return {name: os.environ[name] for name in keep if name in os.environ} | {
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"
    }


def outcome(job: Import) -> tuple[object, ...]:
    job.refresh_from_db()
    events = AuditEvent.objects.filter(action="intake.import", subject=f"import:{job.pk}").count()
    rows = (Order.objects.count(), Line.objects.count(), Customer.objects.count())
    return job.state, account(job), rows, events


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_a_killed_worker_loses_and_repeats_nothing(checked: Bring, at: datetime) -> None:
    job = begun(checked, at)
    kill_in_the_middle(job, apart=False)
    job.refresh_from_db()
    assert job.state == "running" and job.moved == 4 and 0 < job.accepted < 1000
    running.run(job.pk, by=SYSTEM, at=at)
    assert outcome(job) == ("done", (1001, 1000, 1, 0), (1000, 1000, 40), 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_with_the_position_saved_apart_a_kill_would_miscount(checked: Bring, at: datetime) -> None:
    """The negative control: the transaction is what keeps the account right."""
    job = begun(checked, at)
    kill_in_the_middle(job, apart=True)
    running.run(job.pk, by=SYSTEM, at=at)
    assert outcome(job)[:2] != ("done", (1001, 1000, 1, 0))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_a_stalled_import_is_taken_up_by_the_next_worker(checked: Bring, at: datetime) -> None:
    job = begun(checked, at)
    kill_in_the_middle(job, apart=False)
    jobs.resume_stalled.func(0)
    jobs.work.func(job.pk)
    assert outcome(job)[:2] == ("done", (1001, 1000, 1, 0))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_chunks")
def test_staged_rows_lost_with_the_server_are_staged_anew(checked: Bring, at: datetime) -> None:
    job = begun(checked, at)
    kill_in_the_middle(job, apart=False)
    with connection.cursor() as cursor:  # a crash of PostgreSQL empties unlogged tables
        cursor.execute(f"TRUNCATE intake_rows_{job.pk}, intake_refs_{job.pk}")
    running.run(job.pk, by=SYSTEM, at=at)
    assert outcome(job)[:2] == ("done", (1001, 1000, 1, 0))


@pytest.mark.usefixtures("small_chunks")
def test_two_imports_of_the_same_file_at_once_bring_it_in_once(
    transactional_db: None, checked: Bring, at: datetime, together: Together
) -> None:
    pair = [begun(checked, at), begun(checked, at)]
    answers = together(*(lambda pk=job.pk: running.run(pk, by=SYSTEM, at=at) for job in pair))
    assert answers == [None, None]
    for job in pair:
        job.refresh_from_db()
        assert job.state == "done"
    assert sum(job.accepted for job in pair) == 1000
    assert sum(job.already for job in pair) + sum(job.quarantined for job in pair) == 1002
    assert Line.objects.count() == 1000 and Customer.objects.count() == 40


@pytest.mark.usefixtures("small_chunks")
def test_two_workers_on_one_import_do_not_meet(
    transactional_db: None, checked: Bring, at: datetime, together: Together
) -> None:
    job = begun(checked, at)
    answers = together(*(lambda: running.run(job.pk, by=SYSTEM, at=at) for _ in range(2)))
    assert sum(isinstance(a, running.Held | Import.DoesNotExist) for a in answers) == 1
    assert outcome(job)[:2] == ("done", (1001, 1000, 1, 0))


def full_disk_in_the_database() -> OperationalError:
    error = OperationalError("could not extend file: No space left on device")
    error.__cause__ = psycopg.errors.DiskFull("No space left on device")
    return error


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize(
    "error", [full_disk_in_the_database(), OSError(errno.ENOSPC, "No space left on device")]
)
def test_a_full_disk_stops_clearly_and_can_be_continued(
    checked: Bring, at: datetime, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    job = begun(checked, at)
    record, calls = sales.record_selected, []

    def full(*args: object, **kwargs: object) -> object:
        calls.append(1)
        recorded = record(*args, **kwargs)
        if len(calls) == 3:  # the chunk has been written, then the disk is full: all of it goes
            raise error
        return recorded

    monkeypatch.setattr(sales, "record_selected", full)
    running.run(job.pk, by=SYSTEM, at=at)
    job.refresh_from_db()
    assert job.state == "failed" and "disk is full" in job.error
    assert Line.objects.count() == job.accepted and job.moved == 3
    monkeypatch.setattr(sales, "record_selected", record)
    actions.begin_run(job.pk, by=SYSTEM, at=at)
    running.run(job.pk, by=SYSTEM, at=at)
    assert outcome(job)[:2] == ("done", (1001, 1000, 1, 0))


def test_a_real_full_disk_keeps_nothing_of_the_upload(
    tmp_path: Path, settings: object, db: None, at: datetime
) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mount)],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip("only root can make a small disk")
    try:
        settings.VAR = mount  # type: ignore[attr-defined]
        with pytest.raises(OSError, match="No space left"):
            actions.receive([b"x" * 2**20], "big.csv", by=SYSTEM, at=at)
        assert not any((mount / "imports").iterdir())
        assert not Import.objects.exists()
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_bug_in_the_middle_is_told_and_raised(
    checked: Bring, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begun(checked, at)

    def broken(*args: object, **kwargs: object) -> object:
        raise RuntimeError("a bug")

    monkeypatch.setattr(sales, "record_selected", broken)
    with pytest.raises(RuntimeError):
        running.run(job.pk, by=SYSTEM, at=at)
    job.refresh_from_db()
    assert job.state == "failed" and "unexpected" in job.error
    assert not Line.objects.exists()


def test_a_file_damaged_after_the_look_is_told(checked: Bring, at: datetime) -> None:
    job = checked(FILE)
    Path(job.path).write_bytes(b"PAR1 gone")
    actions.begin_check(job.pk, by=SYSTEM, at=at)
    running.check(job.pk, at=at)
    job.refresh_from_db()
    assert job.state == "failed" and "damaged" in job.error


def test_the_file_is_gone_once_its_rows_are_in(
    transactional_db: None, bring: Bring, at: datetime
) -> None:
    job = bring(FILE)
    assert not Path(job.path).exists()
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'intake_rows_%'")
        assert cursor.fetchone() == (0,)


def test_the_dry_run_writes_nothing(checked: Bring, at: datetime) -> None:
    job = checked(FILE)
    assert job.state == "checked" and job.findings["new"] == 1000
    assert job.findings["missing"] == {"customers": 40, "items": 7, "stores": 1}
    assert not Order.objects.exists() and not Customer.objects.exists()
    assert staging.is_staged(work_on(job))


def test_files_nobody_imported_within_a_week_are_forgotten(
    transactional_db: None, checked: Bring, bring: Bring, at: datetime
) -> None:
    looked, done = checked(FILE), bring(FILE)
    stray = Path(looked.path).with_name("stray")
    arriving = stray.with_name("arriving")
    for path in (stray, arriving):
        path.write_bytes(b"half a file")
    os.utime(stray, (0, 0))
    jobs.forget_unused_files.func(0)
    assert not Path(looked.path).exists() and not stray.exists() and arriving.exists()
    arriving.unlink()
    assert list(Import.objects.all()) == [done]
