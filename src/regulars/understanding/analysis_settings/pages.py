"""The page of what a business sets for its analyses."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from regulars.kit import clock, toasts
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.understanding.analysis_settings.actions import choose, chosen
from regulars.understanding.analysis_settings.forms import SettingsForm, initial
from regulars.understanding.queries import last_published


@needs(Permission.SHAPE_BUSINESS)
def analysis_settings(request: Request) -> HttpResponse:
    """Shows what is set, and sets it; it counts from the next analysis on."""
    published = last_published()
    choice = chosen()
    counted = published.manifest.get("cuts", {}) if published else {}
    form = SettingsForm(request.POST or None, initial=initial(choice, counted))
    if form.is_bound and form.is_valid():
        changed = choose(form.choice(), by=request.actor, at=clock.now())
        told = (
            _("Saved. It counts from the next analysis on.") if changed else _("Nothing changed.")
        )
        toasts.say(request, told)
        return redirect("understanding:run" if changed else "analysis-settings")
    return render(
        request,
        "understanding/insights/settings.html",
        {"form": form, "published": published},
        status=422 if form.is_bound else 200,
    )
