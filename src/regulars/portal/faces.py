"""What the customer's pages share: who is signed in, by a cookie of their own, apart from staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import update_wrapper
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from regulars.kit import clock
from regulars.portal import signing_in
from regulars.portal.models import Visitor

P = ParamSpec("P")
COOKIE = f"{settings.SESSION_COOKIE_NAME}_me"
TICKET = f"{settings.SESSION_COOKIE_NAME}_code"


class Request(HttpRequest):
    """A request of a customer; `visitor` is None until they sign in."""

    visitor: Visitor | None


Page = Callable[Concatenate[Request, P], HttpResponseBase]


def open_to_all(page: Page[P]) -> Page[P]:
    """A page for whoever comes; nothing of it is kept by browsers or between."""

    def opened(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request.visitor = signing_in.visitor_of(request.COOKIES.get(COOKIE, ""), at=clock.now())
        answer = page(request, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", "private, no-store")
        # An address may hold the token of an appointment: it goes to nobody else.
        answer.headers["Referrer-Policy"] = "same-origin"
        return answer

    update_wrapper(opened, page)
    return login_not_required(opened)


def for_visitors(page: Page[P]) -> Page[P]:
    """A page for those who have signed in; others do so first and come back."""

    def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.visitor is None:
            return to_sign_in(request.get_full_path())
        return page(request, *args, **kwargs)

    update_wrapper(guarded, page)
    return open_to_all(guarded)


def to_sign_in(back: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('portal:sign-in')}?{urlencode({'next': back})}")


def show(
    request: Request,
    template: str,
    context: Mapping[str, object] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Renders a page within the customer's frame."""
    words = {"visitor": request.visitor, "business": settings.BUSINESS, **(context or {})}
    return render(request, f"portal/{template}", words, status=status)


def set_cookie(answer: HttpResponse, name: str, value: str, seconds: int) -> None:
    """A cookie that no script reads and no other site makes the browser send along with a form."""
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path=reverse("portal:home"),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
