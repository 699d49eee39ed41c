"""States and changes of appointments in words: `{% load appointments %}`."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from regulars.booking.models import Change
from regulars.booking.pages.answers import when_words
from regulars.booking.words import CHANGES, REASONS, STATES
from regulars.kit.templatetags.ui import badge

register = template.Library()

ICONS = {
    "booked": "calendar-plus", "moved": "calendar-clock", "cancelled": "calendar-x",
    "confirmed": "check", "arrived": "map-pin-check", "began": "scissors", "done": "check-check",
    "missed": "user-x", "resized": "move-vertical", "restored": "rotate-ccw",
    "expected": "rotate-ccw",
}  # fmt: skip


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """A state by word, icon and tone."""
    look = STATES[state]
    return badge(str(look.label), look.tone, look.icon)


@register.filter
def change_words(what: str) -> str:
    return str(CHANGES.get(what, what))


@register.filter
def change_icon(what: str) -> str:
    return ICONS.get(what, "circle")


@register.simple_tag
def change_detail(change: Change) -> SafeString | str:
    """From when to when, or why, where the log says."""
    detail = change.detail
    if "from" in detail and detail["from"] != detail.get("to"):
        zone = ZoneInfo(change.appointment.store.time_zone)
        before, after = (
            when_words(datetime.fromisoformat(detail[key]), zone) for key in ("from", "to")
        )
        return format_html("{} → {} · ", before, after)
    if "from" in detail:
        return format_html("{} · ", _("to somebody else"))
    if detail.get("reason") in REASONS:
        return format_html("{} · ", REASONS[detail["reason"]])
    return ""


@register.simple_tag
def customer_url(pk: int) -> str:
    """The customer's page, which an upper room has; "" where it does not stand."""
    try:
        return reverse("customers:page", args=[pk])
    except NoReverseMatch:
        return ""
