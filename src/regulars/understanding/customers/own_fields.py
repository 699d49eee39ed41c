"""The fields a business added to its record, as fields of a form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.people.models import CustomField

PREFIX = "own_"
YES_NO = {"yes": pgettext_lazy("answer", "Yes"), "no": pgettext_lazy("answer", "No")}
UNKNOWN = ("", _("Not known"))


def _text(field: CustomField) -> forms.Field:
    return forms.CharField(label=field.label, max_length=200, required=False)


def _number(field: CustomField) -> forms.Field:
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.FloatField(label=field.label, required=False, widget=widget)


def _date(field: CustomField) -> forms.Field:
    return forms.DateField(
        label=field.label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Write a date, as in 2026-05-31.")},
    )


def _yes_no(field: CustomField) -> forms.Field:
    return forms.TypedChoiceField(
        label=field.label,
        choices=[UNKNOWN, *YES_NO.items()],
        coerce=lambda text: text == "yes",
        empty_value=None,
        required=False,
    )


def _choice(field: CustomField) -> forms.Field:
    choices = [UNKNOWN, *((str(one), str(one)) for one in field.choices)]
    return forms.ChoiceField(label=field.label, choices=choices, required=False)


MADE: Mapping[str, Callable[[CustomField], forms.Field]] = {
    "text": _text,
    "number": _number,
    "date": _date,
    "yes_no": _yes_no,
    "choice": _choice,
}


def own_fields(custom: Mapping[str, Any]) -> dict[str, forms.Field]:
    """A form field for each field the business added, by `PREFIX` and key, in order of labels.

    A value the form could not show as it is (a list) is left out of it; one that is no longer
    among the choices can still be kept.
    """
    made = {}
    for one in CustomField.objects.order_by("label"):
        value = custom.get(one.key)
        if isinstance(value, list | dict):
            continue
        if one.kind == "choice" and value not in (None, "", *one.choices):
            one.choices = [*one.choices, value]
        made[PREFIX + one.key] = MADE[one.kind](one)
    return made


def to_form(custom: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in `Customer.custom`, as initial values of these fields."""
    words = {True: "yes", False: "no"}
    return {
        PREFIX + key: words[value] if isinstance(value, bool) else value
        for key, value in custom.items()
    }


def from_form(given: Mapping[str, Any], custom: Mapping[str, Any]) -> dict[str, Any]:
    """`Customer.custom` after the form: what was emptied goes, what it does not show stays."""
    found = dict(custom)
    for name, value in given.items():
        if name.startswith(PREFIX):
            key = name.removeprefix(PREFIX)
            found[key] = value.isoformat() if isinstance(value, date) else value
            if value in (None, "") and not isinstance(value, bool):
                del found[key]
    return found
