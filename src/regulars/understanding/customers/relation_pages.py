"""Who brought a customer, whom they brought, family and friends: shown, added, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from regulars.kit import clock, sheets, toasts
from regulars.kit.faces import Request, needs
from regulars.kit.forms import KeyedForm
from regulars.kit.idempotency import KeyReused
from regulars.kit.permissions import Permission
from regulars.people import queries as people
from regulars.people import relating
from regulars.people.models import Customer, Relation
from regulars.understanding.customers.customer_pages import customer_of
from regulars.understanding.customers.filters import visible_to
from regulars.understanding.customers.list_pages import stores_of

MOST_FOUND = 8

# Kind as seen from the customer whose page it is; "brought_by" is "referred" turned round.
KINDS: dict[str, Promise] = {
    "brought_by": gettext_lazy("Brought them to us"),
    "referred": gettext_lazy("They brought"),
    "family": gettext_lazy("Family"),
    "friend": gettext_lazy("Friend"),
}


class RelationForm(KeyedForm):
    """Another customer, searched by what is typed; `chosen` is one of several who fit."""

    kind = forms.ChoiceField(
        label=gettext_lazy("How they belong together"), choices=[*KINDS.items()]
    )
    who = forms.CharField(
        label=gettext_lazy("The other customer"),
        max_length=80,
        help_text=gettext_lazy("Name, pinyin, customer number or the last four of a phone."),
    )
    chosen = forms.TypedChoiceField(
        label=gettext_lazy("Which of them"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "radio"}),
    )

    def offer(self, found: list[Customer]) -> None:
        """Lets one of several be chosen."""
        masked = people.masked_contacts(found)
        self.fields["chosen"].choices = [  # type: ignore[attr-defined]
            (one.pk, " · ".join([str(one), one.number, *(c.shown for c in masked[one.pk][:1])]))
            for one in found
        ]


@dataclass(frozen=True)
class Line:
    """A relation as seen from one side."""

    pk: int
    kind: Promise
    other: Customer


def lines_of(customer: Customer) -> list[Line]:
    """All relations of a customer, as seen from theirs."""
    return [_line(one, customer) for one in relating.relations_of(customer.pk)]


def _line(one: Relation, customer: Customer) -> Line:
    if one.customer_id == customer.pk:
        return Line(one.pk, KINDS[one.kind], one.other)
    return Line(one.pk, KINDS["brought_by" if one.kind == "referred" else one.kind], one.customer)


@needs(Permission.EDIT_CUSTOMERS)
def relations(request: Request, pk: int) -> HttpResponse:
    """The people around a customer; by POST one more."""
    customer = customer_of(request, pk)
    form = RelationForm(request.POST or None)
    several: list[Customer] = []
    if form.is_bound:
        several = _found(request, request.POST.get("who", ""), pk)
        form.offer(several)
        if form.is_valid() and _relate(request, customer, form, several):
            toasts.say(request, _("Written down."))
            return sheets.leave(request, f"/customers/{pk}/")
    return sheets.show(
        request,
        "understanding/customers/relations.html",
        title=_("People around %(name)s") % {"name": customer},
        status=422 if form.is_bound else 200,
        customer=customer,
        lines=lines_of(customer),
        form=form,
        several=several if len(several) > 1 else [],
    )


def _found(request: Request, text: str, pk: int) -> list[Customer]:
    """Who fits what was typed and may be seen, but for the customer themselves."""
    text = text.replace("\x00", "").strip()
    if not text:
        return []
    seen = people.known().filter(people.found_by(text), visible_to(stores_of(request)))
    return list(seen.exclude(pk=pk).order_by("sort_name", "number")[:MOST_FOUND])


def _relate(
    request: Request, customer: Customer, form: RelationForm, several: list[Customer]
) -> bool:
    """Whether it was written down; if not, the form says why."""
    chosen = form.cleaned_data["chosen"] or (several[0].pk if len(several) == 1 else None)
    if chosen is None:
        none = _("Nobody fits. Try the customer number or the last four of the phone.")
        form.add_error("who", _("Several fit: choose one.") if several else none)
        return False
    kind, one, other = form.cleaned_data["kind"], customer.pk, chosen
    if kind == "brought_by":
        kind, one, other = "referred", chosen, customer.pk
    at = clock.now()
    write: Any = partial(relating.relate, one, other, kind, by=request.actor, at=at)
    try:
        form.once(f"customers.relate.{customer.pk}", write, at=at)
    except KeyReused as error:
        form.add_error(None, str(error))
    except ValidationError as error:
        form.add_error("who", error.messages)
    return not form.errors


@require_POST
@needs(Permission.EDIT_CUSTOMERS)
def unrelate(request: Request, pk: int, relation: int) -> HttpResponse:
    """Takes a relation of this customer back."""
    customer = customer_of(request, pk)
    if relation not in {line.pk for line in lines_of(customer)}:
        raise Http404
    relating.unrelate(relation, by=request.actor, at=clock.now())
    toasts.say(request, _("Taken back."))
    return redirect("customers:page", pk)
