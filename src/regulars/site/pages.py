"""The home of settings."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.offer.models import Store

MOST_STORES = 12
KINDS = {"salon": _("Salon"), "shop": _("Shop"), "chain": _("Chain"), "online": _("Online shop")}


@needs(Permission.SEE_TODAY)
def settings_home(request: Request) -> HttpResponse:
    """What can be looked after here, by those who may."""
    stores = Store.objects.filter(active=True).order_by("name", "pk")
    context = {
        "kind": KINDS.get(settings.BUSINESS.kind, settings.BUSINESS.kind),
        "stores": stores[:MOST_STORES],
        "more_stores": max(0, stores.count() - MOST_STORES),
    }
    return render(request, "site/settings.html", context)
