"""Puts messages into the queue of jobs, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from regulars.kit.jobs import app


def deliver_soon(send_id: int, due_at: datetime) -> None:
    """Queues the delivery for `due_at`. The job knows the number of the message and no more."""
    app.configure_task("messaging.deliver", queue="messaging", schedule_at=due_at).defer(
        send_id=send_id
    )
