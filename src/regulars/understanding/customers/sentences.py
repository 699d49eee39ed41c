"""The sentences of `rules` in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from regulars.kit import formats
from regulars.kit.templatetags.formats import day
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
    return str(WORDS[sentence.code]) % values


def _written(name: str, value: Any) -> str:
    if name in ("gap", "days"):
        return _days(round(value))
    if isinstance(value, date):
        return day(value)
    if isinstance(value, int | float):
        return formats.count(value, 1 if name == "ratio" else 0)
    return str(value)


def _days(number: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", number) % {"n": formats.count(number)}


REASONS: Mapping[str, Promise] = {
    "overdue_ratio": _("The last visit is %(value)s times the usual gap ago"),
    "purchase_days": _("%(value)s visits so far"),
}


def reasons(found: Iterable[Mapping[str, Any]] | None) -> list[str]:
    """The reasons of an estimate of no return, as `insight` gives them, in words."""
    return [
        str(REASONS[one["code"]]) % {"value": formats.count(one["value"], _places(one["code"]))}
        for one in found or ()
        if one["value"] is not None and one["code"] in REASONS
    ]


def _places(code: str) -> int:
    return 1 if code == "overdue_ratio" else 0
