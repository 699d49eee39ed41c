"""Settings → Messages sent → words and rules: what messages say, when and how often they go."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.kit import clock, toasts
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.messaging import actions
from regulars.messaging.forms import RulesForm, TextForm
from regulars.messaging.models import Rules, Text
from regulars.messaging.occasions import Occasion, all_occasions, occasion


@needs(Permission.MANAGE_SETTINGS)
def rules(request: Request) -> HttpResponse:
    """Quiet hours and caps of all stores, and the messages whose words can be changed."""
    form = RulesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.set_rules(
            None,
            quiet=form.quiet(),
            most_a_day=form.cleaned_data["most_a_day"],
            marketing_a_week=form.cleaned_data["marketing_a_week"],
            by=request.actor,
            at=clock.now(),
        )
        toasts.say(request, _("Saved. It counts for every message from now on."))
        return HttpResponseRedirect(reverse("messaging:rules"))
    if request.method != "POST":
        form = RulesForm.of(Rules.objects.filter(store=None).first() or Rules())
    own = set(Text.objects.values_list("occasion", "language"))
    rows = [
        (one, [(code, name, (one.code, code) in own) for code, name in settings.LANGUAGES])
        for one in all_occasions()
    ]
    context = {"form": form, "rows": rows}
    return render(request, "messaging/rules.html", context, status=422 if form.errors else 200)


@needs(Permission.MANAGE_SETTINGS)
def text(request: Request, code: str, language: str) -> HttpResponse:
    """The words of one message in one language."""
    what = _occasion(code, language)
    form = TextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.set_text(
                code, language, given["title"], given["body"], by=request.actor, at=clock.now()
            )
        except ValidationError as error:
            form.add_error("body", error)
        else:
            toasts.say(request, _("Saved. The next message says it like this."))
            return HttpResponseRedirect(reverse("messaging:rules"))
    title, body = what.words(language)
    if request.method != "POST":
        own = Text.objects.filter(occasion=code, language=language).first()
        form = TextForm(initial={"title": own.title, "body": own.body} if own else {})
    context = {
        "form": form, "what": what, "title_along": title, "body_along": body,
        "known": ["{" + name + "}" for name in sorted(what.known)],
        "language": dict(settings.LANGUAGES)[language],
    }  # fmt: skip
    return render(request, "messaging/text.html", context, status=422 if form.errors else 200)


def _occasion(code: str, language: str) -> Occasion:
    try:
        found = occasion(code)
    except KeyError:
        raise Http404 from None
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return found
