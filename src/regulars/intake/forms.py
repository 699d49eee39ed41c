"""Forms of the import pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.intake.fields import FIELDS, TARGET_NAMES, Field
from regulars.intake.models import Import
from regulars.intake.plan import Match, Options
from regulars.intake.reading.delimited import ENCODINGS

DATE_ORDER_NAMES: Mapping[str, str | Promise] = {
    "ymd": _("year first: 2018-03-15"),
    "mdy": _("month/day/year: 03/15/2018"),
    "dmy": _("day/month/year: 15/03/2018"),
}
Choices = list[tuple[str, str | Promise]]


class UploadForm(forms.Form):
    file = forms.FileField(label=_("File"))


class MendedFileForm(forms.Form):
    file = forms.FileField(label=_("Mended file"))


class PresetForm(forms.Form):
    name = forms.CharField(label=_("Name of the preset"), max_length=60)


class ReplaceForm(forms.Form):
    """One value of a column, replaced in every waiting row."""

    column = forms.ChoiceField(label=_("Column"))
    old = forms.CharField(label=_("Where it says"), required=False, strip=True)
    new = forms.CharField(label=_("Write instead"), required=False, strip=True)

    def __init__(self, *args: Any, columns: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["column"].choices = [(name, name) for name in columns]  # type: ignore[attr-defined]


class RowForm(forms.Form):
    """The cells of one row, a field for each column."""

    def __init__(
        self, *args: Any, columns: Sequence[str], cells: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for place, name in enumerate(columns):
            self.fields[f"cell_{place}"] = forms.CharField(
                label=name,
                required=False,
                max_length=2000,
                initial=cells[place] if place < len(cells) else "",
            )

    def cells(self) -> list[str]:
        return [self.cleaned_data[name] for name in self.fields]


class ReadingForm(forms.Form):
    """How the file itself is read."""

    encoding = forms.ChoiceField(label=_("Encoding"), required=False)
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)

    def __init__(self, *args: Any, job: Import, sheets: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if job.encoding:
            names = dict.fromkeys([job.encoding, *ENCODINGS])
            self.fields["encoding"].choices = [(n, n.upper()) for n in names]  # type: ignore[attr-defined]
        else:
            del self.fields["encoding"]
        if len(sheets) > 1:
            self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]
        else:
            del self.fields["sheet"]


class MatchForm(forms.Form):
    """Which column is which field, and how cells are understood."""

    source = forms.CharField(
        label=_("From which system"),
        max_length=40,
        help_text=_("The same name every time: by it, rows are recognised when they come again."),
    )
    date_order = forms.ChoiceField(
        label=_("Dates are written"), choices=list(DATE_ORDER_NAMES.items())
    )
    create_missing = forms.BooleanField(
        label=_("Make customers, items, staff and stores that are not known yet"), required=False
    )
    split_orders = forms.BooleanField(
        label=_("An order that several customers share becomes one order for each"), required=False
    )
    without_customer = forms.BooleanField(
        label=_("Take in rows that name no customer"), required=False
    )
    upper_codes = forms.BooleanField(
        label=_("Item codes that differ only in capitals are the same"), required=False
    )
    new_items = forms.ChoiceField(
        label=_("Items made on the way are"),
        choices=[("service", _("services")), ("product", _("products"))],
    )
    blank = forms.CharField(
        label=_("Words that mean “nothing”"),
        required=False,
        help_text=_("Separated by commas, for example: nan, NULL"),
    )
    key = forms.MultipleChoiceField(
        label=_("A row is the same event when these columns are the same"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    properties = forms.MultipleChoiceField(
        label=_("Keep these columns with the event"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    _ONLY_FOR: Mapping[str, frozenset[str]] = {
        "sales": frozenset({"split_orders", "without_customer", "upper_codes", "new_items"}),
        "events": frozenset({"key", "properties", "without_customer", "upper_codes", "new_items"}),
        "items": frozenset({"upper_codes"}),
        "customers": frozenset(),
    }

    def __init__(
        self, *args: Any, target: str, columns: Sequence[str], match: Match, **kwargs: Any
    ) -> None:
        kwargs["initial"] = _initial(match) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.target, self.before = target, match
        shown = {"source", "date_order", "blank", *self._ONLY_FOR[target]}
        if target in {"sales", "events"}:
            shown.add("create_missing")
        for name in set(self.fields) - shown:
            del self.fields[name]
        for name in {"key", "properties"} & shown:
            self.fields[name].choices = [(c, c) for c in columns]  # type: ignore[attr-defined]
        blank: Choices = [("", _("— not in the file —"))]
        for field in FIELDS[target]:
            self.fields[f"column_{field.name}"] = forms.ChoiceField(
                label=str(field.label), required=False, choices=[*blank, *((c, c) for c in columns)]
            )
            self.fields[f"constant_{field.name}"] = _constant(field)

    def pairs(self) -> list[tuple[Field, forms.BoundField, forms.BoundField]]:
        """Each of our fields with the choice of its column and the text for all rows."""
        return [
            (field, self[f"column_{field.name}"], self[f"constant_{field.name}"])
            for field in FIELDS[self.target]
        ]

    def options(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if not name.startswith(("column_", "constant_"))]

    def match(self) -> Match:
        """What was decided; what the form does not show stays as it was."""
        said, before = self.cleaned_data, self.before.options
        blank = said["blank"].replace("，", ",").split(",")
        return Match(
            columns=self._filled("column_"),
            constants=self._filled("constant_"),
            options=Options(
                date_order=said["date_order"],
                blank=tuple(word.strip() for word in blank if word.strip()),
                create_missing=said.get("create_missing", before.create_missing),
                split_orders=said.get("split_orders", before.split_orders),
                without_customer="accept" if said.get("without_customer") else "refuse",
                upper_codes=said.get("upper_codes", before.upper_codes),
                key=tuple(said.get("key", ())),
                properties=tuple(said.get("properties", ())),
                new_items=said.get("new_items", before.new_items),
                categories=before.categories,
            ),
        )

    def _filled(self, prefix: str) -> dict[str, str]:
        return {
            name.removeprefix(prefix): text
            for name, text in self.cleaned_data.items()
            if name.startswith(prefix) and text
        }


def _constant(field: Field) -> forms.Field:
    if field.kind == "item_kind":
        kinds: Choices = [("", "—"), ("service", _("service")), ("product", _("product"))]
        return forms.ChoiceField(label=str(field.label), required=False, choices=kinds)
    return forms.CharField(label=str(field.label), required=False, max_length=field.longest)


def _initial(match: Match) -> dict[str, Any]:
    options = match.options
    initial: dict[str, Any] = {
        "date_order": options.date_order,
        "create_missing": options.create_missing,
        "split_orders": options.split_orders,
        "without_customer": options.without_customer == "accept",
        "upper_codes": options.upper_codes,
        "new_items": options.new_items,
        "blank": ", ".join(options.blank),
        "key": list(options.key),
        "properties": list(options.properties),
    }
    initial |= {f"column_{name}": column for name, column in match.columns.items()}
    return initial | {f"constant_{name}": text for name, text in match.constants.items()}


TARGET_CHOICES = list(TARGET_NAMES.items())
