"""Background work on procrastinate: queued in the transaction of the fact, run by any worker."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import cast

from django.db import connection, transaction
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from regulars.kit import audit, clock
from regulars.kit.permissions import Actor, Permission

__all__ = ["app", "retry", "work"]

KEEP_HOURS = 7 * 24


def work(*, wait: bool = True) -> None:
    """Runs jobs in this process: until it is told to stop, or (`wait` False) until none is left."""
    connector = cast(DjangoConnector, app.connector).get_worker_connector()
    worker_app = app.with_connector(connector)
    asyncio.run(_work(worker_app, wait=wait))


async def _work(worker_app: App, *, wait: bool) -> None:
    async with worker_app.open_async():
        await worker_app.run_worker_async(
            wait=wait, concurrency=1, listen_notify=wait, delete_jobs="never"
        )


@transaction.atomic
def retry(job_id: int, *, by: Actor, at: datetime) -> bool:
    """Queues a failed job again; False when it did not fail, or the same work waits already."""
    by.must(Permission.MANAGE_SETTINGS)
    failed = "SELECT 1 FROM procrastinate_jobs WHERE id = %s AND status = 'failed' FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(failed, [job_id])
        if cursor.fetchone() is None:
            return False
    try:
        with transaction.atomic():
            app.job_manager.retry_job_by_id(job_id, retry_at=at)
    except UniqueViolation:
        return False
    audit.record("kit.retry_job", f"job:{job_id}", by=by, at=at)
    return True


@app.periodic(cron="*/5 * * * *")
@app.task(queue="kit", name="kit.seal_audit", queueing_lock="kit.seal_audit")
def seal_audit(timestamp: int) -> int:
    """Seals the audit events of the last minutes."""
    return audit.seal(at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(
    queue="kit", name="kit.retry_stalled", queueing_lock="kit.retry_stalled", pass_context=True
)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Queues the jobs of killed workers again. Jobs are written so that this is safe."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        try:
            await manager.retry_job(job)
        except UniqueViolation:  # the same work waits already, under the same queueing lock
            await manager.finish_job(job, Status.ABORTED, delete_job=False)


@app.periodic(cron="20 4 * * *")
@app.task(
    queue="kit", name="kit.forget_old_jobs", queueing_lock="kit.forget_old_jobs", pass_context=True
)
async def forget_old_jobs(context: JobContext, timestamp: int) -> None:
    """Deletes what was done over a week ago; failed jobs stay until someone has looked at them."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_HOURS)
