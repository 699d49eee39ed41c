"""The filters of `{% load formats %}`: `kit.formats` in the language and currency of the page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from regulars.kit import clock, formats

register = template.Library()


def in_chinese() -> bool:
    """Whether the page being written is Chinese."""
    return (get_language() or settings.LANGUAGE_CODE).startswith("zh")


def currency_sign() -> str:
    return settings.REGULARS_CURRENCY_SIGN


def known(value: Any) -> Any:
    """None for what is missing; a template says an empty text for a name it does not know."""
    return None if value == "" else value


@register.filter
def count(value: formats.Number | None, places: int = 0) -> str:
    return formats.count(known(value), places)


@register.filter
def money(minor: int | None) -> str:
    return formats.money(known(minor), sign=currency_sign())


@register.filter
def money_exact(minor: int | None) -> str:
    return formats.money_exact(known(minor), sign=currency_sign())


@register.filter
def money_short(minor: int | None) -> str | SafeString:
    """The dashboard's amount; the exact one shows on hover when it was shortened."""
    if known(minor) is None:
        return formats.MISSING
    sign = currency_sign()
    short = formats.money_short(minor, sign=sign, chinese=in_chinese())
    if short == formats.money(minor, sign=sign):
        return short
    exact = formats.money_exact(minor, sign=sign)
    return format_html('<span title="{}">{}</span>', exact, short)


@register.filter
def count_short(value: formats.Number | None) -> str | SafeString:
    if known(value) is None:
        return formats.MISSING
    short = formats.count_short(value, chinese=in_chinese())
    exact = formats.count(value)
    if short == exact:
        return short
    return format_html('<span title="{}">{}</span>', exact, short)


@register.filter
def percent(ratio: formats.Number | None, places: int = 1) -> str:
    return formats.percent(known(ratio), places)


@register.filter
def points(difference: formats.Number | None) -> str:
    return formats.points(known(difference))


@register.filter(expects_localtime=True)
def day(moment: date | None) -> str:
    """`11月22日`: for lists."""
    return formats.day(moment or None, this_year=clock.today().year, chinese=in_chinese())


@register.filter(expects_localtime=True)
def full_day(moment: date | None) -> str:
    """`11月22日 周六`: for headings and details."""
    return formats.full_day(moment or None, this_year=clock.today().year, chinese=in_chinese())


@register.filter(expects_localtime=True)
def day_and_time(moment: datetime | None) -> str:
    return formats.day_and_time(moment or None, this_year=clock.today().year, chinese=in_chinese())


@register.filter(expects_localtime=True)
def clock_time(moment: datetime | None) -> str:
    return formats.clock_time(moment) if moment else formats.MISSING


@register.filter(expects_localtime=True)
def since(moment: datetime | None) -> str:
    return formats.since(moment or None, now=clock.now(), chinese=in_chinese())


@register.filter
def masked_phone(number: str | None) -> str:
    return formats.masked_phone(number)


@register.filter
def or_dash(value: object) -> object:
    """A dash for what is missing; zero is not missing."""
    return formats.MISSING if known(value) is None else value
