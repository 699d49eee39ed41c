"""The sidebar: every entry leads somewhere, and only those who may go there see it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
        pgettext_lazy("appointments", "Calendar"),
        "booking:calendar",
        "calendar-days",
        Permission.SEE_BOOKINGS,
        key="c",
    ),
    MenuItem(
        _("Customers"),
        "customers:list",
        "users",
        Permission.SEE_CUSTOMERS,
        section=_("Customers"),
        key="k",
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


@dataclass(frozen=True)
class SettingsItem:
    """One entry of the settings page, with a line on what it is for."""

    label: Promise
    text: Promise
    url_name: str
    icon: str
    permission: Permission


SETTINGS = [
    SettingsItem(
        _("Import"),
        _("Bring in customers, products and sales from files, and undo it."),
        "intake:list",
        "file-up",
        Permission.IMPORT_DATA,
    ),
    SettingsItem(
        _("Data quality"),
        _("What is missing, wrong or late, field by field, with the records behind it."),
        "intake:quality",
        "list-checks",
        Permission.SEE_INSIGHTS,
    ),
    SettingsItem(
        _("Analysis"),
        _("When customers were last analysed, how it went, and a new run."),
        "understanding:run",
        "chart-line",
        Permission.SEE_INSIGHTS,
    ),
    SettingsItem(
        _("What the analysis goes by"),
        _("What winning a customer costs, when someone counts as gone, and the RFM bands."),
        "analysis-settings",
        "sliders-horizontal",
        Permission.SHAPE_BUSINESS,
    ),
    SettingsItem(
        _("Own fields"),
        _("What else stands on every customer's record."),
        "fields:list",
        "list-plus",
        Permission.SHAPE_BUSINESS,
    ),
    SettingsItem(
        _("Before a visit"),
        _("What customers read on their confirmation, service by service."),
        "portal-shop:preparations",
        "notebook-pen",
        Permission.MANAGE_SETTINGS,
    ),
    SettingsItem(
        _("Calendar addresses"),
        _("Appointments of a person or store in the calendar they use anyway."),
        "portal-shop:feeds",
        "calendar",
        Permission.MANAGE_ROSTER,
    ),
    SettingsItem(
        _("Messages sent"),
        _("What customers were sent, what was not and why, and what nobody knows."),
        "messaging:sent",
        "mail",
        Permission.MANAGE_SETTINGS,
    ),
    SettingsItem(
        _("Users and roles"),
        _("Who may sign in, as what, and for which store."),
        "users",
        "user-cog",
        Permission.MANAGE_SETTINGS,
    ),
    SettingsItem(
        _("Audit"),
        _("Who changed what and when, and whether the trail is whole."),
        "audit",
        "scroll-text",
        Permission.SEE_AUDIT,
    ),
    SettingsItem(
        _("Background jobs"),
        _("What runs, what waits and what failed."),
        "jobs",
        "workflow",
        Permission.MANAGE_SETTINGS,
    ),
]


def menu_for(actor: Actor) -> list[MenuItem]:
    """The entries this actor may open, in order."""
    return [item for item in MENU if actor.may(item.permission)]
