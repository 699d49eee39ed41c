"""One analysis from the database and back: extract, run `insight`, publish whole or not at all."""

from __future__ import annotations

import errno
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import psycopg
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_noop

from regulars import insight
from regulars.insight.features.occasions import COUNTRIES
from regulars.kit import audit, clock
from regulars.kit.permissions import SYSTEM, Actor, Permission
from regulars.kit.postgres import database_url
from regulars.understanding import by_store, publication
from regulars.understanding.analysis_settings.actions import chosen
from regulars.understanding.extraction import extract
from regulars.understanding.models import Run
from regulars.understanding.queries import last_published
from regulars.understanding.warnings.actions import watch

RUNS_AT_ONCE = 7_218_311  # the advisory lock that one analysis at a time holds
KEEP_RUNS = 3
STEPS = (
    *("lines", "customers", "products", "events"),
    *("open", "orders and days", "return rates", "segments", "transitions"),
    *("customer value", "churn", "customer table", "figures", "inputs"),
    *("stores", "publish"),
)
"""What an analysis does, in order: the steps that `progress` names."""
STEP_OF_RUN = {"customers": "customer table"}
log = logging.getLogger(__name__)

Progress = Callable[[str], None]


@transaction.atomic
def request_run(*, trigger: str, by: Actor, at: datetime) -> Run:
    """Queues an analysis of everything up to now; a queued one is used again."""
    by.must(Permission.RUN_ANALYSIS)
    waiting = Run.objects.filter(state=Run.QUEUED).first()
    if waiting:
        return waiting
    run = Run.objects.create(as_of=as_of_now(at), trigger=trigger, queued_at=at)
    audit.record("understanding.request_run", f"run:{run.pk}", by=by, at=at)
    return run


def as_of_now(at: datetime) -> date:
    """The `as_of` that takes in the day of `at`, as far as it has gone."""
    return at.astimezone(clock.zone()).date() + timedelta(days=1)


def perform(run_id: int, *, progress: Progress = lambda step: None) -> Run:
    """Runs a queued analysis to its end and returns it, published or failed.

    One runs at a time. A failed one leaves the last published one standing; `error` of the run is
    the message id of what went wrong.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [RUNS_AT_ONCE])
    try:
        _bury_the_killed()
        run = Run.objects.get(pk=run_id)
        if run.state == Run.QUEUED:
            _perform(run, progress)
        return run
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [RUNS_AT_ONCE])


def _bury_the_killed() -> None:
    # Whoever holds the lock is alone: a run that still says "running" lost its process.
    Run.objects.filter(state=Run.RUNNING).update(
        state=Run.FAILED,
        failed_at=clock.now(),
        error=gettext_noop("The program was stopped in the middle of this analysis. Run it again."),
    )


def _perform(run: Run, progress: Progress) -> None:
    run.state, run.started_at = Run.RUNNING, clock.now()
    run.save(update_fields=["state", "started_at"])
    scratch = settings.VAR / "analysis"
    scratch.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"run-{run.pk}-", dir=scratch))
    try:
        _extract_analyse_publish(run, folder, progress)
    except Exception as error:
        # What publishing had written was rolled back with it; `run` itself still says otherwise.
        run.refresh_from_db()
        run.state, run.failed_at, run.error = Run.FAILED, clock.now(), in_words(error)
        run.save(update_fields=["state", "failed_at", "error"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _extract_analyse_publish(run: Run, folder: Path, tell: Progress) -> None:
    def progress(step: str) -> None:
        Run.objects.filter(pk=run.pk).update(step=step)
        tell(step)

    tables, out, spill = folder / "tables", folder / "results", folder / "spill"
    extract(database_url(), tables, zone=settings.TIME_ZONE, progress=progress)
    chosen = parameters()
    before = last_published()
    insight.run(
        tables,
        as_of=run.as_of,
        out=out,
        parameters=chosen,
        before=before.manifest if before else None,
        progress=lambda step: progress(STEP_OF_RUN.get(step, step)),
        temp_directory=spill,
    )
    progress("stores")
    by_store.write_figures(tables, out, as_of=run.as_of, parameters=chosen, spill=spill)
    progress("publish")
    with transaction.atomic():
        publication.publish(run, out, at=clock.now())
        audit.record("understanding.publish_run", f"run:{run.pk}", by=SYSTEM, at=clock.now())
        watch(run, by=SYSTEM, at=clock.now())
        publication.forget_old_runs(keep=KEEP_RUNS)


def parameters() -> insight.Parameters:
    """What the business sets for its analyses; a country without a calendar has no holidays."""
    country = settings.BUSINESS.country
    return chosen().parameters(country=country if country in COUNTRIES else "")


def in_words(error: Exception) -> str:
    """What went wrong and what to do: a message id, to be shown in the reader's language."""
    chain = list(_chain(error))
    if any(isinstance(link, OSError) and link.errno == errno.ENOSPC for link in chain):
        return gettext_noop("The disk is full. Free some space and run the analysis again.")
    if any(isinstance(link, MemoryError | duckdb.OutOfMemoryException) for link in chain):
        return gettext_noop("The analysis needs more memory than this machine has free.")
    if isinstance(error, insight.TableError):
        return str(error)
    if any(isinstance(link, psycopg.errors.ForeignKeyViolation) for link in chain):
        return gettext_noop("Customers were removed while the analysis ran. Run it again.")
    log.error("The analysis stopped on something unforeseen.", exc_info=error)
    return gettext_noop("The analysis stopped on something unforeseen. The log tells more.")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
