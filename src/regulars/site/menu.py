"""The sidebar: every entry leads somewhere, and only those who may go there see it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.kit.permissions import Actor, Permission


@dataclass(frozen=True)
class MenuItem:
    """One entry. `section` is the heading it stands under; `key` is its keyboard jump after g."""

    label: Promise
    url_name: str
    icon: str
    permission: Permission
    section: Promise | str = ""
    key: str = ""


MENU = [
    MenuItem(_("Today"), "today", "sun", Permission.SEE_TODAY, key="t"),
    MenuItem(
        _("Customers"),
        "people:list",
        "users",
        Permission.SEE_CUSTOMERS,
        section=_("Customers"),
        key="c",
    ),
    MenuItem(
        _("Insights"),
        "understanding:overview",
        "chart-line",
        Permission.SEE_INSIGHTS,
        section=_("Growth"),
        key="i",
    ),
    MenuItem(
        _("Settings"),
        "settings",
        "settings",
        Permission.SEE_TODAY,
        section=_("Shop"),
        key="s",
    ),
]


def menu_for(actor: Actor) -> list[MenuItem]:
    """The entries this actor may open, in order."""
    return [item for item in MENU if actor.may(item.permission)]
