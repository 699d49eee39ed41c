"""What is asked for, before it is booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ServiceDraft:
    """A service that is wanted.

    Attributes:
        staff_id: who was asked for (点钟); None for anyone (轮钟).
        group: services with one number run side by side; by default one after another.
        minutes: of each step, where they shall differ from the catalogue.
    """

    item_id: int
    staff_id: int | None = None
    group: int | None = None
    minutes: tuple[int, ...] | None = None


@dataclass(frozen=True)
class VisitDraft:
    """A visit that is wanted. Without a customer, `guest_name` (may be empty) says who comes.

    Attributes:
        channel: one of `Appointment.CHANNELS`. From "portal" the shop's policy is kept to.
    """

    store_id: int
    starts_at: datetime
    services: tuple[ServiceDraft, ...]
    customer_id: int | None = None
    guest_name: str = ""
    channel: str = "desk"
    note: str = ""
