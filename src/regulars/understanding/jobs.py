"""The nightly analysis, and the one on demand."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from regulars.kit import clock
from regulars.kit.jobs import app
from regulars.kit.permissions import SYSTEM, Actor
from regulars.understanding import analysis
from regulars.understanding.lists.actions import forget_deleted
from regulars.understanding.models import Run


@app.task(queue="analysis", name="understanding.analyse")
def analyse(run_id: int) -> None:
    """Performs a queued run."""
    analysis.perform(run_id)


@app.periodic(cron="30 3 * * *")
@app.task(queue="analysis", name="understanding.nightly", queueing_lock="nightly")
def nightly(timestamp: int) -> None:
    """The analysis of the night; lists deleted long enough ago go first."""
    forget_deleted(by=SYSTEM, at=clock.now())
    run = analysis.request_run(trigger="nightly", by=SYSTEM, at=clock.now())
    analysis.perform(run.pk)


@transaction.atomic
def analyse_soon(*, by: Actor) -> Run:
    """Queues an analysis on demand, for a worker to take up; a waiting one is used again."""
    run = analysis.request_run(trigger="demand", by=by, at=clock.now())
    with suppress(AlreadyEnqueued), transaction.atomic():
        analyse.configure(queueing_lock=f"run-{run.pk}").defer(run_id=run.pk)
    return run
