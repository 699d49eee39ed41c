"""The forms of a follow-up: take on, write down, give to somebody else, close."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from regulars.kit.forms import KeyedForm
from regulars.understanding.warnings import queries
from regulars.understanding.warnings.actions import LONGEST_NOTE
from regulars.understanding.warnings.words import ENDINGS, WAYS


def _due(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Write a date, as in 2026-05-31.")},
    )


def _note(label: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, max_length=LONGEST_NOTE, required=False, widget=widget)


class FollowUpForm(KeyedForm):
    """What all of them share: an action's refusal stands beside the field it speaks of."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Several stand on one page: ids of their own.
        kwargs["auto_id"] = f"{type(self).__name__.lower()}-%s"
        super().__init__(*args, **kwargs)

    def refuse(self, error: ValidationError) -> None:
        if hasattr(error, "error_dict"):
            for name, words in error.message_dict.items():
                self.add_error(name if name in self.fields else None, words)
        else:
            self.add_error(None, error.messages)


class OwnerField(forms.TypedChoiceField):
    """One of those who may look after customers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(coerce=int, choices=queries.owners, **options)


class TakeForm(FollowUpForm):
    owner = OwnerField(label=_("Who looks after them"))
    due_on = _due(_("To be done by"))


class RecordForm(FollowUpForm):
    way = forms.ChoiceField(
        label=_("How you reached them"),
        choices=[("", _("Not contacted, only a note")), *WAYS.items()],
        required=False,
    )
    note = _note(_("What was said"))
    due_on = _due(_("Next by"))


class AssignForm(FollowUpForm):
    owner = OwnerField(label=_("Who looks after them"))


class CloseForm(FollowUpForm):
    state = forms.ChoiceField(
        label=_("How it ended"),
        choices=list(ENDINGS.items()),
        widget=forms.RadioSelect(attrs={"class": "radio"}),
        error_messages={"required": _("Choose how it ended.")},
    )
    note = _note(_("Note"))
