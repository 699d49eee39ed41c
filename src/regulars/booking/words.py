"""What states, changes and reasons are called, and how a state looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.booking import states, suggesting


@dataclass(frozen=True)
class Look:
    """A state in words, with its icon and tone: never by colour alone."""

    label: Promise
    icon: str
    tone: str


STATES: Mapping[str, Look] = {
    states.HELD: Look(pgettext_lazy("appointment", "Held"), "hourglass", "warning"),
    states.BOOKED: Look(pgettext_lazy("appointment", "Booked"), "calendar", "neutral"),
    states.CONFIRMED: Look(pgettext_lazy("appointment", "Confirmed"), "check", "info"),
    states.ARRIVED: Look(pgettext_lazy("appointment", "Arrived"), "map-pin-check", "accent"),
    states.IN_SERVICE: Look(pgettext_lazy("appointment", "In service"), "scissors", "good"),
    states.DONE: Look(pgettext_lazy("appointment", "Done"), "check-check", "neutral"),
    states.CANCELLED: Look(pgettext_lazy("appointment", "Called off"), "x", "neutral"),
    states.NO_SHOW: Look(pgettext_lazy("appointment", "No-show"), "user-x", "error"),
}

CHANGES: Mapping[str, Promise] = {
    "held": _("The time was held"),
    "booked": _("Booked"),
    "kept": _("Made a booking"),
    "confirmed": _("The customer will come"),
    "arrived": _("The customer is here"),
    "expected": _("The arrival was taken back"),
    "began": _("The service began"),
    "done": _("All was done"),
    "cancelled": _("Called off"),
    "missed": _("The customer did not come"),
    "moved": _("Moved"),
    "resized": _("Takes longer or shorter"),
    "restored": _("Booked again"),
    "ran_out": _("The time was not held any longer"),
}

REASONS: Mapping[str, Promise] = {
    "customer": _("The customer cannot come"),
    "store": _("The store has to"),
    "staff": _("Who serves is away"),
    "mistake": _("It was entered by mistake"),
}

CHANNELS: Mapping[str, Promise] = {
    "desk": _("at the desk"),
    "phone": _("by phone"),
    "portal": _("by the customer online"),
    "api": _("by another system"),
    "walk_in": _("walked in"),
    "waitlist": _("from the waitlist"),
    "series": _("as one of a series"),
}

SUGGESTED: Mapping[str, Promise] = {
    suggesting.USUAL_PERSON: _("their usual person"),
    suggesting.USUAL_HOUR: _("their usual hour"),
    suggesting.USUAL_DAY: _("their usual weekday"),
    suggesting.USES_WAITING: _("while another waits"),
    suggesting.CLOSES_GAP: _("fills a gap exactly"),
    suggesting.NEXT_TO: _("leaves no gap"),
    suggesting.LEAVES_SLIVER: _("leaves a short gap"),
}
"""Why a time is offered; that it is soon goes without saying."""
