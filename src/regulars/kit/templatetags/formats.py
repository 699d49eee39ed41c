"""The filters of `{% load formats %}`: `kit.formats` in the language and currency of the page."""

from __future__ import annotations

from datetime import date, datetime
from typing import cast

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from regulars.kit import clock, formats

register = template.Library()
MAY_BE_MISSING = (None, "")


def in_chinese() -> bool:
    """Whether the page being written is Chinese."""
    return (get_language() or settings.LANGUAGE_CODE).startswith("zh")


def currency_sign() -> str:
    return cast(str, settings.REGULARS_CURRENCY_SIGN)


@register.filter
def count(value: formats.Number | None, places: int = 0) -> str:
    return formats.count(None if value in MAY_BE_MISSING else value, places)


@register.filter
def money(minor: int | None) -> str:
    return formats.money(None if minor in MAY_BE_MISSING else minor, sign=currency_sign())


@register.filter
def money_exact(minor: int | None) -> str:
    return formats.money_exact(None if minor in MAY_BE_MISSING else minor, sign=currency_sign())


@register.filter
def money_short(minor: int | None) -> str | SafeString:
    """The dashboard's amount; the exact one shows on hover when it was shortened."""
    if minor is None or minor == "":
        return formats.MISSING
    sign = currency_sign()
    short = formats.money_short(minor, sign=sign, chinese=in_chinese())
    if short == formats.money(minor, sign=sign):
        return short
    exact = formats.money_exact(minor, sign=sign)
    return format_html('<span title="{}">{}</span>', exact, short)


@register.filter
def count_short(value: formats.Number | None) -> str | SafeString:
    if value is None or value == "":
        return formats.MISSING
    short = formats.count_short(value, chinese=in_chinese())
    exact = formats.count(value)
    if short == exact:
        return short
    return format_html('<span title="{}">{}</span>', exact, short)


@register.filter
def percent(ratio: formats.Number | None, places: int = 1) -> str:
    return formats.percent(None if ratio in MAY_BE_MISSING else ratio, places)


@register.filter
def points(difference: formats.Number | None) -> str:
    return formats.points(None if difference in MAY_BE_MISSING else difference)


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
    return formats.MISSING if value in MAY_BE_MISSING else value
