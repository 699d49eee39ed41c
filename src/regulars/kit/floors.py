"""Holds foreign keys to the order of the floors; imports are held to it by import-linter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register

FLOORS = [
    "kit", "people", "offer", "messaging", "booking", "sales", "intake",
    "understanding", "portal", "site",
]  # fmt: skip


@register()
def foreign_keys_run_down(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """An error for each relation from a lower room to a higher one."""
    return [
        Error(
            f"{model._meta.label}.{field.name} points up to {other._meta.label}.",
            hint="Keep the relation in the higher room.",
            obj=model,
            id="regulars.E001",
        )
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and isinstance(other := field.related_model, type)
        and points_up(model._meta.app_label, other._meta.app_label)
    ]


def points_up(room: str, other: str) -> bool:
    """Whether `other` stands above `room`; rooms that are not ours stand on no floor."""
    return room in FLOORS and other in FLOORS and FLOORS.index(other) > FLOORS.index(room)
