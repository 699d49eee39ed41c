"""What the ids of `insight` are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.kit import formats
from regulars.understanding.customers.words import SEGMENTS, STAGES
from regulars.understanding.insights.rules import Cell, Range

__all__ = ["SEGMENTS", "STAGES"]

SUBJECTS: Mapping[str, Promise] = {
    "category": _("Categories"),
    "product": _("Services and products"),
    "brand": _("Brands"),
    "staff": _("Staff"),
    "store": _("Stores"),
    "channel": _("Channels"),
}

SEASONS: Mapping[str, Promise] = {
    "spring": _("Spring (March to May)"),
    "summer": _("Summer (June to August)"),
    "autumn": _("Autumn (September to November)"),
    "winter": _("Winter (December to February)"),
}

CHANNELS: Mapping[str, Promise] = {
    "store": _("In store"),
    "web": _("Web"),
    "app": _("App"),
    "phone": _("Phone"),
    "wechat": _("WeChat"),
    "delivery": _("Delivery"),
}

OCCASIONS: Mapping[str, Promise] = {
    "new_years_day": _("New Year's Day"),
    "before_chinese_new_year": _("Two weeks before Spring Festival"),
    "chinese_new_year": _("Spring Festival"),
    "tomb_sweeping_day": _("Qingming"),
    "labor_day": _("Labour Day"),
    "dragon_boat_festival": _("Dragon Boat Festival"),
    "mid_autumn_festival": _("Mid-Autumn Festival"),
    "national_day": _("National Day"),
    "valentines_day": _("Valentine's Day"),
    "womens_day": _("Women's Day"),
    "shopping_618": _("618 shopping day"),
    "singles_day": _("Singles' Day (11.11)"),
    "double_twelve": _("Double Twelve (12.12)"),
    "before_christmas_day": _("Two weeks before Christmas"),
    "christmas_day": _("Christmas"),
    "thanksgiving_day": _("Thanksgiving"),
    "black_friday": _("Black Friday"),
    "independence_day": _("Independence Day"),
    "memorial_day": _("Memorial Day"),
    "martin_luther_king_jr_day": _("Martin Luther King Jr. Day"),
    "washingtons_birthday": _("Presidents' Day"),
    "columbus_day": _("Columbus Day"),
    "veterans_day": _("Veterans Day"),
    "juneteenth_national_independence_day": _("Juneteenth"),
    "good_friday": _("Good Friday"),
    "boxing_day": _("Boxing Day"),
    "canada_day": _("Canada Day"),
}

WEEKDAYS = (
    *(_("Mon"), _("Tue"), _("Wed"), _("Thu")),
    *(_("Fri"), _("Sat"), _("Sun")),
)

MISSING: Mapping[str, Promise] = {
    "customers": _("Not enough data yet: about %(about)s more customers are needed."),
    "days": _("Not enough data yet: about %(about)s more days of sales are needed."),
    "orders": _("Not enough data yet: about %(about)s more orders are needed."),
}


def cell(one: Cell) -> str:
    """`R5 · F5 Champions`."""
    return f"R{one.r} · F{one.f} {SEGMENTS[one.segment]}"


def occasion(name: str) -> str:
    """The name of an occasion; one without words here is told by its id."""
    return str(OCCASIONS.get(name, name.replace("_", " ").title()))


def value_of(subject: str, value: str, names: Mapping[str, str]) -> str:
    """What one value of a preference is called."""
    if subject == "channel":
        return str(CHANNELS.get(value, value))
    return names.get(value, value)


def days_ago(span: Range) -> str:
    """`1-30 days ago`; the open last band is `more than 180 days ago`."""
    if span.high is None:
        low = (span.low or 1) - 1
        return gettext("over %(days)s days") % {"days": formats.count(low)}
    if span.low in (None, 1):
        return gettext("within %(days)s days") % {"days": formats.count(span.high)}
    return gettext("%(low)s–%(high)s days") % _both(span)


def times(span: Range) -> str:
    """`2-3 visits`; the open last band is `11 or more`."""
    if span.high is None:
        return gettext("%(low)s times or more") % {"low": formats.count(span.low)}
    if span.low == span.high:
        words = gettext("once") if span.low == 1 else gettext("%(times)s times")
        return words % {"times": formats.count(span.low)}
    return gettext("%(low)s–%(high)s times") % _both(span)


def money_from(low: int, high: int | None, sign: str) -> str:
    """`¥100–199`; the open last class is `¥1,000 or more`."""
    if high is None:
        return gettext("%(low)s or more") % {"low": formats.money(low, sign=sign)}
    return f"{formats.money(low, sign=sign)}–{formats.money(high + 1, sign='')}"


def missing(lacking: Mapping[str, Any]) -> str:
    """What is lacking, in a sentence."""
    return str(MISSING[lacking["what"]]) % {"about": formats.count(lacking["about"])}


def _both(span: Range) -> dict[str, str]:
    return {"low": formats.count(span.low), "high": formats.count(span.high)}
