"""What only the frame of the page needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import template
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from pypinyin import lazy_pinyin

from regulars.kit import clock
from regulars.kit.permissions import ROLE_NAMES, Actor
from regulars.site.menu import SETTINGS, MenuItem, SettingsItem

register = template.Library()


@dataclass(frozen=True)
class MenuLink:
    """A menu entry with its address on this page; `opens_section` starts a new heading."""

    item: MenuItem
    url: str
    current: bool
    opens_section: bool


def address(url_name: str) -> str | None:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


@register.simple_tag
def menu_links(menu: Sequence[MenuItem], request: HttpRequest) -> list[MenuLink]:
    """The entries that lead somewhere; the one with the longest matching address is current."""
    placed = [(item, url) for item in menu if (url := address(item.url_name)) is not None]
    here = [
        url
        for _, url in placed
        if request.path == url or (url != "/" and request.path.startswith(url))
    ]
    current = max(here, key=len, default=None)
    links: list[MenuLink] = []
    for item, url in placed:
        before = links[-1].item.section if links else ""
        opens = bool(item.section) and item.section != before
        links.append(MenuLink(item, url, url == current, opens))
    return links


@register.filter
def findable(label: str) -> str:
    """A label with its pinyin and initials, as the palette looks for it."""
    syllables = lazy_pinyin(str(label))
    initials = "".join(syllable[0] for syllable in syllables)
    return f"{label} {''.join(syllables)} {initials}".lower()


@register.filter
def role_names(actor: Actor) -> str:
    """What the signed-in person is here, in words."""
    return " · ".join(dict.fromkeys(str(ROLE_NAMES[grant.role]) for grant in actor.grants))


@register.simple_tag
def settings_links(actor: Actor) -> list[tuple[SettingsItem, str]]:
    """The settings that lead somewhere and that this person may open."""
    return [
        (item, url)
        for item in SETTINGS
        if actor.may(item.permission) and (url := address(item.url_name)) is not None
    ]


@register.simple_tag
def greeting(actor: Actor) -> str:
    """A word for the time of day, in the zone of the business."""
    hour = clock.now().astimezone(clock.zone()).hour
    if 5 <= hour < 12:
        return gettext("Good morning, %(name)s") % {"name": actor.name}
    if 12 <= hour < 18:
        return gettext("Good afternoon, %(name)s") % {"name": actor.name}
    return gettext("Good evening, %(name)s") % {"name": actor.name}
