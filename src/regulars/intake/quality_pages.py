"""How good the data is."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import render

from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission


@needs(Permission.SEE_INSIGHTS)
def quality(request: Request) -> HttpResponseBase:
    return render(request, "intake/quality.html")
