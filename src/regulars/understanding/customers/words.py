"""Stages, segments and ways in the words of the page."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STAGES: dict[str, Promise] = {
    "potential": _("No purchase yet"),
    "new": _("New"),
    "mature": _("Regular"),
    "at_risk": _("Overdue"),
    "lost": _("Lost"),
}
STAGE_TONES = {"new": "info", "mature": "good", "at_risk": "warning"}

SEGMENTS: dict[str, Promise] = {
    "champion": _("Champions"),
    "loyal": _("Loyal"),
    "potential": _("Promising"),
    "new": _("Newcomers"),
    "needs_attention": _("Need attention"),
    "sleeping": _("Asleep"),
    "cannot_lose": _("Must not lose"),
    "lost": _("Gone"),
}

CAUSES: dict[str, Promise] = {
    "service": pgettext_lazy("cause", "Service"),
    "price": pgettext_lazy("cause", "Price"),
    "need": pgettext_lazy("cause", "Need changed"),
    "competitor": pgettext_lazy("cause", "Went elsewhere"),
    "personal": pgettext_lazy("cause", "Personal reasons"),
    "unclear": pgettext_lazy("cause", "Not clear"),
}
"""Why a customer may be leaving (`CustomerResult.cause`), by declared rules."""

SEXES: dict[str, Promise] = {
    "female": _("Woman"),
    "male": _("Man"),
    "other": _("Other"),
}

WEEKDAYS: tuple[Promise, ...] = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)

HOURS: dict[str, Promise] = {
    "morning": _("in the morning"),
    "noon": _("at noon"),
    "afternoon": _("in the afternoon"),
    "evening": _("in the evening"),
    "night": _("at night"),
}
