"""Puts messages that are due into the queue of jobs."""

from __future__ import annotations

from django.db import transaction
from procrastinate.exceptions import AlreadyEnqueued

from regulars.kit.jobs import app


def deliver_now(send_id: int) -> bool:
    """Queues the delivery, in the caller's transaction; False when it waits in the queue already.

    The job knows the number of the message and no more.
    """
    lock = f"messaging.deliver:{send_id}"
    job = app.configure_task("messaging.deliver", queue="messaging", queueing_lock=lock)
    try:
        with transaction.atomic():  # a refusal leaves the caller's transaction whole
            job.defer(send_id=send_id)
    except AlreadyEnqueued:
        return False
    return True
