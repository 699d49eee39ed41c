"""Today, and the home of settings."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission


@needs(Permission.SEE_TODAY)
def today(request: Request) -> HttpResponse:
    return render(request, "site/today.html")


@needs(Permission.SEE_TODAY)
def settings_home(request: Request) -> HttpResponse:
    return render(request, "site/settings.html")
