"""Why something cannot be booked, said kindly and with what could be had instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.booking import availability


@dataclass(frozen=True)
class Alternative:
    """Another beginning; `staff_id` is who would serve first, None where nobody's hands count."""

    starts_at: datetime
    staff_id: int | None


WORDS: dict[str, Promise] = {
    availability.NOBODY: _("Nobody in this store does this service."),
    availability.CLOSED: _("The store is closed then, or closes before it would be done."),
    availability.CUSTOMER_BUSY: _("This customer already has an appointment at that time."),
    availability.OFF: _("Nobody who does this is at work at that time."),
    availability.TAKEN: _("That time is taken."),
    availability.NO_HELPER: _("Nobody is free to help at that time."),
    availability.NO_PLACE: _("No place is free at that time."),
    availability.TOGETHER: _("There are not enough hands for all of it at the same time."),
    "no_service": _("Choose at least one service."),
    "unknown_service": _("This service cannot be booked: it is not offered, or has no steps."),
    "not_online": _("This service cannot be booked online. Please call the store."),
    "too_soon": _("This is too soon to be booked online. Please call the store."),
    "too_far": _("Bookings are not open for that day yet."),
    "too_late": _("It is too late to change this online. Please call the store."),
    "changed": _("Somebody has changed this appointment meanwhile. Look at it again."),
    "state": _("This cannot be done with an appointment that has come this far."),
    "helper_given": _("Who helps is given out by itself. Move the one who serves instead."),
    "no_reason": _("Say why this may overlap."),
    "hold_over": _("The time was not held any longer. Choose one anew."),
}


class Refused(Exception):
    """What was asked for cannot be booked; nothing was written.

    Attributes:
        code: one of `WORDS`.
        alternatives: other beginnings, the nearest first; may be empty.
        appointment_id: the one that is in the way, where it is only one.
    """

    def __init__(
        self,
        code: str,
        *,
        alternatives: Sequence[Alternative] = (),
        appointment_id: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.alternatives = tuple(alternatives)
        self.appointment_id = appointment_id

    @property
    def message(self) -> str:
        """A sentence in the reader's language."""
        return str(WORDS[self.code])
