"""Ends holds that have run out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from regulars.booking.models import Appointment, Change


def clear(appointment_ids: Collection[int], *, at: datetime) -> set[int]:
    """Cancels those of these that are holds and have run out; returns their ids.

    In the caller's transaction. Two who clear the same hold: the second waits and finds it gone.
    """
    over = Appointment.objects.select_for_update().filter(
        pk__in=appointment_ids, state=Appointment.HELD, held_until__lte=at
    )
    ids = set(over.order_by("pk").values_list("pk", flat=True))
    if ids:
        Appointment.objects.filter(pk__in=ids).update(state=Appointment.CANCELLED, held_until=None)
        Change.objects.bulk_create(
            Change(
                appointment_id=pk, what="ran_out", state=Appointment.CANCELLED, at=at,
                by_name="system",
            )
            for pk in sorted(ids)
        )  # fmt: skip
    return ids
