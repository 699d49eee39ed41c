"""The filters in words: what can be switched on with one press, and what is on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.kit import formats
from regulars.kit.templatetags.formats import currency_sign
from regulars.kit.templatetags.formats import day as written_day
from regulars.offer.models import Store
from regulars.people.models import Tag
from regulars.understanding.customers.addresses import Address
from regulars.understanding.customers.filter_form import FIELDS
from regulars.understanding.customers.filters import Filters
from regulars.understanding.customers.groups import group_words
from regulars.understanding.customers.words import CAUSES, SEGMENTS, STAGES
from regulars.understanding.lists import queries as lists


@dataclass(frozen=True)
class Chip:
    """A filter that is on or off, and the address that turns it round."""

    text: str | Promise
    url: str
    chosen: bool


@dataclass(frozen=True)
class Applied:
    """A filter that is on, in words, by the parameters that make it.

    `value` is one of several values of the one parameter, where only that one is meant.
    """

    names: tuple[str, ...]
    text: str
    value: str = ""

    def dropped_from(self, address: Address) -> str:
        """The address without this filter."""
        if self.value:
            return address.without_value(self.names[0], self.value)
        return address.without(*self.names)

    def dropped(self, filters: Filters) -> Filters:
        """The filters without this one."""
        if self.value:
            return replace(filters, traits=tuple(c for c in filters.traits if c != self.value))
        return filters.without(*(FIELDS.get(name, name) for name in self.names))


AMOUNTS: dict[tuple[str, str], Promise] = {
    ("spend_from", "spend_to"): gettext_lazy("Spent in 12 months %(span)s"),
    ("value_from", "value_to"): gettext_lazy("May spend in the next 12 months %(span)s"),
    ("loss_from", "loss_to"): gettext_lazy("May be lost %(span)s"),
}
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
    switches = (("watch", _("Valuable and overdue")), ("birthday", _("Birthday this month")))
    for name, word in switches:
        on = getattr(filters, name)
        chips.append(Chip(word, address.changed(**{name: None if on else 1}), on))
    others = [one for one in applied(filters) if one.names[0] not in (*QUICK, "find")]
    return chips + [Chip(one.text, one.dropped_from(address), True) for one in others]


def applied(filters: Filters) -> list[Applied]:
    """Every filter that is on, in words."""
    return list(_applied(filters))


def _applied(filters: Filters) -> Iterator[Applied]:
    if filters.text:
        yield Applied(("find",), _("Search: %(text)s") % {"text": filters.text})
    if filters.stage:
        yield Applied(("stage",), str(STAGES[filters.stage]))
    if filters.watch:
        yield Applied(("watch",), _("Valuable and overdue"))
    if filters.leaving:
        yield Applied(("leaving",), _("May leave"))
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
    yield from _groups(filters)
    yield from _spans(filters)


def _groups(filters: Filters) -> Iterator[Applied]:
    for code in filters.traits:
        yield Applied(("in",), group_words(code), code)
    if filters.cause:
        yield Applied(("cause",), _("Likely cause: %(cause)s") % {"cause": CAUSES[filters.cause]})
    if filters.saved:
        yield Applied(("list",), _("List: %(name)s") % {"name": lists.name_of(filters.saved)})
    if filters.outside:
        name = lists.name_of(filters.outside)
        yield Applied(("outside",), _("Not on the list: %(name)s") % {"name": name})


def _spans(filters: Filters) -> Iterator[Applied]:
    if filters.joined_since:
        since = written_day(filters.joined_since)
        yield Applied(("joined_since",), _("Joined since %(day)s") % {"day": since})
    if filters.last_from or filters.last_to:
        ends = [written_day(end) if end else "" for end in (filters.last_from, filters.last_to)]
        yield Applied(("last_from", "last_to"), _("Last visit %(span)s") % {"span": _span(ends)})
    for (low, high), words in AMOUNTS.items():
        amounts = [getattr(filters, low), getattr(filters, high)]
        if amounts != [None, None]:
            yield Applied((low, high), str(words) % {"span": _span([_money(a) for a in amounts])})
    if filters.risk_from is not None or filters.risk_to is not None:
        ends = ["" if end is None else f"{end}%" for end in (filters.risk_from, filters.risk_to)]
        told = _("May not come back %(span)s") % {"span": _span(ends)}
        yield Applied(("risk_from", "risk_to"), told)


def _money(minor: int | None) -> str:
    return "" if minor is None else formats.money(minor, sign=currency_sign())


def _span(ends: list[str]) -> str:
    low, high = ends
    if low and high:
        return f"{low}–{high}"
    return _("from %(low)s") % {"low": low} if low else _("to %(high)s") % {"high": high}
