"""The filters in words: what can be switched on with one press, and what is on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from regulars.kit import formats
from regulars.kit.templatetags.formats import currency_sign
from regulars.kit.templatetags.formats import day as written_day
from regulars.offer.models import Store
from regulars.people.models import Tag
from regulars.understanding.customers.addresses import Address
from regulars.understanding.customers.filters import Filters
from regulars.understanding.customers.words import SEGMENTS, STAGES


@dataclass(frozen=True)
class Chip:
    """A filter that is on or off, and the address that turns it round."""

    text: str | Promise
    url: str
    chosen: bool


@dataclass(frozen=True)
class Applied:
    """A filter that is on, in words, by the parameters that make it."""

    names: tuple[str, ...]
    text: str


QUICK = ("stage", "watch", "birthday")


def quick(filters: Filters, address: Address) -> list[Chip]:
    """The chips that are always there, then those of the other filters that are on."""
    chips = [
        Chip(
            word,
            address.changed(stage=None if filters.stage == stage else stage),
            filters.stage == stage,
        )
        for stage, word in STAGES.items()
    ]
    switches = (("watch", _("Valuable and at risk")), ("birthday", _("Birthday this month")))
    for name, word in switches:
        on = getattr(filters, name)
        chips.append(Chip(word, address.changed(**{name: None if on else 1}), on))
    others = [one for one in applied(filters) if one.names[0] not in (*QUICK, "find")]
    return chips + [Chip(one.text, address.without(*one.names), True) for one in others]


def applied(filters: Filters) -> list[Applied]:
    """Every filter that is on, in words."""
    return list(_applied(filters))


def _applied(filters: Filters) -> Iterator[Applied]:
    if filters.text:
        yield Applied(("find",), _("Search: %(text)s") % {"text": filters.text})
    if filters.stage:
        yield Applied(("stage",), str(STAGES[filters.stage]))
    if filters.watch:
        yield Applied(("watch",), _("Valuable and at risk"))
    if filters.birthday:
        yield Applied(("birthday",), _("Birthday this month"))
    if filters.segment:
        yield Applied(("segment",), str(SEGMENTS[filters.segment]))
    if filters.r or filters.f:
        scores = [f"R{filters.r}" if filters.r else "", f"F{filters.f}" if filters.f else ""]
        yield Applied(("r", "f"), " · ".join(filter(None, scores)))
    if filters.tag:
        name = Tag.objects.filter(pk=filters.tag).values_list("name", flat=True).first()
        yield Applied(("tag",), _("Tag: %(name)s") % {"name": name})
    if filters.store:
        name = Store.objects.filter(pk=filters.store).values_list("name", flat=True).first()
        yield Applied(("store",), _("Bought at %(store)s") % {"store": name})
    yield from _spans(filters)


def _spans(filters: Filters) -> Iterator[Applied]:
    if filters.joined_since:
        since = written_day(filters.joined_since)
        yield Applied(("joined_since",), _("Joined since %(day)s") % {"day": since})
    if filters.last_from or filters.last_to:
        ends = [written_day(end) if end else "" for end in (filters.last_from, filters.last_to)]
        yield Applied(("last_from", "last_to"), _("Last visit %(span)s") % {"span": _span(ends)})
    if filters.spend_from is not None or filters.spend_to is not None:
        ends = [
            "" if end is None else formats.money(end, sign=currency_sign())
            for end in (filters.spend_from, filters.spend_to)
        ]
        yield Applied(
            ("spend_from", "spend_to"), _("Spent in 12 months %(span)s") % {"span": _span(ends)}
        )


def _span(ends: list[str]) -> str:
    low, high = ends
    if low and high:
        return f"{low}–{high}"
    return _("from %(low)s") % {"low": low} if low else _("to %(high)s") % {"high": high}
