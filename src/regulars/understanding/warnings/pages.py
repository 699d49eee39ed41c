"""The pages of follow-ups: one customer's beside the page, and everybody's as a list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kit import clock, sheets, toasts
from regulars.kit.faces import Request, needs
from regulars.kit.idempotency import KeyReused
from regulars.kit.permissions import Permission
from regulars.people.models import Customer
from regulars.understanding import queries as results
from regulars.understanding.customers.customer_pages import customer_of
from regulars.understanding.customers.list_pages import stores_of
from regulars.understanding.models import Run
from regulars.understanding.warnings import actions, queries, rules
from regulars.understanding.warnings.forms import (
    AssignForm,
    CloseForm,
    FollowUpForm,
    RecordForm,
    TakeForm,
)
from regulars.understanding.warnings.models import FollowUp

PAGE = 50
Act = Callable[..., object]


def follow_up_context(
    request: Request, customer: Customer, bound: FollowUpForm | None = None
) -> dict[str, Any]:
    """What `understanding/warnings/_follow_up.html` shows: the open follow-up of a customer, or
    the last one, what was done, and forms for what may be done next. A `bound` form with errors
    stands in the place of its fresh one."""
    found = queries.latest_of(customer.pk)
    run = results.last_published()
    forms: dict[str, FollowUpForm] = {
        "take_form": TakeForm(
            initial={"owner": request.actor.user_id, "due_on": rules.due_on(clock.today())}
        ),
        "record_form": RecordForm(),
        "assign_form": AssignForm(initial={"owner": found.owner_id if found else None}),
        "close_form": CloseForm(),
    }
    for name, form in forms.items():
        if bound is not None and type(bound) is type(form):
            forms[name] = bound
    return {
        "customer": customer,
        "follow_up": found,
        "is_open": found is not None and found.closed_at is None,
        "entries": queries.entries_of(found) if found else [],
        "result": results.result_of(run, customer.pk) if run else None,
        "may_follow_up": request.actor.may(Permission.EDIT_CUSTOMERS),
        "sees_sales": request.actor.may(Permission.SEE_SALES),
        "error_in": bound,
        **forms,
    }


@needs(Permission.SEE_CUSTOMERS)
def follow_up(request: Request, pk: int) -> HttpResponse:
    """How a customer is looked after."""
    return _shown(request, customer_of(request, pk))


def _shown(request: Request, customer: Customer, bound: FollowUpForm | None = None) -> HttpResponse:
    return sheets.show(
        request,
        "understanding/warnings/follow_up.html",
        title=_("Follow up %(name)s") % {"name": customer},
        status=422 if bound else 200,
        **follow_up_context(request, customer, bound),
    )


@require_POST
@needs(Permission.EDIT_CUSTOMERS)
def take(request: Request, pk: int) -> HttpResponse:
    """Begins to look after a customer."""
    customer, form = customer_of(request, pk), TakeForm(request.POST)

    def act(**said: Any) -> None:
        given = form.cleaned_data
        owner, due_on = given["owner"], given["due_on"]
        actions.take(pk, run=_run(), owner_id=owner, due_on=due_on, **said)

    return _done(request, customer, form, act, _("Taken on."))


def _run() -> Run | None:
    return results.last_published()


@require_POST
@needs(Permission.EDIT_CUSTOMERS)
def record(request: Request, pk: int) -> HttpResponse:
    """Writes down what was done."""
    customer, form = customer_of(request, pk), RecordForm(request.POST)
    found = _open(pk)

    def act(**said: Any) -> None:
        given = form.cleaned_data
        way, note, due_on = given["way"], given["note"], given["due_on"]
        actions.record(found.pk, way=way, note=note, due_on=due_on, **said)

    return _done(request, customer, form, act, _("Written down."))


@require_POST
@needs(Permission.EDIT_CUSTOMERS)
def assign(request: Request, pk: int) -> HttpResponse:
    """Gives the follow-up to somebody else."""
    customer, form = customer_of(request, pk), AssignForm(request.POST)
    found = _open(pk)

    def act(**said: Any) -> None:
        actions.assign(found.pk, form.cleaned_data["owner"], **said)

    return _done(request, customer, form, act, _("Given over."))


@require_POST
@needs(Permission.EDIT_CUSTOMERS)
def close(request: Request, pk: int) -> HttpResponse:
    """Ends the follow-up; the way back stays open for a few seconds."""
    customer, form = customer_of(request, pk), CloseForm(request.POST)
    found = _open(pk)

    def act(**said: Any) -> None:
        given = form.cleaned_data
        actions.close(found.pk, given["state"], note=given["note"], **said)

    undo = reverse("customers:follow-up-reopen", args=[pk, found.pk])
    return _done(request, customer, form, act, _("Closed."), undo=undo)


@require_POST
@needs(Permission.EDIT_CUSTOMERS)
def reopen(request: Request, pk: int, follow_up: int) -> HttpResponse:
    """Takes an ending back."""
    customer_of(request, pk)
    if not FollowUp.objects.filter(pk=follow_up, customer=pk, closed_at__isnull=False).exists():
        raise Http404
    try:
        actions.reopen(follow_up, by=request.actor, at=clock.now())
    except ValidationError as error:
        toasts.say(request, " ".join(error.messages))
    else:
        toasts.say(request, _("Open again."))
    return redirect("customers:follow-up", pk)


def _open(customer_id: int) -> FollowUp:
    found = queries.latest_of(customer_id)
    if found is None:
        raise Http404
    return found


def _done(
    request: Request,
    customer: Customer,
    form: FollowUpForm,
    act: Act,
    words: str,
    *,
    undo: str = "",
) -> HttpResponse:
    """Does it once, however often it is sent, and shows how the follow-up stands now."""
    if not form.is_valid():
        return _shown(request, customer, form)
    at = clock.now()
    scope = f"follow-up.{type(form).__name__}.{customer.pk}"
    try:
        form.once(scope, partial(act, by=request.actor, at=at), at=at)
    except KeyReused as error:
        form.add_error(None, str(error))
        return _shown(request, customer, form)
    except ValidationError as error:
        form.refuse(error)
        return _shown(request, customer, form)
    toasts.say(request, words, undo=undo)
    if sheets.in_sheet(request):
        return _shown(request, customer)
    return redirect("customers:follow-up", customer.pk)


@needs(Permission.SEE_CUSTOMERS)
def follow_ups(request: Request) -> HttpResponse:
    """Whom people look after: one's own, all, or those that are closed; and what came of it."""
    stores = stores_of(request)
    whose = request.GET.get("whose", "mine")
    found = {
        "all": queries.standing(stores=stores),
        "closed": queries.closed(stores=stores),
    }.get(whose, queries.standing(stores=stores).filter(owner=request.actor.user_id))
    page = Paginator(queries.with_outcome(found.select_related("customer")), PAGE).get_page(
        request.GET.get("page")
    )
    choices = (("mine", _("Mine")), ("all", _("All open")), ("closed", _("Closed")))
    chosen = whose if whose in ("all", "closed") else "mine"
    context = {
        "page": page,
        "today": clock.today(),
        "whose": chosen,
        "choices": [(words, f"?whose={key}", key == chosen) for key, words in choices],
        "outcomes": queries.outcomes(clock.now(), stores=stores),
        "landmark_days": rules.LANDMARK.days,
        "level": rules.LEVEL,
        "sees_sales": request.actor.may(Permission.SEE_SALES),
        "sees_insights": request.actor.may(Permission.SEE_INSIGHTS),
    }
    return render(request, "understanding/warnings/follow_ups.html", context)
