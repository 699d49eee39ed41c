"""The page of one customer, and where its figures come from."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.kit import clock, sheets
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.people import queries as people
from regulars.people.models import Customer, ExternalId
from regulars.understanding import queries
from regulars.understanding.customers import consents, sentences, timeline
from regulars.understanding.customers.filters import visible_to
from regulars.understanding.customers.list_pages import stores_of
from regulars.understanding.customers.profile import (
    Profile,
    custom_values,
    profile_of,
    relations_of,
    tags_of,
)
from regulars.understanding.customers.why import FIGURES, why
from regulars.understanding.warnings import queries as follow_ups

TIMELINE = "#timeline"


def customer_of(request: Request, pk: int) -> Customer:
    """The customer, if this person may see them.

    Raises:
        Http404: there is none, or none that this person may see.
    """
    # No join to results here: a customer is there whether or not an analysis knows them.
    found = people.known().filter(visible_to(stores_of(request)), pk=pk)
    customer = found.select_related("batch", "household").first()
    if customer is None:
        raise Http404
    return customer


@needs(Permission.SEE_CUSTOMERS)
def page(request: Request, pk: int) -> HttpResponse:
    customer = customer_of(request, pk)
    if request.headers.get("HX-Target", "").endswith(TIMELINE):
        context = {"customer": customer} | _timeline(request, customer)
        return render(request, "understanding/customers/_timeline.html", context)
    profile = profile_of(customer, today=clock.today())
    context = {
        "customer": customer,
        "profile": profile,
        "result": profile.result,
        "run": profile.run,
        "failed": queries.later_failure(profile.run),
        "sentences": [
            sentences.write(each)
            for each in profile.sentences(amounts=request.actor.may(Permission.SEE_SALES))
        ],
        "reasons": sentences.reasons(profile.detail.get("churn_reasons")),
        "tags": tags_of(customer),
        "contacts": people.masked_contacts([customer])[customer.pk],
        "custom": custom_values(customer),
        "relations": relations_of(customer),
        "external": ExternalId.objects.filter(customer=customer).order_by("source", "value"),
        "consents": consents.matrix(profile.consents),
        "follow_up": follow_ups.open_of(customer.pk),
        **_rights(request),
        **_timeline(request, customer),
    }
    answer = render(request, "understanding/customers/page.html", context)
    answer.headers["Vary"] = "HX-Target"
    return answer


def _rights(request: Request) -> dict[str, bool]:
    return {
        "sees_sales": request.actor.may(Permission.SEE_SALES),
        "may_edit": request.actor.may(Permission.EDIT_CUSTOMERS),
        "may_reveal": request.actor.may(Permission.REVEAL_CONTACTS),
    }


def _timeline(request: Request, customer: Customer) -> dict[str, object]:
    sees_sales = request.actor.may(Permission.SEE_SALES)
    allowed = [kind for kind in timeline.KINDS if sees_sales or kind != "purchases"]
    chosen = request.GET.get("kind", "")
    chosen = chosen if chosen in allowed else ""
    names = {
        "purchases": _("Purchases"),
        "events": _("Visits and messages"),
        "notes": _("Notes"),
        "consents": _("Consent"),
    }
    found = timeline.page_of(
        customer,
        kinds=[chosen] if chosen else allowed,
        after=timeline.Place.parse(request.GET.get("after", "")),
        sales_at=request.actor.stores(Permission.SEE_SALES),
    )
    kinds = [("", _("Everything"), not chosen)]
    kinds += [(kind, names[kind], kind == chosen) for kind in allowed]
    return {
        "timeline": found,
        "kinds": kinds,
        "kind": chosen,
        "continued": "after" in request.GET,
        "may_sensitive": people.consents_of(customer.pk).get(("sensitive", "any"), False),
    }


@needs(Permission.SEE_CUSTOMERS)
def why_figure(request: Request, pk: int, name: str) -> HttpResponse:
    """One figure opened: what it is, what it is made of, the orders behind it."""
    customer = customer_of(request, pk)
    if name not in FIGURES:
        raise Http404
    if name in ("year", "average", "value"):
        request.actor.must(Permission.SEE_SALES)
    profile = profile_of(customer, today=clock.today())
    if profile.result is None:
        raise Http404
    opened = why(name, profile, stores=request.actor.stores(Permission.SEE_SALES))
    return sheets.show(
        request,
        "understanding/customers/why.html",
        title=_("Where this figure comes from"),
        why=opened,
        profile=profile,
        result=profile.result,
        **_rights(request),
        reasons=sentences.reasons(profile.detail.get("churn_reasons")),
        back=reverse("customers:page", args=[pk]),
        test=_back_test(profile),
    )


def _back_test(profile: Profile) -> dict[str, object]:
    learned = profile.warning.get("method") == "members"
    test = dict((profile.warning if learned else profile.rates).get("back_test") or {})
    if learned:
        test |= test["scores"][0]
    if "tested_on" in test:
        test["tested_on"] = date.fromisoformat(test["tested_on"])
    return test
