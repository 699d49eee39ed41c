"""What the import pages say of an import: its state, its title, its speed."""

from __future__ import annotations

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.intake.fields import TARGET_NAMES
from regulars.intake.models import Import
from regulars.intake.presets import Remembered
from regulars.intake.queries import Group
from regulars.kit import formats
from regulars.kit.templatetags import ui

register = template.Library()
State = Import.State


@register.simple_tag
def target_name(target: str) -> str:
    return str(TARGET_NAMES.get(target, formats.MISSING))


@register.simple_tag
def state_badge(job: Import) -> SafeString:
    words, tone, icon = {
        State.UPLOADED: (_("columns to match"), "info", "columns-3"),
        State.CHECKING: (_("being checked"), "info", "loader"),
        State.CHECKED: (_("checked"), "info", "list-checks"),
        State.RUNNING: (_("running"), "info", "loader"),
        State.DONE: (_("done"), "good", "check"),
        State.FAILED: (_("stopped"), "error", "circle-alert"),
        State.UNDONE: (_("taken back"), "neutral", "undo-2"),
    }[State(job.state)]
    return ui.badge(words, tone, icon)


@register.simple_tag
def show_title(job: Import) -> str:
    """The answer of the page: what happened to the rows."""
    good = job.findings.get("new", 0) + job.findings.get("changed", 0)
    titles = {
        State.CHECKING: _("The rows are being checked"),
        State.CHECKED: ngettext("%(n)s row would come in", "%(n)s rows would come in", good)
        % {"n": formats.count(good)},
        State.RUNNING: _("The rows are coming in"),
        State.DONE: ngettext("%(n)s row came in", "%(n)s rows came in", job.accepted)
        % {"n": formats.count(job.accepted)},
        State.FAILED: _("The import stopped"),
        State.UNDONE: _("The import was taken back"),
    }
    return titles[State(job.state)]


@register.simple_tag
def import_verb(job: Import) -> str:
    good = job.findings.get("new", 0) + job.findings.get("changed", 0)
    if not good:
        return _("Close the import")
    return ngettext("Import %(n)s row", "Import %(n)s rows", good) % {"n": formats.count(good)}


@register.simple_tag
def speed(job: Import) -> str:
    """Rows a second and time left, while an import is at work."""
    if not job.speed:
        return ""
    left = max(job.rows_read - job.progress, 0) // job.speed
    told = _("%(n)s rows a second") % {"n": formats.count(job.speed)}
    if left >= 60:
        return f"{told}, " + _("about %(n)d minutes left.") % {"n": round(left / 60)}
    return f"{told}, " + _("about %(n)d seconds left.") % {"n": left}


@register.simple_tag
def bare_field(bound: BoundField, label: str) -> SafeString:
    """A field in a table whose row and column name it."""
    kind = "select" if hasattr(bound.field, "choices") else "input"
    return bound.as_widget(attrs={"class": kind, "aria-label": str(label)})


@register.simple_tag
def preset_chip(one: Remembered, chosen: Remembered | None) -> SafeString:
    is_chosen = chosen is not None and chosen.key == one.key
    return ui.chip(one.name, f"?preset={one.key}", chosen=is_chosen)


@register.simple_tag
def reason_chip(text: str, url: str, reason: str, count: int, state: str) -> SafeString:
    return ui.chip(text, url, chosen=not reason and state == "waiting", count=count)


@register.simple_tag
def group_chip(group: Group, url: str, reason: str) -> SafeString:
    text = f"{group.field_label} · {group.sentence}" if group.field_label else group.sentence
    return ui.chip(text, f"{url}?reason={group.key}", chosen=reason == group.key, count=group.rows)


@register.simple_tag
def dropped_chip(text: str, url: str, state: str, count: int) -> SafeString:
    return ui.chip(text, f"{url}?state=dropped", chosen=state == "dropped", count=count)
