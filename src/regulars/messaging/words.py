"""States and reasons of messages, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.messaging import states

STATES: dict[str, Promise] = {
    states.WAITING: pgettext_lazy("message", "Waiting"),
    states.CLAIMED: pgettext_lazy("message", "On its way"),
    states.HANDED_OVER: pgettext_lazy("message", "Sent"),
    states.DELIVERED: pgettext_lazy("message", "Arrived"),
    states.FAILED: pgettext_lazy("message", "Failed"),
    states.UNKNOWN: pgettext_lazy("message", "Unknown"),
    states.DROPPED: pgettext_lazy("message", "Not sent"),
}
TONES = {
    states.WAITING: "neutral",
    states.CLAIMED: "info",
    states.HANDED_OVER: "good",
    states.DELIVERED: "good",
    states.FAILED: "error",
    states.UNKNOWN: "warning",
    states.DROPPED: "neutral",
}
REASONS: dict[str, Promise] = {
    "quiet": _("Put off until the quiet hours are over"),
    "cap": _("Put off, because the customer has had enough messages for now"),
    "not_now": _("The mail server could not be reached; tried again later"),
    "tries": _("The mail server could not be reached, however often it was tried"),
    "consent": _("The customer does not allow it"),
    "no_address": _("The customer has no address any more"),
    "no_channel": _("No channel in use reaches the customer's addresses"),
    "erased": _("The customer was erased"),
    "too_late": _("It would have come too late"),
    "changed": _("The appointment has changed since"),
    "off": _("Called off"),
    "died": _("The worker died while sending; it may or may not have gone out"),
    "no_answer": _("The connection broke while sending; it may or may not have gone out"),
    "asked": _("Told by the channel afterwards"),
}


def reason_words(reason: str) -> str:
    """Why, in words; a code of the mail server as it is."""
    return str(REASONS.get(reason, reason))
