"""What sets groups of customers apart, in words: features, names, conditions, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from regulars.kit import formats
from regulars.kit.templatetags.formats import currency_sign

WHOLE = ("recency_days", "purchase_days", "distinct_category")
"""Features that are counts: a threshold of 6.5 means seven or more."""

TINY, SMALL, MEDIUM = 0.2, 0.5, 0.8
"""Where differences in spreads begin to be small, medium and large: Cohen (1988)."""


@dataclass(frozen=True)
class Side:
    """One side of a feature: its part of a name, the condition of the tree, what to do."""

    name: Promise
    condition: Promise
    advice: Promise


@dataclass(frozen=True)
class Feature:
    label: Promise
    low: Side
    high: Side


FEATURES: Mapping[str, Feature] = {
    "recency_days": Feature(
        _("Days since the last purchase"),
        Side(
            pgettext_lazy("segment", "here lately"),
            _("bought within the last %(value)s days"),
            _("They are here now: ask them to bring someone, or to try something new."),
        ),
        Side(
            pgettext_lazy("segment", "long not seen"),
            _("last purchase over %(value)s days ago"),
            _("They may be leaving: call those worth most first, see the warnings."),
        ),
    ),
    "purchase_days": Feature(
        _("Purchase days"),
        Side(
            pgettext_lazy("segment", "rarely come"),
            _("at most %(value)s purchase days"),
            _("Win the next visit: a date agreed at the till does more than a coupon."),
        ),
        Side(
            pgettext_lazy("segment", "come often"),
            _("at least %(above)s purchase days"),
            _("Keep them: first choice of times, and nothing that makes them wait."),
        ),
    ),
    "day_amount": Feature(
        _("Spend on a visit"),
        Side(
            pgettext_lazy("segment", "small baskets"),
            _("up to %(value)s a visit"),
            _("Offer one thing that goes with what they buy anyway."),
        ),
        Side(
            pgettext_lazy("segment", "large baskets"),
            _("over %(value)s a visit"),
            _("Give them the best you have instead of a discount."),
        ),
    ),
    "distinct_category": Feature(
        _("Categories bought"),
        Side(
            pgettext_lazy("segment", "few categories"),
            _("at most %(value)s categories"),
            _("Show them one category they have not tried."),
        ),
        Side(
            pgettext_lazy("segment", "many categories"),
            _("at least %(above)s categories"),
            _("Let them try new things first: they know the whole range."),
        ),
    ),
    "discount_share": Feature(
        _("Share of discounts"),
        Side(
            pgettext_lazy("segment", "pay full price"),
            _("at most %(value)s taken off the price"),
            _("No coupons: they buy at full price."),
        ),
        Side(
            pgettext_lazy("segment", "like discounts"),
            _("over %(value)s taken off the price"),
            _("Tie offers to the next visit, and see who comes without one."),
        ),
    ),
    "regularity": Feature(
        _("Regularity"),
        Side(
            pgettext_lazy("segment", "come at odd times"),
            _("regularity at most %(value)s"),
            _("Agree the next date before they go; their own rhythm will not bring them."),
        ),
        Side(
            pgettext_lazy("segment", "come regularly"),
            _("regularity over %(value)s"),
            _("Remind them shortly before their usual day."),
        ),
    ),
}

ORDINARY = pgettext_lazy("segment", "nothing stands out")


def feature(name: str) -> str:
    """What a feature is called."""
    return str(FEATURES[name].label) if name in FEATURES else name


def part(code: str) -> str:
    """One part of a name, such as "purchase_days+"."""
    name, sign = code[:-1], code[-1]
    if name not in FEATURES:
        return str(ORDINARY)
    one = FEATURES[name]
    return str((one.high if sign == "+" else one.low).name)


def name_of(codes: Sequence[str]) -> str:
    """The name of a group from its codes."""
    return capfirst(pgettext("between the parts of a name", ", ").join(map(part, codes)))


def advice(codes: Sequence[str]) -> str:
    """What to do with a group, from what sets it apart most."""
    for code in codes:
        if code[:-1] in FEATURES:
            one = FEATURES[code[:-1]]
            return str((one.high if code[-1] == "+" else one.low).advice)
    return ""


def value(name: str, number: float | None) -> str:
    """A figure of a feature, with its unit."""
    if number is None:
        return formats.MISSING
    if name == "day_amount":
        return formats.money(round(number), sign=currency_sign())
    if name == "discount_share":
        return formats.percent(number)
    if name == "regularity":
        return formats.count(number, 2)
    if name == "recency_days":
        return gettext("%(days)s days") % {"days": formats.count(round(number))}
    return formats.count(number, 0 if float(number).is_integer() else 1)


def condition(name: str, threshold: float, *, above: bool) -> str:
    """One answer to a question of the tree."""
    whole = name in WHOLE
    written = {
        "value": formats.count(floor(threshold)) if whole else value(name, threshold),
        "above": formats.count(floor(threshold) + 1) if whole else "",
    }
    if name not in FEATURES:
        return f"{name} {'>' if above else '≤'} {written['value']}"
    side = FEATURES[name].high if above else FEATURES[name].low
    return capfirst(str(side.condition) % written)


def apart(spreads: float) -> str:
    """How large a difference is, in a word."""
    size = abs(spreads)
    if size < TINY:
        return pgettext("difference", "none to speak of")
    if size < SMALL:
        return pgettext("difference", "small")
    return pgettext("difference", "medium") if size < MEDIUM else pgettext("difference", "large")


RULES: Mapping[str, Promise] = {
    "tier": _("New by the lifecycle; elite: the top tenth by spend in 12 months, still here; "
              "middle: the next two tenths; active: spend less but keep their rhythm; latent: the "
              "rest."),
    "spend": _("By spend in 12 months, at the points where 40%, 70% and 90% of the buyers lie."),
    "frequency": _("By purchase days in 12 months, at the points where 40%, 70% and 90% lie."),
    "motive": _("What they did, not what they think: discounts point to price, staying with one "
                "person to service, the dear end of a category to quality. What somebody said in a "
                "survey comes first."),
    "adopter": _("How soon after its first sale they buy a new item: the first 16% are early, the "
                 "last 16% late, as Rogers described it."),
    "channel": _("Up to 20% of what they bought online: store; from 80%: online; else both."),
    "satisfaction": _("By their own answers of the last 12 months; the silent may feel otherwise."),
    "potential": _("They spend little, but look like those who moved into the upper quarter."),
}  # fmt: skip

LACKING: Mapping[str, Promise] = {
    "motive": _("Nobody with three purchase days shows clearly what they mind most."),
    "adopter": _("No item is new enough and bought by 20 customers or more."),
    "channel": _("Sales carry no channel."),
    "satisfaction": _("No survey or rating has come in; import them as events."),
    "potential": _("No past to learn from yet, or nobody who stands out."),
}
