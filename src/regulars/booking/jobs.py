"""Background work of bookings."""

from __future__ import annotations

from django.db import transaction

from regulars.booking import expiry
from regulars.booking.models import Appointment
from regulars.kit import clock
from regulars.kit.jobs import app


@app.periodic(cron="* * * * *")
@app.task(queue="booking", name="booking.end_holds", queueing_lock="booking.end_holds")
def end_holds(timestamp: int) -> int:
    """Ends the holds that have run out; returns how many. Their times were free already."""
    at = clock.now()
    over = Appointment.objects.filter(state=Appointment.HELD, held_until__lte=at)
    with transaction.atomic():
        return len(expiry.clear(list(over.values_list("pk", flat=True)), at=at))
