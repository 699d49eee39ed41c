"""The filters of the list as they stand in an address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from regulars.kit.money import parse_money
from regulars.offer.models import Store
from regulars.people.models import Tag
from regulars.understanding.customers.filters import Filters
from regulars.understanding.customers.sealed_text import unseal
from regulars.understanding.customers.words import CAUSES, SEGMENTS, STAGES
from regulars.understanding.lists import queries as lists
from regulars.understanding.traits_words import CODE

TEXT_LENGTH = 80
MOST_TRAITS = 12
FIELDS = {"find": "text", "in": "traits", "list": "saved"}
"""Parameter of an address -> field of `Filters`, where the two differ."""


class MoneyField(forms.CharField):
    """An amount as people write it, in minor units; None when left empty."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(required=False, widget=widget, **options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_money(text)
        except ValueError as error:
            raise ValidationError(_("Write an amount, as in 500 or 1,280.50.")) from error


class DayField(forms.DateField):
    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(
            required=False,
            widget=widget,
            input_formats=["%Y-%m-%d"],
            error_messages={"invalid": _("Write a date, as in 2026-05-31.")},
            **options,
        )


class TraitsField(forms.Field):
    """Codes of groups, each in a parameter of its own."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> tuple[str, ...]:
        codes = tuple(dict.fromkeys(filter(None, value or ())))
        if len(codes) > MOST_TRAITS or not all(CODE.fullmatch(code) for code in codes):
            raise ValidationError(_("There is no such group."))
        return codes


class PercentField(forms.IntegerField):
    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, required=False, **options)


class FilterForm(forms.Form):
    """Reads `Filters` from a query. What is wrong is said and left out; the rest still filters."""

    stage = forms.ChoiceField(
        label=_("Stage"), choices=[("", _("All")), *STAGES.items()], required=False
    )
    segment = forms.ChoiceField(
        label=_("Segment"), choices=[("", _("All")), *SEGMENTS.items()], required=False
    )
    r = forms.IntegerField(label=_("Recency score"), min_value=1, max_value=5, required=False)
    f = forms.IntegerField(label=_("Frequency score"), min_value=1, max_value=5, required=False)
    watch = forms.BooleanField(label=_("Valuable and overdue"), required=False)
    leaving = forms.BooleanField(label=_("May leave"), required=False)
    birthday = forms.BooleanField(label=_("Birthday this month"), required=False)
    tag = forms.TypedChoiceField(label=_("Tag"), coerce=int, empty_value=None, required=False)
    store = forms.TypedChoiceField(
        label=_("Bought at"), coerce=int, empty_value=None, required=False
    )
    joined_since = DayField(label=_("Joined since"))
    last_from = DayField(label=_("Last visit from"))
    last_to = DayField(label=_("Last visit to"))
    spend_from = MoneyField(label=_("Spent in 12 months from"))
    spend_to = MoneyField(label=_("Spent in 12 months to"))
    value_from = MoneyField(label=_("May spend in the next 12 months from"))
    value_to = MoneyField(label=_("May spend in the next 12 months to"))
    risk_from = PercentField(label=_("May not come back from, %"))
    risk_to = PercentField(label=_("May not come back to, %"))
    loss_from = MoneyField(label=_("May be lost from"))
    loss_to = MoneyField(label=_("May be lost to"))
    cause = forms.ChoiceField(
        label=_("Likely cause"), choices=[("", _("All")), *CAUSES.items()], required=False
    )
    outside = forms.TypedChoiceField(
        label=_("Not on the list"), coerce=int, empty_value=None, required=False
    )
    find = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", _("All"))
        tags = Tag.objects.order_by("name").values_list("pk", "name")
        stores = Store.objects.order_by("pk").values_list("pk", "name")
        self.fields["tag"].choices = [everything, *tags]  # type: ignore[attr-defined]
        self.fields["store"].choices = [everything, *stores]  # type: ignore[attr-defined]
        saved = [everything, *lists.names()]
        self.fields["outside"].choices = saved  # type: ignore[attr-defined]
        # Not declared above: one name is a word of Python, the other is a type.
        self.fields["in"] = TraitsField(required=False)
        self.fields["list"] = forms.TypedChoiceField(
            label=_("On the list"), choices=saved, coerce=int, empty_value=None, required=False
        )

    def filters(self) -> Filters:
        """What could be read."""
        self.is_valid()
        given = {FIELDS.get(name, name): value for name, value in self.cleaned_data.items()}
        given["text"] = unseal(given.get("text", ""))[:TEXT_LENGTH]
        return Filters(**{name: value for name, value in given.items() if value is not None})
