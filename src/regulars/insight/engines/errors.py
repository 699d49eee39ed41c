"""What an engine may say when it cannot go on."""

from __future__ import annotations


class EngineError(RuntimeError):
    """The engine cannot be used as asked; the message says what to change."""


class EngineShortage(RuntimeError):
    """Too little memory or disk for this much data; not a mistake in the data."""
