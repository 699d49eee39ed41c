"""What is changed on the page of a customer: profile, contacts, tags, notes, consents."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kit import clock, sheets, toasts
from regulars.kit.faces import Request, needs
from regulars.kit.idempotency import KeyReused
from regulars.kit.permissions import Actor, Permission
from regulars.people import actions
from regulars.people import queries as people
from regulars.people.drafts import ConsentDraft
from regulars.people.models import Consent, Customer
from regulars.understanding.customers import consents
from regulars.understanding.customers.customer_pages import customer_of
from regulars.understanding.customers.edit_forms import (
    ConsentForm,
    ContactForm,
    EditForm,
    NewCustomerForm,
    NoteForm,
    TagForm,
)

UNDO = "customers.undo"
MOST_UNDOS = 5


def address_of(pk: int) -> str:
    return reverse("customers:page", args=[pk])


@needs(Permission.EDIT_CUSTOMERS)
def add(request: Request) -> HttpResponse:
    """Adds a customer; a phone that somebody has already is asked about first."""
    form = NewCustomerForm(request.POST or None, initial={"birth_calendar": "solar"})
    same: list[Customer] = []
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            pk = form.once("customers.add", lambda: _add(form, by=request.actor, at=at), at=at)
        except PhoneOnRecord as known:
            same = known.customers
        except KeyReused as error:
            form.add_error(None, str(error))
        else:
            toasts.say(request, _("Added."))
            return sheets.leave(request, address_of(pk))
    return sheets.show(
        request,
        "understanding/customers/add.html",
        title=_("Add a customer"),
        status=422 if form.is_bound else 200,
        form=form,
        same=same,
    )


class PhoneOnRecord(Exception):
    """Somebody has this phone already, and nobody said to add the customer anyway."""

    def __init__(self, customers: list[Customer]) -> None:
        super().__init__()
        self.customers = customers


def _add(form: NewCustomerForm, *, by: Actor, at: datetime) -> int:
    same = _with_phone(form.cleaned_data["phone"])
    if same and not form.cleaned_data["anyway"]:
        raise PhoneOnRecord(same)
    return actions.add_customer(form.draft(joined_on=clock.today()), by=by, at=at)


def _with_phone(phone: str) -> list[Customer]:
    return list(people.known().filter(people.found_by(phone))[:3]) if phone else []


@needs(Permission.EDIT_CUSTOMERS)
def edit(request: Request, pk: int) -> HttpResponse:
    """Changes the profile; the way back stays open for a few seconds."""
    customer = customer_of(request, pk)
    form = EditForm(customer, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        changes = form.changes()
        if changes:
            before = actions.update_customer(pk, changes, by=request.actor, at=clock.now())
            toasts.say(request, _("Changed."), undo=_remember(request, pk, before))
        return sheets.leave(request, address_of(pk))
    return sheets.show(
        request,
        "understanding/customers/edit.html",
        title=_("Edit %(name)s") % {"name": customer},
        status=422 if form.is_bound else 200,
        form=form,
        customer=customer,
    )


def _remember(request: Request, pk: int, before: dict[str, Any]) -> str:
    """Keeps what was there in the session, and returns the address that puts it back."""
    token = get_random_string(12)
    kept = [*request.session.get(UNDO, []), {"token": token, "customer": pk, "before": before}]
    request.session[UNDO] = kept[-MOST_UNDOS:]
    return reverse("customers:undo", args=[pk, token])


@require_POST
@needs(Permission.EDIT_CUSTOMERS)
def undo(request: Request, pk: int, token: str) -> HttpResponse:
    """Puts back what a change of this session replaced."""
    customer_of(request, pk)
    kept = request.session.get(UNDO, [])
    found = next((one for one in kept if one["token"] == token and one["customer"] == pk), None)
    if found is None:
        raise Http404
    actions.update_customer(pk, found["before"], by=request.actor, at=clock.now())
    request.session[UNDO] = [one for one in kept if one is not found]
    toasts.say(request, _("As it was before."))
    return redirect("customers:page", pk)


@require_POST
@needs(Permission.REVEAL_CONTACTS)
def reveal(request: Request, pk: int) -> HttpResponse:
    """Shows the contacts in full; who looked is in the audit trail."""
    customer = customer_of(request, pk)
    opened = actions.reveal_contacts(pk, by=request.actor, at=clock.now())
    context = {"customer": customer, "opened": opened}
    answer = render(request, "understanding/customers/_contacts.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@needs(Permission.EDIT_CUSTOMERS)
def contact(request: Request, pk: int) -> HttpResponse:
    """Adds a phone, e-mail or WeChat id."""
    customer = customer_of(request, pk)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kind, text = form.cleaned_data["kind"], form.cleaned_data["text"]
        try:
            actions.add_contact(pk, kind, text, by=request.actor, at=clock.now())
        except ValidationError as error:
            form.add_error("text", error)
        else:
            return sheets.leave(request, address_of(pk))
    return sheets.show(
        request,
        "understanding/customers/contact.html",
        title=_("Add a contact"),
        status=422 if form.is_bound else 200,
        form=form,
        customer=customer,
    )


@require_POST
@needs(Permission.EDIT_CUSTOMERS)
def add_tag(request: Request, pk: int) -> HttpResponse:
    customer_of(request, pk)
    form = TagForm(request.POST)
    if form.is_valid():
        actions.add_tag(pk, form.cleaned_data["name"], by=request.actor, at=clock.now())
    else:
        toasts.say(request, _("A tag has 1 to 30 characters."))
    return redirect("customers:page", pk)


@require_POST
@needs(Permission.EDIT_CUSTOMERS)
def remove_tag(request: Request, pk: int, tag: int) -> HttpResponse:
    customer_of(request, pk)
    actions.remove_tag(pk, tag, by=request.actor, at=clock.now())
    return redirect("customers:page", pk)


@needs(Permission.EDIT_CUSTOMERS)
def note(request: Request, pk: int) -> HttpResponse:
    """Writes a note; a sensitive one needs the customer's word first."""
    customer = customer_of(request, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        text, sensitive = form.cleaned_data["text"], form.cleaned_data["sensitive"]
        at = clock.now()
        write = partial(actions.add_note, pk, text, sensitive=sensitive, by=request.actor, at=at)
        try:
            form.once(f"customers.note.{pk}", write, at=at)
        except KeyReused as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error("sensitive" if sensitive else "text", error)
        else:
            toasts.say(request, _("Noted."))
            return sheets.leave(request, address_of(pk))
    return sheets.show(
        request,
        "understanding/customers/note.html",
        title=_("Add a note"),
        status=422 if form.is_bound else 200,
        form=form,
        customer=customer,
        may_sensitive=people.consents_of(pk).get(("sensitive", "any"), False),
    )


@needs(Permission.SEE_CUSTOMERS)
def consent(request: Request, pk: int) -> HttpResponse:
    """What the customer agreed to, since when and on what evidence; and their next word."""
    customer = customer_of(request, pk)
    given = request.POST if request.method == "POST" else None
    form = ConsentForm(given, initial={"purpose": request.GET.get("purpose", "marketing")})
    if request.method == "POST" and form.is_valid():
        word = ConsentDraft(
            purpose=form.cleaned_data["purpose"],
            channel=form.cleaned_data["channel"],
            granted=form.cleaned_data["granted"] == "yes",
            notice_version=form.cleaned_data["notice_version"],
            evidence=form.cleaned_data["evidence"],
            at=clock.now(),
        )
        actions.set_consent(pk, word, by=request.actor, at=clock.now())
        toasts.say(request, _("Written down."))
        return sheets.leave(request, address_of(pk))
    return sheets.show(
        request,
        "understanding/customers/consent.html",
        title=_("What they agreed to"),
        status=422 if form.is_bound else 200,
        form=form,
        customer=customer,
        channels=consents.CHANNELS.values(),
        lines=consents.matrix(people.consents_of(pk)),
        history=consents.in_words(Consent.objects.filter(customer=customer).order_by("-pk")[:50]),
        may_edit=request.actor.may(Permission.EDIT_CUSTOMERS),
    )
