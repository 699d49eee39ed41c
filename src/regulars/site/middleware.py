"""Puts who asks, and what they may do, on every request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from regulars.kit.models import User


class ActorMiddleware:
    """Sets `request.actor` for a signed-in user; pages below `site` need no more than that."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, User):
            request.actor = request.user.actor()  # type: ignore[attr-defined]
        return self.get_response(request)
