"""The forms of a saved list."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.kit.forms import KeyedForm
from regulars.understanding.lists.actions import LONGEST_NAME, LONGEST_NOTE
from regulars.understanding.lists.models import SavedList


class ListForm(KeyedForm):
    """Name and note of a list."""

    name = forms.CharField(
        label=_("Name of the list"),
        max_length=LONGEST_NAME,
        error_messages={"required": _("Give the list a name.")},
    )
    note = forms.CharField(
        label=_("What it is for"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @classmethod
    def of(cls, saved: SavedList) -> ListForm:
        return cls(initial={"name": saved.name, "note": saved.note})


class SaveForm(ListForm):
    """A new list. `chosen` is the query of the customers' list it is saved from."""

    chosen = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    def refuse(self, told: dict[str, list[Any]] | list[Any]) -> None:
        """Shows what an action refused, beside its field where it names one."""
        named = told if isinstance(told, dict) else {"": told}
        for name, words in named.items():
            self.add_error(name if name in self.fields else None, words)
