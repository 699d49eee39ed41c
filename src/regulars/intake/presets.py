"""Remembered matches: those shipped as files beside this one, and those users saved."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from django.utils.translation import get_language

from regulars.intake.models import Preset
from regulars.intake.plan import Match


@dataclass(frozen=True)
class Remembered:
    """A match with the columns it fits. `key` names it; `names` and `notes` are by language."""

    key: str
    names: dict[str, str]
    notes: dict[str, str]
    target: str
    source: str
    columns: frozenset[str]
    match: Match

    @property
    def name(self) -> str:
        return self._told(self.names)

    @property
    def note(self) -> str:
        return self._told(self.notes)

    @staticmethod
    def _told(texts: dict[str, str]) -> str:
        language = "zh" if (get_language() or "zh").startswith("zh") else "en"
        return texts.get(language, texts.get("en", ""))

    def fits(self, columns: Sequence[str]) -> bool:
        """Whether a file has all the columns this match needs."""
        return self.columns <= set(columns)


@lru_cache(maxsize=1)
def shipped() -> tuple[Remembered, ...]:
    """The presets that come with the product."""
    folder = files("regulars.intake") / "presets"
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=str)
    return tuple(
        _read(file.name.removesuffix(".toml"), file.read_text(encoding="utf-8")) for file in found
    )


def _read(key: str, text: str) -> Remembered:
    told = tomllib.loads(text)
    return Remembered(
        key=key,
        names=told["name"],
        notes=told.get("note", {}),
        target=told["target"],
        source=told["source"],
        columns=frozenset(told["recognised_by"]),
        match=Match.read(told),
    )


def remembered() -> list[Remembered]:
    """All presets, the users' own first, the latest of them before the others."""
    own = [
        Remembered(
            key=preset.name,
            names={"en": preset.name, "zh": preset.name},
            notes={},
            target=preset.target,
            source=preset.source,
            columns=frozenset(preset.columns),
            match=Match.read(preset.mapping),
        )
        for preset in Preset.objects.order_by("-at")
    ]
    return [*own, *shipped()]


def recognise(columns: Sequence[str]) -> Remembered | None:
    """The preset that fits a file best: all its columns are there, and they are the most."""
    fitting = [preset for preset in remembered() if preset.fits(columns)]
    return max(fitting, key=lambda preset: len(preset.columns), default=None)


def preset(key: str) -> Remembered | None:
    """The preset of that name."""
    return next((one for one in remembered() if one.key == key), None)
