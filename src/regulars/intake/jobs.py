"""Imports in the background."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from regulars.intake import actions, assessing, mending, running
from regulars.intake.models import Import
from regulars.kit import clock
from regulars.kit.jobs import app
from regulars.kit.permissions import SYSTEM, Actor

KEPT_UNUSED = timedelta(days=7)
State = Import.State


@app.task(queue="intake", name="intake.work")
def work(import_id: int) -> None:
    """Checks or runs an import, whichever it waits for."""
    job = Import.objects.select_related("by").get(pk=import_id)
    try:
        if job.state == State.CHECKING:
            running.check(import_id, at=clock.now())
        elif job.state == State.RUNNING:
            running.run(import_id, by=_actor(job), at=clock.now())
    except running.Held:
        return


def _actor(job: Import) -> Actor:
    return job.by.actor() if job.by else SYSTEM


def _queue(job: Import) -> Import:
    """Queues the work on an import, unless it is queued already: that job does whatever waits."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        work.configure(queueing_lock=f"import-{job.pk}").defer(import_id=job.pk)
    return job


@transaction.atomic
def check_soon(import_id: int, *, by: Actor) -> Import:
    """Queues a dry run."""
    return _queue(actions.begin_check(import_id, by=by, at=clock.now()))


@transaction.atomic
def run_soon(import_id: int, *, by: Actor) -> Import:
    """Queues a run, or the rest of one that stopped."""
    return _queue(actions.begin_run(import_id, by=by, at=clock.now()))


@transaction.atomic
def again_soon(import_id: int, *, by: Actor) -> Import:
    """Queues another try of the rows in quarantine."""
    return _queue(mending.begin_again(import_id, by=by, at=clock.now()))


@app.periodic(cron="* * * * *")
@app.task(queue="intake", name="intake.resume", queueing_lock="intake-resume")
def resume_stalled(timestamp: int) -> None:
    """Takes up imports whose worker died: in work by their state, held by nobody."""
    for job in Import.objects.filter(state__in=[State.CHECKING, State.RUNNING]):
        try:
            with running.held(job.pk):
                _queue(job)
        except running.Held:
            continue


@app.periodic(cron="17 4 * * *")
@app.task(queue="intake", name="intake.tidy", queueing_lock="intake-tidy")
def forget_unused_files(timestamp: int) -> None:
    """Removes uploaded files that nobody imported within a week: they may name people."""
    stale = Import.objects.filter(
        state__in=[State.UPLOADED, State.CHECKED],
        batch=None,
        created_at__lt=clock.now() - KEPT_UNUSED,
    )
    for job in stale:
        actions.forget(job.pk, by=SYSTEM, at=clock.now())
    oldest = (clock.now() - KEPT_UNUSED).timestamp()
    used = set(Import.objects.values_list("path", flat=True))
    for path in Path(settings.VAR / "imports").glob("*"):
        if str(path) not in used and path.stat().st_mtime < oldest:  # newer: just arriving
            path.unlink(missing_ok=True)


@app.periodic(cron="50 3 * * *")
@app.task(queue="intake", name="intake.assess", queueing_lock="intake-assess")
def assess(timestamp: int = 0) -> None:
    """Looks through the data, every night and on demand."""
    assessing.assess(by=SYSTEM, at=clock.now(), today=clock.today())


def assess_soon() -> None:
    """Queues a look through the data, unless one is queued."""
    with suppress(AlreadyEnqueued), transaction.atomic():
        assess.defer()


def is_being_assessed() -> bool:
    """Whether a look through the data is queued or at work."""
    waiting = ProcrastinateJob.objects.filter(
        task_name="intake.assess", status__in=["todo", "doing"]
    )
    return waiting.exists()
