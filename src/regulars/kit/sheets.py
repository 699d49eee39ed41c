"""Pages that open beside the page they were asked from, and stand alone without script."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

SHEET = "#sheet"


def in_sheet(request: HttpRequest) -> bool:
    """Whether the answer goes into the side sheet. htmx names its target as `tag#id`."""
    return request.headers.get("HX-Target", "").endswith(SHEET)


def show(
    request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any
) -> HttpResponse:
    """Renders a template that extends `sheet_base`, as a part or as a page of its own."""
    beside = in_sheet(request)
    base = "site/sheet_part.html" if beside else "site/sheet_page.html"
    words = {"title": title, "in_sheet": beside, "sheet_base": base}
    answer = render(request, template, context | words, status=status)
    answer.headers["Vary"] = "HX-Target"
    return answer


def leave(request: HttpRequest, url: str) -> HttpResponse:
    """Goes on to `url` after a form was accepted, out of the sheet or the page."""
    if in_sheet(request):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
