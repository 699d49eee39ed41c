"""What each table holds about customers, why and how long; a check finds one that does not say.

A room declares its tables in `personal_data.py` as `HELD`, by the name of the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register
from django.db.models import Model

from regulars.kit.floors import FLOORS

PERSON = "people.Customer"


class Basis(StrEnum):
    """Why it may be held (Personal Information Protection Law of the PRC, art. 13)."""

    CONTRACT = "contract"
    CONSENT = "consent"
    DUTY = "legal duty"


@dataclass(frozen=True)
class Held:
    """Personal data in one table.

    Attributes:
        purpose: what it is needed for.
        kept: until when, or until what happens.
    """

    purpose: str
    basis: Basis
    kept: str


@register()
def every_table_about_people_is_declared(
    app_configs: Sequence[AppConfig] | None, **_: object
) -> list[CheckMessage]:
    """An error for each table that reaches a customer and is not declared, and the reverse."""
    found: list[CheckMessage] = []
    for room in FLOORS:
        models = {model.__name__: model for model in apps.get_app_config(room).get_models()}
        declared = declared_in(apps.get_app_config(room).name)
        found += [
            Error(
                f"{room}.{name} reaches a customer and does not say why, nor how long it is kept.",
                hint=f"Declare it in {room}/personal_data.py.",
                id="regulars.E002",
            )
            for name, model in models.items()
            if name not in declared and reaches_a_person(model)
        ]
        found += [
            Error(
                f"{room}/personal_data.py declares {name}, which is no table.", id="regulars.E003"
            )
            for name in declared
            if name not in models
        ]
    return found


def declared_in(package: str) -> Mapping[str, Held]:
    """What a room declares; nothing when it holds nothing about people."""
    name = f"{package}.personal_data"
    if package == "regulars.kit" or find_spec(name) is None:
        return {}
    held: Mapping[str, Held] = import_module(name).HELD
    return held


def reaches_a_person(model: type[Model], seen: frozenset[type[Model]] = frozenset()) -> bool:
    """Whether a row of this table leads to a customer over foreign keys."""
    if model._meta.label == PERSON:
        return True
    return any(reaches_a_person(to, seen | {model}) for to in _leads_to(model) if to not in seen)


def _leads_to(model: type[Model]) -> Iterator[type[Model]]:
    for field in model._meta.get_fields():
        if field.is_relation and not field.auto_created and isinstance(field.related_model, type):
            yield field.related_model
