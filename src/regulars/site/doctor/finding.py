"""What one check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class State(IntEnum):
    """How bad it is; the worst of all findings decides the exit status."""

    SOUND = 0
    WARNING = 1
    BROKEN = 2


@dataclass(frozen=True)
class Finding:
    """One line for people: how it stands, and what to do when it does not stand well."""

    state: State
    text: str
    advice: str = ""
