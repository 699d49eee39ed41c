"""The fields a business adds to the customer record: defined, changed, and removed with values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, F, Func, JSONField, Value
from django.utils.translation import gettext as _
from pypinyin import lazy_pinyin

from regulars.kit import audit
from regulars.kit.permissions import Actor, Permission
from regulars.people.models import Customer, CustomField
from regulars.people.rules import normalise_name

MOST_FIELDS = 50
MOST_CHOICES = 60
LONGEST_CHOICE = 60
KEY_LENGTH = 40


@transaction.atomic
def define_field(
    key: str,
    label: str,
    kind: str,
    *,
    choices: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> CustomField:
    """Adds a field to every customer's record; its values stand in `Customer.custom`.

    Args:
        key: what values stand under; "" makes one of the label.

    Raises:
        ValidationError: the key or label is taken, a choice field has no choices, or too many are
            there already.
    """
    by.must(Permission.SHAPE_BUSINESS)
    if CustomField.objects.count() >= MOST_FIELDS:
        raise ValidationError(_("There are %(most)s fields already.") % {"most": MOST_FIELDS})
    label = _free_label(label)
    field = CustomField(key=key or _key_of(label), label=label, kind=kind)
    field.choices = _fit_choices(kind, choices)
    field.full_clean(exclude=["choices"])
    field.save()
    audit.record(
        "people.define_field", f"field:{field.pk}", by=by, at=at, detail={"key": field.key}
    )
    return field


@transaction.atomic
def change_field(
    field_id: int, label: str, *, choices: Sequence[str] = (), by: Actor, at: datetime
) -> None:
    """Renames a field and sets its choices; values that are no choice any more stay as they are.

    The kind stays: what is written already could not be read as another.

    Raises:
        ValidationError: as `define_field`.
    """
    by.must(Permission.SHAPE_BUSINESS)
    field = CustomField.objects.select_for_update().get(pk=field_id)
    field.label = _free_label(label, besides=field.pk)
    field.choices = _fit_choices(field.kind, choices)
    field.full_clean(exclude=["choices"])
    field.save()
    audit.record(
        "people.change_field", f"field:{field.pk}", by=by, at=at, detail={"key": field.key}
    )


@transaction.atomic
def remove_field(field_id: int, *, by: Actor, at: datetime) -> int:
    """Removes a field with what stands in it, for good; returns how many customers had a value."""
    by.must(Permission.SHAPE_BUSINESS)
    field = CustomField.objects.select_for_update().get(pk=field_id)
    without = Func(F("custom"), Value(field.key), template="(%(expressions)s)", arg_joiner=" - ")
    without.output_field = JSONField()
    emptied = Customer.objects.filter(custom__has_key=field.key).update(custom=without)
    field.delete()
    audit.record(
        "people.remove_field",
        f"field:{field_id}",
        by=by,
        at=at,
        detail={"key": field.key, "emptied": emptied},
    )
    return emptied


def filled(field: CustomField) -> int:
    """How many customers have a value in the field."""
    having = Customer.objects.filter(custom__has_key=field.key)
    return having.aggregate(n=Count("pk"))["n"] or 0


def _free_label(text: str, *, besides: int = 0) -> str:
    label = normalise_name(text)
    if CustomField.objects.exclude(pk=besides).filter(label=label).exists():
        raise ValidationError({"label": _("Another field is called so already.")})
    return label


def _fit_choices(kind: str, choices: Sequence[str]) -> list[str]:
    if kind != "choice":
        return []
    fit = list(dict.fromkeys(filter(None, map(normalise_name, choices))))
    if not fit or len(fit) > MOST_CHOICES:
        words = _("Give one to %(most)s choices, a line each.") % {"most": MOST_CHOICES}
        raise ValidationError({"choices": words})
    if any(len(one) > LONGEST_CHOICE for one in fit):
        words = _("A choice is at most %(most)s characters long.") % {"most": LONGEST_CHOICE}
        raise ValidationError({"choices": words})
    return fit


def _key_of(label: str) -> str:
    """A name for the data, made of the label once; renaming the label leaves it."""
    spelled = "_".join(lazy_pinyin(label)).lower()
    stem = re.sub(r"[^a-z0-9]+", "_", spelled).strip("_")[: KEY_LENGTH - 4] or "field"
    taken = set(CustomField.objects.values_list("key", flat=True))
    later = (f"{stem}_{n}" for n in range(2, MOST_FIELDS + 2))
    return stem if stem not in taken else next(key for key in later if key not in taken)
