"""The filters of the customer's pages."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django import template
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.booking import states
from regulars.kit import formats
from regulars.kit.templatetags.formats import currency_sign, in_chinese
from regulars.offer.models import Staff
from regulars.portal.booking_pages import Asked

register = template.Library()

STATES: dict[str, Promise] = {
    states.HELD: pgettext_lazy("visit", "Held for you"),
    states.BOOKED: pgettext_lazy("visit", "Booked"),
    states.CONFIRMED: pgettext_lazy("visit", "Confirmed"),
    states.ARRIVED: pgettext_lazy("visit", "You are here"),
    states.IN_SERVICE: pgettext_lazy("visit", "Being served"),
    states.DONE: pgettext_lazy("visit", "Done"),
    states.CANCELLED: pgettext_lazy("visit", "Called off"),
    states.NO_SHOW: pgettext_lazy("visit", "Missed"),
}
PARTS: dict[str, Promise] = {
    "morning": _("Morning"),
    "afternoon": _("Afternoon"),
    "evening": _("Evening"),
}


@register.simple_tag
def currency() -> str:
    return currency_sign()


@register.filter
def visit_state(state: str) -> str:
    return str(STATES[state])


@register.filter
def part_of_day(part: str) -> str:
    return str(PARTS[part])


@register.filter
def weekday_of(day: date) -> str:
    return formats.weekday(day, chinese=in_chinese())


@register.filter
def for_address(moment: datetime) -> str:
    """A moment as `booking_pages.moment_in` reads it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


@register.filter
def own_query(asked: Asked) -> str:
    """The services and the person, ready for a day to follow."""
    return asked.query() + "&"


@register.filter
def without_person(asked: Asked) -> str:
    return urlencode([("s", draft.item_id) for draft in asked.drafts])


@register.filter
def with_person(asked: Asked, person: Staff) -> str:
    return f"{without_person(asked)}&p={person.pk}"
