"""What every page shares: who asks, what they may see, and whether htmx asks for a part."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponseBase

from regulars.kit.permissions import Actor, Permission

P = ParamSpec("P")


class Request(HttpRequest):
    """A request of a signed-in user, as the site's middleware completes it."""

    actor: Actor


Page = Callable[Concatenate[Request, P], HttpResponseBase]


def needs(permission: Permission) -> Callable[[Page[P]], Page[P]]:
    """Refuses the page with a clear word to those without `permission`."""

    def wrap(page: Page[P]) -> Page[P]:
        def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            request.actor.must(permission)
            return page(request, *args, **kwargs)

        update_wrapper(guarded, page)
        return guarded

    return wrap
