"""Codes for items that have only a name."""

from __future__ import annotations

from hashlib import sha256

LONGEST_CODE = 60


def code_from(name: str) -> str:
    """The code of an item that has only a name; an import of items gives it its own later."""
    if len(name) <= LONGEST_CODE:
        return name
    tail = sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LONGEST_CODE - 9]}~{tail}"
