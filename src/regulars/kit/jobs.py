"""Background work on procrastinate: queued in the transaction of the fact, run by any worker."""

from __future__ import annotations

from procrastinate.contrib.django import app

from regulars.kit import audit, clock

__all__ = ["app"]


@app.periodic(cron="*/5 * * * *")
@app.task(queue="kit", queueing_lock="seal_audit", pass_context=False)
def seal_audit(timestamp: int) -> int:
    """Seals the audit events of the last minutes."""
    return audit.seal(at=clock.now())
