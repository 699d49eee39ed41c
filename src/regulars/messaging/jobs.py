"""Background work of messages."""

from __future__ import annotations

from regulars.kit import clock
from regulars.kit.jobs import app
from regulars.messaging import delivering, forgetting


@app.task(queue="messaging", name="messaging.deliver")
def deliver(send_id: int) -> str:
    """Delivers one message; done again, it does nothing."""
    return delivering.deliver(send_id, at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(queue="messaging", name="messaging.look_after", queueing_lock="messaging.look_after")
def look_after(timestamp: int) -> int:
    """Finds messages that are due by now, and those whose worker died."""
    return delivering.look_after(at=clock.now())


@app.periodic(cron="35 4 * * *")
@app.task(queue="messaging", name="messaging.forget", queueing_lock="messaging.forget")
def forget(timestamp: int) -> int:
    """Destroys the words of messages that are long out."""
    return forgetting.forget(at=clock.now())
