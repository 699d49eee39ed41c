"""Signing in: the phone, the code, and out again."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from regulars.kit import clock
from regulars.portal import signing_in
from regulars.portal.faces import COOKIE, TICKET, Request, open_to_all, set_cookie, show


class PhoneForm(forms.Form):
    phone = forms.CharField(
        label=_("Your phone number"),
        max_length=24,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("The 6 digits we sent"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


def source_of(request: Request) -> str:
    """The network address that asks; behind the proxy of production, the one the proxy saw."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.PRODUCTION else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def back_to(request: Request) -> str:
    """Where the visitor came from, if it is a page of ours; else their appointments."""
    back = request.POST.get("next") or request.GET.get("next", "")
    home = reverse("portal:home")
    ours = url_has_allowed_host_and_scheme(back, None) and back.startswith(home)
    return back if ours else reverse("portal:mine")


@open_to_all
def sign_in(request: Request) -> HttpResponseBase:
    """Asks for the phone and sends a code there, known or not."""
    form = PhoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asked = signing_in.ask(form.cleaned_data["phone"], source_of(request), at=clock.now())
        except ValidationError as error:
            form.add_error("phone", error)
        else:
            url = f"{reverse('portal:code')}?{urlencode({'next': back_to(request)})}"
            answer = HttpResponseRedirect(url)
            set_cookie(answer, TICKET, asked.ticket, signing_in.VALID.seconds)
            return answer
    status = 422 if form.errors else 200
    return show(request, "sign_in.html", {"form": form, "next": back_to(request)}, status=status)


@open_to_all
def code(request: Request) -> HttpResponseBase:
    """Asks for the code, and lets in whoever has it."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            secret = signing_in.come_in(
                request.COOKIES.get(TICKET, ""), form.cleaned_data["code"], at=clock.now()
            )
        except ValidationError as error:
            form.add_error("code", error)
        else:
            answer = HttpResponseRedirect(back_to(request))
            set_cookie(answer, COOKIE, secret, int(signing_in.STAYS.total_seconds()))
            answer.delete_cookie(TICKET, path=reverse("portal:home"))
            return answer
    status = 422 if form.errors else 200
    return show(request, "code.html", {"form": form, "next": back_to(request)}, status=status)


@require_POST
@open_to_all
def sign_out(request: Request) -> HttpResponse:
    """Ends the sign-in, here and in the database."""
    if request.visitor is not None:
        signing_in.leave(request.visitor)
    answer = HttpResponseRedirect(reverse("portal:home"))
    answer.delete_cookie(COOKIE, path=reverse("portal:home"))
    return answer
