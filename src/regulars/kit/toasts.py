"""Short words after something was done, with a way back where there is one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest


def say(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Shows `text` on the next page or htmx answer; `undo` is an address that takes a POST."""
    messages.success(request, text, extra_tags=undo)
