"""Background work of the customer's pages."""

from __future__ import annotations

from regulars.kit import clock
from regulars.kit.jobs import app
from regulars.portal import signing_in


@app.periodic(cron="45 4 * * *")
@app.task(queue="portal", name="portal.forget", queueing_lock="portal.forget")
def forget(timestamp: int) -> int:
    """Forgets old codes and sign-ins."""
    return signing_in.forget(at=clock.now())
