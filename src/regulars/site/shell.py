"""What every page's frame needs: the business, the menu for this user, the account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from regulars.kit import clock
from regulars.kit.permissions import Permission
from regulars.offer.scope import scope_of
from regulars.site.menu import menu_for


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context of `site/base.html`."""
    actor = getattr(request, "actor", None)
    return {
        "business": settings.BUSINESS,
        "actor": actor,
        "menu": menu_for(actor) if actor else [],
        "may_book": bool(actor and actor.may(Permission.MAKE_BOOKINGS)),
        "standing_clock": settings.STANDING_CLOCK,
        "today": clock.today(),
        "store_scope": SimpleLazyObject(
            lambda: actor and scope_of(actor, Permission.SEE_TODAY, request.session)
        ),
    }
