"""Booking in three steps: what, when and by whom, and yes. All of it works without script."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django import forms
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.booking import catalogue
from regulars.booking.catalogue import Catalogue
from regulars.booking.drafts import ServiceDraft
from regulars.booking.refusals import Refused
from regulars.kit import clock
from regulars.kit.forms import KeyedForm
from regulars.kit.idempotency import KeyReused, once
from regulars.offer.models import Staff, Store
from regulars.portal import offering, times, writing
from regulars.portal.faces import Request, open_to_all, show, to_sign_in
from regulars.portal.times import Search, Served

STRIP = 14
"""Days on the strip at a time."""


@open_to_all
def home(request: Request) -> HttpResponseBase:
    """The stores; with one only, its services at once."""
    stores = offering.stores()
    if len(stores) == 1:
        return HttpResponseRedirect(reverse("portal:services", args=[stores[0].pk]))
    return show(request, "stores.html", {"stores": stores})


@open_to_all
def services(request: Request, store_id: int) -> HttpResponseBase:
    """Step one: what shall be done."""
    store = _store(store_id)
    chosen = _items(request)
    found = offering.offered(store)
    context = {"store": store, "offered": found, "chosen": chosen, "step": 1,
               "several": len(offering.stores()) > 1}  # fmt: skip
    return show(request, "services.html", context)


def _store(store_id: int) -> Store:
    return get_object_or_404(Store, pk=store_id, active=True)


def _items(request: HttpRequest) -> list[int]:
    given = [int(item) for item in request.GET.getlist("s") if item.isdigit()]
    return list(dict.fromkeys(given))[: offering.MOST_SERVICES]


@dataclass(frozen=True)
class Asked:
    """What the address of steps two and three says."""

    store: Store
    drafts: Sequence[ServiceDraft]
    read: Catalogue
    staff: Staff | None
    people: Sequence[Staff]

    def query(self, **more: str | date) -> str:
        """The address line of the next page."""
        given = [("s", str(draft.item_id)) for draft in self.drafts]
        given += [("p", str(self.staff.pk))] if self.staff else []
        return urlencode([*given, *((name, str(value)) for name, value in more.items())])

    def price(self, staff: Sequence[int | None]) -> int | None:
        """What it costs with these people; None when a price is not set."""
        prices = [
            self.read.services[draft.item_id].price(who)
            for draft, who in zip(self.drafts, staff, strict=True)
        ]
        return None if None in prices else sum(price for price in prices if price is not None)

    def lowest(self) -> tuple[int | None, bool]:
        """The lowest price, and whether it depends on who serves."""
        able = [self.staff] if self.staff else self.people
        found = {self.price([one.pk] * len(self.drafts)) for one in able}
        known = [price for price in found if price is not None]
        return min(known, default=None), len(found) > 1


def _asked(request: HttpRequest, store_id: int) -> Asked:
    store = _store(store_id)
    items = _items(request)
    read = catalogue.read(store.pk, items)
    items = [item for item in items if item in read.services]
    people = offering.people(store, read) if items else []
    wanted = request.GET.get("p", "")
    staff = next((one for one in people if str(one.pk) == wanted), None)
    drafts = [ServiceDraft(item, staff.pk if staff else None) for item in items]
    return Asked(store, drafts, read, staff, people)


@open_to_all
def when(request: Request, store_id: int) -> HttpResponseBase:
    """Step two: by whom, on which day and at what time."""
    asked = _asked(request, store_id)
    at = clock.now()
    try:
        search, _policy = times.of_new(asked.store, asked.drafts, _customer_id(request), at=at)
    except Refused as refused:
        return _back_to_services(request, asked, refused.message)
    confirm = reverse("portal:confirm", args=[store_id])
    price, varies = asked.lowest()
    context = {
        "asked": asked, "price": price, "varies": varies, "step": 2,
        "services": [asked.read.services[draft.item_id] for draft in asked.drafts],
        "back": f"{reverse('portal:services', args=[store_id])}?{asked.query()}",
        "confirm": f"{confirm}?{asked.query()}",
        **days_context(request, search, at),
    }  # fmt: skip
    return show(request, "when.html", context)


def days_context(request: HttpRequest, search: Search, at: datetime) -> dict[str, object]:
    """The strip of days and the times of the chosen one, for the page of step two or a move."""
    found = times.by_day(search, at=at)
    first = at.astimezone(search.zone).date()
    wanted = _day(request.GET.get("d", "")) or min(found, default=first)
    begins = max(first, first + (wanted - first) // STRIP * STRIP)
    last = search.last.astimezone(search.zone).date()
    days = [begins + timedelta(n) for n in range(STRIP) if begins + timedelta(n) <= last]
    later = begins + timedelta(STRIP)
    return {
        "days": [(day, day in found, day == wanted) for day in days],
        "day": wanted,
        "parts": times.parts_of(found.get(wanted, [])),
        "next_day": min((day for day in found if day > wanted), default=None),
        "earlier": begins - timedelta(STRIP) if begins > first else None,
        "later": later if later <= last else None,
        "zone": search.visit.store.time_zone,
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def moment_in(text: str) -> datetime | None:
    """A moment as it stands in an address: `2026-10-21T02:00Z`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _customer_id(request: Request) -> int | None:
    return request.visitor.customer_id if request.visitor else None


def _back_to_services(request: Request, asked: Asked, words: str) -> HttpResponseBase:
    context = {
        "store": asked.store, "offered": offering.offered(asked.store), "problem": words,
        "chosen": [draft.item_id for draft in asked.drafts], "step": 1,
    }  # fmt: skip
    return show(request, "services.html", context, status=422)


class ConfirmForm(KeyedForm):
    """The yes of a known customer; `price` is what the page showed, "" for none."""

    request_key = forms.CharField(
        max_length=40, widget=forms.HiddenInput, initial=lambda: secrets.token_urlsafe(16)
    )
    price = forms.IntegerField(required=False, widget=forms.HiddenInput)


class NewcomerForm(ConfirmForm):
    """The yes of somebody who has never been here."""

    name = forms.CharField(label=gettext_lazy("What shall we call you?"), max_length=60)
    notice = forms.BooleanField(
        label=gettext_lazy("I have read how my data are used and agree to messages on my bookings")
    )
    marketing = forms.BooleanField(
        label=gettext_lazy("You may also send me offers now and then"), required=False
    )


@open_to_all
def confirm(request: Request, store_id: int) -> HttpResponseBase:
    """Step three: all of it on one page, and yes."""
    asked, at = _asked(request, store_id), clock.now()
    starts_at = moment_in(request.GET.get("t", ""))
    if starts_at is None:
        raise Http404
    try:
        search, policy = times.of_new(asked.store, asked.drafts, _customer_id(request), at=at)
    except Refused as refused:
        return _back_to_services(request, asked, refused.message)
    form = _form(request)
    problem = ""
    if request.method == "POST":
        if request.visitor is None:
            return to_sign_in(request.get_full_path())
        if form.is_valid():
            done, problem = _book(request, asked, starts_at, form, at)
            if done is not None:
                return HttpResponseRedirect(reverse("portal:visit", args=[done]) + "?booked=1")
    served = times.who_would(search, starts_at, at=at)
    price = asked.price(served.staff) if served else None
    days = asked.query(d=starts_at.astimezone(search.zone).date())
    context = {
        "asked": asked, "policy": policy, "step": 3, "starts_at": starts_at, "served": served,
        "lines": _lines(asked, served), "problem": problem,
        "price": price, "form": _with_price(form, price),
        "preparations": offering.preparations([draft.item_id for draft in asked.drafts]),
        "latest": starts_at - timedelta(minutes=policy.change_minutes),
        "back": f"{reverse('portal:when', args=[store_id])}?{days}",
        "sign_in": f"{reverse('portal:sign-in')}?{urlencode({'next': request.get_full_path()})}",
    }  # fmt: skip
    status = 422 if problem or form.errors else 200
    return show(request, "confirm.html", context, status=status)


def _form(request: Request) -> ConfirmForm:
    known = request.visitor is not None and request.visitor.customer_id is not None
    kind = ConfirmForm if known or request.visitor is None else NewcomerForm
    return kind(request.POST if request.method == "POST" else None)


def _with_price(form: ConfirmForm, price: int | None) -> ConfirmForm:
    """The form shown again carries a fresh key and the price of now."""
    if form.is_bound:
        fresh = {"price": "" if price is None else price, "request_key": secrets.token_urlsafe(16)}
        form.data = {**form.data.dict(), **fresh}  # type: ignore[attr-defined]
    else:
        form.initial["price"] = price
    return form


def _lines(asked: Asked, served: Served | None) -> list[tuple[str, str, int | None]]:
    """Name of the service, who serves, and its price."""
    staff = served.staff if served else tuple(draft.staff_id for draft in asked.drafts)
    names = dict(Staff.objects.filter(pk__in=[s for s in staff if s]).values_list("pk", "name"))
    return [
        (service.item.name, names.get(who or 0, ""), service.price(who))
        for draft, who in zip(asked.drafts, staff, strict=True)
        for service in [asked.read.services[draft.item_id]]
    ]


def _book(
    request: Request, asked: Asked, starts_at: datetime, form: ConfirmForm, at: datetime
) -> tuple[int | None, str]:
    """The id of the appointment, or why there is none."""
    visitor = request.visitor
    assert visitor is not None  # noqa: S101  the page has looked
    given = form.cleaned_data
    newcomer = None
    if isinstance(form, NewcomerForm):
        newcomer = writing.Newcomer(given["name"], given["marketing"])
    chosen = writing.Chosen(asked.store.pk, starts_at, asked.drafts, given["price"])
    try:
        done = once(
            f"portal.book:{visitor.pk}",
            given["request_key"],
            [asked.query(t=starts_at.isoformat()), given["price"]],
            lambda: writing.book(visitor, chosen, newcomer, at=at),
            at=at,
        )
    except Refused as refused:
        return None, refused.message
    except writing.PriceChanged:
        return None, _("Meanwhile it costs something else. Look at the price and confirm again.")
    except KeyReused as reused:
        return None, str(reused)
    return int(done), ""
