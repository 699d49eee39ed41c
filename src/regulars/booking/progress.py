"""How an appointment comes along: kept, confirmed, arrived, begun, done, called off, missed."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from regulars.booking import policies, states
from regulars.booking.actions import locked
from regulars.booking.models import Appointment
from regulars.booking.refusals import Refused
from regulars.booking.writing import log
from regulars.kit.permissions import Actor

REASONS = ("customer", "store", "staff", "mistake")
"""Who or what an appointment was called off for."""

# What was booked beyond the end is free again; the minute that has begun is not.
_LET_GO = """
WITH gone AS (
    DELETE FROM booking_occupancy WHERE appointment_id = %(id)s AND lower(span) >= %(end)s
)
UPDATE booking_occupancy SET span = tstzrange(lower(span), %(end)s)
WHERE appointment_id = %(id)s AND lower(span) < %(end)s AND upper(span) > %(end)s
"""


@transaction.atomic
def keep(appointment_id: int, *, version: int | None = None, by: Actor, at: datetime) -> None:
    """Makes a hold a booking.

    Raises:
        Refused: the hold has run out.
    """
    appointment = locked(appointment_id, version, by)
    if appointment.held_until is not None and appointment.held_until <= at:
        raise Refused("hold_over")
    appointment.held_until = None
    _go(appointment, states.BOOKED, "kept", by=by, at=at)


@transaction.atomic
def confirm(appointment_id: int, *, version: int | None = None, by: Actor, at: datetime) -> None:
    """The customer has said that they will come."""
    _go(locked(appointment_id, version, by), states.CONFIRMED, "confirmed", by=by, at=at)


@transaction.atomic
def arrive(appointment_id: int, *, version: int | None = None, by: Actor, at: datetime) -> None:
    """The customer is here."""
    appointment = locked(appointment_id, version, by)
    if appointment.state != states.IN_SERVICE:  # there, it takes a beginning back
        appointment.arrived_at = at
    appointment.began_at = None
    _go(appointment, states.ARRIVED, "arrived", by=by, at=at)


@transaction.atomic
def expect(appointment_id: int, *, version: int | None = None, by: Actor, at: datetime) -> None:
    """Takes an arrival back: it was somebody else."""
    appointment = locked(appointment_id, version, by)
    if appointment.state != states.ARRIVED:
        raise Refused("state")
    appointment.arrived_at = None
    _go(appointment, states.BOOKED, "expected", by=by, at=at)


@transaction.atomic
def start(appointment_id: int, *, version: int | None = None, by: Actor, at: datetime) -> None:
    """The first service begins; of one that was done, it goes on."""
    appointment = locked(appointment_id, version, by)
    appointment.began_at = appointment.began_at or at
    appointment.finished_at = None
    _go(appointment, states.IN_SERVICE, "began", by=by, at=at)


@transaction.atomic
def finish(appointment_id: int, *, version: int | None = None, by: Actor, at: datetime) -> None:
    """All is done. What was booked beyond now is free again."""
    appointment = locked(appointment_id, version, by)
    appointment.finished_at = at
    _go(appointment, states.DONE, "done", by=by, at=at)
    end = max(at.replace(second=0, microsecond=0), appointment.starts_at)
    with connection.cursor() as cursor:
        cursor.execute(_LET_GO, {"id": appointment.pk, "end": end})


@transaction.atomic
def cancel(
    appointment_id: int,
    *,
    reason: str = "",
    own: bool = False,
    version: int | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Calls an appointment off; its times are free at once.

    Args:
        reason: one of `REASONS`, or "". No free words: the log stays when a customer is erased.
        own: by the customer, who is held to the policy.

    Raises:
        ValueError: the reason is not a known one.
        Refused: it has come too far, or it is too late for the customer to do it.
    """
    appointment = locked(appointment_id, version, by)
    policies.check_change(appointment, own=own, at=at)
    if reason and reason not in REASONS:
        raise ValueError(f"no known reason: {reason}")
    appointment.held_until = None
    _go(appointment, states.CANCELLED, "cancelled", by=by, at=at, reason=reason)


@transaction.atomic
def no_show(appointment_id: int, *, version: int | None = None, by: Actor, at: datetime) -> None:
    """The customer did not come: what is left of the time is free, and a fee may be owed.

    Raises:
        Refused: it has not begun yet.
    """
    appointment = locked(appointment_id, version, by)
    if at < appointment.starts_at:
        raise Refused("state")
    appointment.fee = policies.policy_of(appointment).no_show_fee
    _go(appointment, states.NO_SHOW, "missed", by=by, at=at)


def _go(
    appointment: Appointment, to: str, what: str, *, by: Actor, at: datetime, **detail: str
) -> None:
    if not states.may_move(appointment.state, to):
        raise Refused("state")
    appointment.state = to
    appointment.version += 1
    appointment.save()
    log(appointment, what, by=by, at=at, **{k: v for k, v in detail.items() if v})
