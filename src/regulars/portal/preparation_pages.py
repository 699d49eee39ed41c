"""Settings → Before a visit: what customers read on their confirmation, service by service."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulars.kit import clock, faces, toasts
from regulars.kit.faces import needs
from regulars.kit.permissions import Permission
from regulars.offer.models import Item
from regulars.portal import preparing


class PreparationForm(forms.Form):
    """An empty text takes away what was there."""

    text = forms.CharField(
        label=gettext_lazy("What to do or know beforehand"), max_length=400, required=False
    )


@needs(Permission.MANAGE_SETTINGS)
def listing(request: faces.Request) -> HttpResponse:
    """The services that can be booked, each with its words."""
    services = Item.objects.filter(kind=Item.SERVICE, active=True).select_related("preparation")
    rows = [
        (item, item.preparation.text if hasattr(item, "preparation") else "")
        for item in services.order_by("category", "name", "pk")
    ]
    return render(request, "portal/preparations.html", {"rows": rows})


@require_POST
@needs(Permission.MANAGE_SETTINGS)
def save(request: faces.Request, item_id: int) -> HttpResponse:
    """Keeps the words of one service."""
    get_object_or_404(Item, pk=item_id, kind=Item.SERVICE)
    form = PreparationForm(request.POST)
    if form.is_valid():
        preparing.set_preparation(
            item_id, form.cleaned_data["text"], by=request.actor, at=clock.now()
        )
        toasts.say(request, _("Saved. It stands on the next confirmation."))
    else:
        toasts.say(request, _("Not saved: at most 400 characters."))
    return HttpResponseRedirect(reverse("portal-shop:preparations"))
