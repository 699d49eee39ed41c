"""What the customers' pages show again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.intake.models import Event
from regulars.kit import clock, formats
from regulars.kit.templatetags.formats import currency_sign, in_chinese
from regulars.kit.templatetags.formats import day as written_day
from regulars.kit.templatetags.ui import badge, icon
from regulars.offer.models import Store
from regulars.people.models import Consent
from regulars.understanding.customers import consents
from regulars.understanding.customers.profile import Profile
from regulars.understanding.customers.words import SEXES, STAGE_TONES, STAGES

register = template.Library()


@dataclass(frozen=True)
class Look:
    """How one kind of thing stands in the timeline."""

    title: str | Promise
    icon: str
    tone: str = "neutral"


LOOKS: Mapping[str, Look] = {
    "purchase": Look(_("Purchase"), "receipt", "good"),
    "return": Look(_("Return"), "undo-2", "warning"),
    "booking": Look(_("Booked"), "calendar-plus", "info"),
    "visit": Look(_("Came"), "calendar-check", "good"),
    "no_show": Look(_("Did not come"), "calendar-x", "error"),
    "cancellation": Look(_("Cancelled"), "calendar-minus", "warning"),
    "campaign_received": Look(_("Received a campaign"), "megaphone"),
    "coupon_redeemed": Look(_("Used a coupon"), "ticket", "accent"),
    "note": Look(_("Note"), "notebook-pen"),
    "sensitive_note": Look(_("Sensitive note"), "shield", "warning"),
    "granted": Look(_("Agreed"), "check", "good"),
    "withdrawn": Look(_("Withdrew"), "x", "warning"),
}

CONTACT_ICONS = {"phone": "phone", "email": "mail", "wechat": "message-circle"}

FAVOURITES: Mapping[str, Promise] = {
    "product": _("Buys most"),
    "category": _("Category"),
    "brand": _("Brand"),
    "staff": _("Served by"),
    "store": _("Store"),
    "weekday": _("Weekday"),
    "hours": _("Time of day"),
}

RELATIONS: Mapping[str, Promise] = {"family": _("Family"), "friend": _("Friend")}

BASES: Mapping[str, Promise] = {
    "own": _("their own"),
    "blended": _("few visits: mixed with the shop's"),
    "shop": _("the shop's; one visit shows none"),
}

MISSING: Mapping[str, Promise] = {
    "customers": _(
        "There is not enough data yet; with about %(about)s more customers it can be told."
    ),
    "days": _("There is not enough data yet; in about %(about)s days it can be told."),
}


@register.simple_tag
def stage_badge(stage: str) -> SafeString:
    """A stage of the lifecycle in its word and tone."""
    return badge(str(STAGES[stage]), STAGE_TONES.get(stage, "neutral"))


@register.simple_tag
def sex(value: str) -> Promise:
    return SEXES[value]


@register.simple_tag
def birthday(profile: Profile) -> str:
    """The birth date as it was given, and for a lunar one the day it falls on next."""
    customer = profile.customer
    month, number = customer.birth_month, customer.birth_day
    if customer.birth_calendar == "lunar" and profile.birthday_on:
        words = gettext("lunar birthday %(month)s/%(day)s, next on %(next)s")
        coming = written_day(profile.birthday_on)
        return words % {"month": month, "day": number, "next": coming}
    return gettext("birthday %(month)s/%(day)s") % {"month": month, "day": number}


@register.simple_tag
def contact_icon(kind: str) -> SafeString:
    return icon(CONTACT_ICONS[kind])


@register.simple_tag
def gap_basis(profile: Profile) -> str:
    """Whose rhythm the usual gap is."""
    return str(BASES.get(profile.detail.get("rhythm_basis", ""), ""))


@register.simple_tag
def gap_formula(profile: Profile) -> str:
    """How the usual gap was found, with this customer's figures."""
    detail = profile.detail
    basis = detail.get("rhythm_basis", "")
    if basis == "own":
        return gettext("The median of the days between their visits.")
    if basis == "blended":
        words = gettext(
            "The median of their own %(gaps)s gaps (%(own)s days), mixed with the shop's usual "
            "gap, which weighs as much as two gaps. From five gaps on, their own stands alone."
        )
        own = formats.count(detail.get("own_gap_days"), 1)
        return words % {"gaps": profile.gaps, "own": own}
    return gettext("The shop's usual gap: one visit shows no rhythm of their own.")


@register.simple_tag
def cell_words(cell: str | None) -> str:
    """Which customers an estimate of no return comes from (see `insight.models.cells`)."""
    if not cell or cell == "shop":
        return gettext("all customers of the shop")
    if "purchase days" in cell:
        return gettext("those as late, with as many visits")
    return gettext("those as late, whatever their visits")


@register.simple_tag
def missing(lacking: Mapping[str, Any] | None) -> str:
    """What is lacking for an estimate, and about how much of it."""
    if not lacking:
        return gettext("There is not enough data yet.")
    return str(MISSING[lacking["what"]]) % {"about": formats.count(lacking["about"])}


@register.simple_tag
def purchase_title(order: Any) -> str:
    """What a purchase or return came to."""
    amount = formats.money_exact(order.amount, sign=currency_sign())
    look = LOOKS["return" if order.amount < 0 else "purchase"]
    return f"{look.title} {amount}"


@register.simple_tag
def happened_at(at: datetime, store: Store | None) -> str:
    """A moment by the clock of the store; 00:00 stands for a day whose time nobody recorded."""
    there = at.astimezone(ZoneInfo(store.time_zone) if store else clock.zone())
    if there.time() == time():
        return written_day(there.date())
    this_year = clock.today().year
    return formats.day_and_time(there, this_year=this_year, chinese=in_chinese())


@register.simple_tag
def setting_of(kind: str) -> Look:
    """Title, icon and tone of a kind of entry; an event without words here shows its own name."""
    return LOOKS.get(kind) or Look(kind.replace("_", " ").capitalize(), "circle")


@register.filter
def event_parts(event: Event) -> list[str]:
    """Where, what and with whom."""
    named = [event.item, event.staff, event.store]
    told = [str(event.properties[key]) for key in ("campaign", "coupon") if key in event.properties]
    return [*told, *(str(one) for one in named if one)]


@register.filter
def consent_words(row: Consent) -> str:
    """Purpose and channel of one word of consent."""
    return f"{consents.PURPOSES[row.purpose]} · {consents.CHANNELS[row.channel]}"


@register.simple_tag
def favourite_name(kind: str) -> Promise:
    return FAVOURITES[kind]


@register.simple_tag
def relation_name(kind: str) -> Promise:
    return RELATIONS[kind]


@register.filter
def plain(quantity: Decimal) -> str:
    """A quantity without the zeros behind its point."""
    return f"{quantity.normalize():f}"
