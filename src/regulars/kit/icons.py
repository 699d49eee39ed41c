"""Lucide icons, written into the page as the front-end build drew them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured

DRAWINGS = "build/icons.json"


@cache
def drawings() -> dict[str, str]:
    """Inner SVG by icon name.

    Raises:
        ImproperlyConfigured: the front end was never built.
    """
    found = finders.find(DRAWINGS)
    if not isinstance(found, str):
        raise ImproperlyConfigured("The front end is not built. Run: make front")
    known: dict[str, str] = json.loads(Path(found).read_text(encoding="utf-8"))
    return known


def drawing(name: str) -> str:
    """The inner SVG of one icon.

    Raises:
        LookupError: Lucide has no icon of that name.
    """
    try:
        return drawings()[name]
    except KeyError:
        raise LookupError(f"Lucide has no icon called {name!r}") from None
