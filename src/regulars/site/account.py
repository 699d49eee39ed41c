"""What someone sets for themselves."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kit import clock, toasts
from regulars.kit.faces import Request
from regulars.offer import actions


@require_POST
def shortcuts(request: Request) -> HttpResponse:
    """Turns the single-key shortcuts on or off."""
    on = request.POST.get("shortcuts") == "on"
    actions.choose_shortcuts(on, by=request.actor, at=clock.now())
    toasts.say(
        request, _("Single keys are on.") if on else _("Single keys are off. ⌘K still works.")
    )
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(back if safe else reverse("today"))
