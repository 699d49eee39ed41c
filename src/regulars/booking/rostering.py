"""Writes on who works when: shifts with their breaks, and leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from regulars.booking.models import Break, Leave, Shift
from regulars.kit import audit
from regulars.kit.permissions import Actor, Permission

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class ShiftDraft:
    """When someone works in a store, and their breaks within; to the minute."""

    staff_id: int
    store_id: int
    begins: datetime
    ends: datetime
    breaks: tuple[Span, ...] = ()


@transaction.atomic
def add_shifts(drafts: Sequence[ShiftDraft], *, by: Actor, at: datetime) -> list[int]:
    """Puts shifts on the roster and returns their ids. Nobody works two at the same time.

    Raises:
        IntegrityError: someone works then already, or it ends before it begins.
    """
    for store_id in {draft.store_id for draft in drafts}:
        by.must(Permission.MANAGE_ROSTER, store_id=store_id)
    shifts = Shift.objects.bulk_create(
        Shift(staff_id=d.staff_id, store_id=d.store_id, span=(d.begins, d.ends)) for d in drafts
    )
    Break.objects.bulk_create(
        Break(shift=shift, span=span)
        for shift, draft in zip(shifts, drafts, strict=True)
        for span in draft.breaks
    )
    audit.record("booking.add_shifts", "shift:many", by=by, at=at, detail={"count": len(shifts)})
    return [shift.pk for shift in shifts]


@transaction.atomic
def drop_shifts(shift_ids: Sequence[int], *, by: Actor, at: datetime) -> None:
    """Takes shifts off the roster. Appointments in them stay, and are found by `stranded`."""
    shifts = Shift.objects.filter(pk__in=shift_ids)
    for store_id in set(shifts.values_list("store_id", flat=True)):
        by.must(Permission.MANAGE_ROSTER, store_id=store_id)
    shifts.delete()
    audit.record(
        "booking.drop_shifts", "shift:many", by=by, at=at, detail={"count": len(shift_ids)}
    )


@transaction.atomic
def add_leave(
    staff_id: int, kind: str, begins: datetime, ends: datetime, *, by: Actor, at: datetime
) -> int:
    """Notes that someone is away and returns the leave's id. Appointments in it stay.

    Raises:
        IntegrityError: it ends before it begins, or the kind is not known.
    """
    by.must(Permission.MANAGE_ROSTER)
    leave = Leave.objects.create(staff_id=staff_id, kind=kind, span=(begins, ends))
    audit.record("booking.add_leave", f"staff:{staff_id}", by=by, at=at)
    return leave.pk


@transaction.atomic
def drop_leave(leave_id: int, *, by: Actor, at: datetime) -> None:
    """Someone is not away after all."""
    by.must(Permission.MANAGE_ROSTER)
    leave = Leave.objects.get(pk=leave_id)
    leave.delete()
    audit.record("booking.drop_leave", f"staff:{leave.staff_id}", by=by, at=at)
