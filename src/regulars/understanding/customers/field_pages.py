"""The fields a business adds to its record: all of them, a new one, one changed or taken away."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from regulars.kit import clock, formats, sheets, toasts
from regulars.kit.faces import Request, needs
from regulars.kit.forms import KeyedForm
from regulars.kit.idempotency import KeyReused
from regulars.kit.permissions import Permission
from regulars.people import own_fields
from regulars.people.models import CustomField

KINDS = {
    "text": gettext_lazy("Words"),
    "number": pgettext_lazy("kind of field", "A number"),
    "date": pgettext_lazy("kind of field", "A day"),
    "yes_no": gettext_lazy("Yes or no"),
    "choice": gettext_lazy("One of a list"),
}


class FieldForm(KeyedForm):
    """A field of the record; its kind is chosen once."""

    label = forms.CharField(label=gettext_lazy("What it is called"), max_length=40)
    kind = forms.ChoiceField(
        label=gettext_lazy("What is written there"),
        choices=list(KINDS.items()),
        help_text=gettext_lazy("Stays as it is once the field is there."),
    )
    choices = forms.CharField(
        label=gettext_lazy("The list to choose from"),
        help_text=gettext_lazy("A line each; only for one of a list."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def refuse(self, error: ValidationError) -> None:
        """Shows what an action refused, beside its field where it names one."""
        told: dict[str, Any] = (
            error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        )
        for name, words in told.items():
            self.add_error(name if name in self.fields else None, words)


class ChangeForm(FieldForm):
    """A field that is there: name and list; the kind stays."""

    def __init__(self, field: CustomField, given: Any = None) -> None:
        start = {"label": field.label, "choices": "\n".join(map(str, field.choices))}
        super().__init__(given, initial=start)
        del self.fields["kind"]
        if field.kind != "choice":
            del self.fields["choices"]


@needs(Permission.SHAPE_BUSINESS)
def fields(request: Request) -> HttpResponse:
    """All own fields, by name, with how many customers have a value."""
    rows = [
        (field, KINDS[field.kind], own_fields.filled(field))
        for field in CustomField.objects.order_by("label")
    ]
    return render(request, "understanding/customers/fields.html", {"rows": rows})


@needs(Permission.SHAPE_BUSINESS)
def add(request: Request) -> HttpResponse:
    """Adds a field to every customer's record."""
    form = FieldForm(request.POST or None, initial={"kind": "text"})
    if form.is_bound and form.is_valid():
        at = clock.now()
        try:
            form.once("customers.define_field", lambda: _define(request, form), at=at)
        except KeyReused as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.refuse(error)
        else:
            told = _("%(name)s now stands on every customer's record.")
            toasts.say(request, told % {"name": form.cleaned_data["label"]})
            return sheets.leave(request, reverse("fields:list"))
    return _shown(request, form, title=_("Add a field"))


def _define(request: Request, form: FieldForm) -> int:
    given = form.cleaned_data
    field = own_fields.define_field(
        "",
        given["label"],
        given["kind"],
        choices=given["choices"].splitlines(),
        by=request.actor,
        at=clock.now(),
    )
    return field.pk


@needs(Permission.SHAPE_BUSINESS)
def change(request: Request, pk: int) -> HttpResponse:
    """Renames a field, sets its list, or leads to taking it away."""
    field = get_object_or_404(CustomField, pk=pk)
    form = ChangeForm(field, request.POST or None)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        choices = given.get("choices", "").splitlines()
        try:
            own_fields.change_field(
                pk, given["label"], choices=choices, by=request.actor, at=clock.now()
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            toasts.say(request, _("Changed."))
            return sheets.leave(request, reverse("fields:list"))
    return _shown(
        request,
        form,
        title=field.label,
        known=field,
        kind=KINDS[field.kind],
        filled=own_fields.filled(field),
    )


def _shown(request: Request, form: FieldForm, *, title: str, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    page = "understanding/customers/field.html"
    return sheets.show(request, page, title=title, status=status, form=form, **context)


@require_POST
@needs(Permission.SHAPE_BUSINESS)
def remove(request: Request, pk: int) -> HttpResponse:
    """Takes a field away with all that stands in it; the page named how many customers lose it."""
    field = get_object_or_404(CustomField, pk=pk)
    emptied = own_fields.remove_field(pk, by=request.actor, at=clock.now())
    told = _("%(name)s is gone, and with it what stood there of %(n)s customers.")
    toasts.say(request, told % {"name": field.label, "n": formats.count(emptied)})
    return sheets.leave(request, reverse("fields:list"))
