"""The sentences of `rules` in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from math import expm1
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from regulars.kit import formats
from regulars.kit.templatetags.formats import currency_sign, day
from regulars.understanding.customers.rules import Sentence

WORDS: Mapping[str, Promise] = {
    "not_analysed": _("Added after the last analysis; figures come with the next one."),
    "never_bought": _("Known since %(joined)s, no purchase yet."),
    "never_bought_undated": _("Known, but no purchase yet."),
    "came_once": _("Came once, on %(first)s."),
    "spends_5": _("%(visits)s visits since %(first)s; among the fifth who spend most."),
    "spends_4": _("%(visits)s visits since %(first)s; spends more than most."),
    "spends_3": _("%(visits)s visits since %(first)s; spends about as much as most."),
    "spends_2": _("%(visits)s visits since %(first)s; spends less than most."),
    "worth": _(
        "May spend about %(worth)s in the next 12 months (80%% sure: %(worth_low)s to "
        "%(worth_high)s)."
    ),
    "worth_nothing": _("May well not buy in the next 12 months."),
    "no_rhythm": _("There is nothing to judge a rhythm by yet."),
    "rhythm_of_shop": _(
        "One visit shows no rhythm; customers here usually come back after about %(gap)s, "
        "and it has been %(days)s."
    ),
    "on_time": _("Usually comes every %(gap)s; the next visit may be about %(expected)s."),
    "due": _("Usually comes every %(gap)s; it has been %(days)s."),
    "late": _("Usually comes every %(gap)s; it has been %(days)s, %(ratio)s times as long."),
    "wait_for_analysis": _("Greet them as someone new until then."),
    "ask_why": _("Ask once, in person, why they stayed away; listen before offering anything."),
    "let_go": _("Probably gone: one friendly word, then leave them in peace."),
    "call": _("Worth a personal word this week: ask how the last visit was and offer a time."),
    "call_with": _(
        "Worth a personal word this week: ask how the last visit was and offer a time with "
        "%(staff)s."
    ),
    "remind_late": _("A friendly reminder may be enough; a large offer is not needed."),
    "remind": _("A short reminder now may be welcome."),
    "birthday": _("Birthday on %(birthday)s: a greeting may please."),
    "invite": _("Invite them to a first visit."),
    "next_visit": _("Make the next visit easy: suggest a day around %(expected)s."),
    "keep_going": _("All is well; keep it as it is."),
    "no_consent": _("No consent to marketing: say it in person, when they are here."),
}


def write(sentence: Sentence) -> str:
    """The sentence in the language of the page."""
    values = {name: _written(name, value) for name, value in sentence.values.items()}
    said = str(WORDS[sentence.code]) % values
    if sentence.then is None:
        return said
    return str(_("%(one)s %(other)s")) % {"one": said, "other": write(sentence.then)}


def _written(name: str, value: Any) -> str:
    if name in ("gap", "days"):
        return _days(value)
    if name.startswith("worth"):
        return formats.money(value, sign=currency_sign())
    if isinstance(value, date):
        return day(value)
    if isinstance(value, int | float):
        return formats.count(value, 1 if name == "ratio" else 0)
    return str(value)


def _days(number: float) -> str:
    written = formats.count(number)
    return ngettext("%(n)s day", "%(n)s days", 1 if written == "1" else 2) % {"n": written}


REASONS: Mapping[str, Promise] = {
    "overdue_ratio": _("The last visit is %(value)s times the usual gap ago"),
    "purchase_days_90d": _("Visits in the last 90 days: %(value)s"),
    "purchase_days": _("%(value)s visits so far"),
    "regular": _("Comes regularly"),
    "irregular": _("Comes at irregular intervals"),
    "spend_90d": _("Spent %(value)s in the last 90 days"),
    "day_amount": _("Spends %(value)s on a visit on average"),
    "spends_more": _("Spends more from visit to visit"),
    "spends_less": _("Spends less from visit to visit"),
    "spends_alike": _("Spends about the same on every visit"),
    "discount_share": _("%(value)s of the price was discount in the last half-year"),
    "dearer": _("What they buy has become dearer by %(value)s in the last two months"),
    "cheaper": _("What they buy has become cheaper by %(value)s in the last two months"),
    "prices_alike": _("What they buy costs about what it did"),
    "returned_share": _("%(value)s of what was bought came back"),
    "variety": _("Different things bought: %(value)s"),
    "novelty": _("Things bought for the first time in the last 90 days: %(value)s"),
    "trouble": _("Complaints, missed or cancelled visits in the last half-year: %(value)s"),
    "season": _("Visits at this time last year: %(value)s"),
    "weekend_share": _("%(value)s of the visits at weekends"),
}
LATELY = ("purchase_days_90d", "spend_90d", "novelty")
"""Reasons that look at the same 90 days."""
REGULAR_FROM = 0.2
STEADY_TO = 0.1
SAME_PRICE_TO = 0.005
RATIOS = ("discount_share", "returned_share", "weekend_share")
AMOUNTS = ("spend_90d", "day_amount")


def reasons(found: Iterable[Mapping[str, Any]] | None) -> list[str]:
    """The reasons of a chance of staying away, as `insight` gives them, in words.

    One that makes staying away less likely is told as a "but". What two of them would tell of the
    last 90 days is told once.
    """
    known = [one for one in found or () if one["value"] is not None]
    return [
        str(_("But: %(reason)s") % {"reason": words} if _speaks_against(one) else words)
        for one, words in _told_once(known)
        if words
    ]


def _told_once(found: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each reason with its words, without a second one that says the same the same way."""
    told: set[bool] = set()
    for one in found:
        if one["code"] not in LATELY:
            yield one, reason(one["code"], one["value"])
            continue
        against = _speaks_against(one)
        alike = {
            each["code"]: each["value"]
            for each in found
            if each["code"] in LATELY and _speaks_against(each) == against
        }
        if one["code"] == "novelty" and not _nothing(alike):
            yield one, reason(one["code"], one["value"])
        elif against not in told:
            told.add(against)
            yield one, _lately(alike)


def _nothing(alike: Mapping[str, float]) -> bool:
    """Whether nothing at all was bought lately, so that nothing new was either."""
    return any(alike.get(code) == 0 for code in ("purchase_days_90d", "spend_90d"))


def _lately(alike: Mapping[str, float]) -> str:
    """Visits and spend of the last 90 days, in one sentence."""
    if _nothing(alike):
        return str(_("Nothing bought in the last 90 days"))
    if not {"purchase_days_90d", "spend_90d"} <= alike.keys():
        code = next(code for code in alike if code != "novelty")
        return reason(code, alike[code])
    return _("Visits in the last 90 days: %(visits)s, %(spend)s in all") % {
        "visits": _shown("purchase_days_90d", alike["purchase_days_90d"]),
        "spend": _shown("spend_90d", alike["spend_90d"]),
    }


def _speaks_against(one: Mapping[str, Any]) -> bool:
    return (one.get("contribution") or 0) < 0


def reason(code: str, value: float) -> str:
    """One reason with its value; empty for a code without words."""
    words = REASONS.get(_worded(code, value))
    return str(words) % {"value": _shown(code, value)} if words else ""


def _worded(code: str, value: float) -> str:
    if code == "regularity":
        return "regular" if value >= REGULAR_FROM else "irregular"
    if code == "amount_change":
        if abs(value) <= STEADY_TO:
            return "spends_alike"
        return "spends_more" if value > 0 else "spends_less"
    if code == "price_change":
        if abs(value) < SAME_PRICE_TO:
            return "prices_alike"
        return "dearer" if value > 0 else "cheaper"
    return code


def _shown(code: str, value: float) -> str:
    if code == "price_change":
        # A log change: 0.05 is 5.1% dearer.
        return formats.percent(abs(expm1(value)), 0)
    if code in RATIOS:
        return formats.percent(value, 0)
    if code in AMOUNTS:
        return formats.money(round(value), sign=currency_sign())
    return formats.count(value, 1 if code == "overdue_ratio" else 0)
