"""Hands what was said during an htmx request to the toasts of the page."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse


class ToastMiddleware:
    """Adds the pending messages to the `HX-Trigger` of an htmx answer that stays on the page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        stays = not {"HX-Redirect", "HX-Refresh", "HX-Trigger", "Location"} & set(response.headers)
        if request.headers.get("HX-Request") == "true" and stays:
            said = list(messages.get_messages(request))
            if said:
                last = said[-1]
                toast = {"text": str(last.message), "undo": last.extra_tags or None}
                response.headers["HX-Trigger"] = json.dumps({"toast": toast})
        return response
