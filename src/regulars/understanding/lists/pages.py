"""The pages of saved lists: all of them, one of them, saving, changing, deleting."""

from __future__ import annotations

from functools import partial

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kit import clock, formats, sheets, toasts
from regulars.kit.faces import Request, needs
from regulars.kit.idempotency import KeyReused
from regulars.kit.permissions import Permission
from regulars.understanding import queries as results
from regulars.understanding.customers import chips
from regulars.understanding.customers.filters import with_results
from regulars.understanding.customers.list_pages import Asked, asked_of, stores_of
from regulars.understanding.lists import actions, picking, queries
from regulars.understanding.lists.forms import ListForm, SaveForm
from regulars.understanding.lists.models import SavedList

PAGE = 25


def address_of(list_id: int) -> str:
    """The customers of a list."""
    return f"{reverse('customers:list')}?list={list_id}"


def list_of(list_id: int, *, deleted: bool = False) -> SavedList:
    """A list that is there (or, with `deleted`, one that is not).

    Raises:
        Http404: there is none.
    """
    found = SavedList.objects.filter(pk=list_id, deleted_at__isnull=not deleted)
    saved = found.select_related("run").first()
    if saved is None:
        raise Http404
    return saved


@needs(Permission.SEE_CUSTOMERS)
def lists(request: Request) -> HttpResponse:
    """All lists, the newest first."""
    page = Paginator(queries.standing(), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(saved, picking.origin(saved)) for saved in page],
        "may_save": request.actor.may(Permission.EDIT_CUSTOMERS),
        "may_export": request.actor.may(Permission.EXPORT_CUSTOMERS),
    }
    return render(request, "understanding/lists/lists.html", context)


@needs(Permission.EDIT_CUSTOMERS)
def save(request: Request) -> HttpResponse:
    """Saves the customers of an address as a list."""
    form = SaveForm(request.POST or None, initial={"chosen": request.GET.urlencode()})
    chosen = request.POST.get("chosen", "") if form.is_bound else request.GET.urlencode()
    asked = asked_of(request, QueryDict(chosen))
    if form.is_bound and form.is_valid():
        try:
            pk = _save(request, form, asked)
        except KeyReused as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.refuse(error.message_dict if hasattr(error, "error_dict") else error.messages)
        else:
            toasts.say(request, _("Saved as a list."))
            return sheets.leave(request, address_of(pk))
    return sheets.show(
        request,
        "understanding/lists/save.html",
        title=_("Save as a list"),
        status=422 if form.is_bound else 200,
        form=form,
        applied=chips.applied(asked.filters),
        left_out=asked.form.errors,
        count=asked.count(asked.filters),
        most=actions.MOST_MEMBERS,
    )


def _save(request: Request, form: SaveForm, asked: Asked) -> int:
    if asked.form.errors:
        raise ValidationError(_("One of the filters cannot be read. Choose them anew."))
    at = clock.now()
    draft = actions.ListDraft(
        name=form.cleaned_data["name"],
        note=form.cleaned_data["note"],
        filters=picking.kept(asked.address.query),
        searched=bool(asked.filters.text),
        stores=asked.stores,
        run=asked.run,
    )
    picked = with_results(asked.run).filter(asked.wanted(asked.filters))
    write = partial(actions.save_list, draft, picked, by=request.actor, at=at)
    return int(form.once("customers.save_list", write, at=at))


@needs(Permission.SEE_CUSTOMERS)
def one_list(request: Request, pk: int) -> HttpResponse:
    """What a list is, how it stands today, and its name and note to change."""
    saved = list_of(pk)
    given = request.POST if request.method == "POST" else None
    form = ListForm(given) if given else ListForm.of(saved)
    if form.is_bound and form.is_valid():
        name, note = form.cleaned_data["name"], form.cleaned_data["note"]
        try:
            actions.change_list(pk, name, note, by=request.actor, at=clock.now())
        except ValidationError as error:
            form.add_error("name", error.messages)
        else:
            toasts.say(request, _("Changed."))
            return sheets.leave(request, address_of(pk))
    return sheets.show(
        request,
        "understanding/lists/list.html",
        title=saved.name,
        status=422 if form.is_bound else 200,
        form=form,
        saved=saved,
        origin=picking.origin(saved),
        compared=picking.compare(
            saved,
            results.last_published(),
            stores=stores_of(request),
            sees_sales=request.actor.may(Permission.SEE_SALES),
        ),
        address=f"?{picking.query_of(saved).urlencode()}",
        newcomers=picking.newcomers(saved),
        may_change=actions.may_change(saved, request.actor),
        may_export=request.actor.may(Permission.EXPORT_CUSTOMERS),
    )


@require_POST
@needs(Permission.EDIT_CUSTOMERS)
def delete(request: Request, pk: int) -> HttpResponse:
    """Takes a list away; for some days it can be brought back."""
    saved = list_of(pk)
    actions.delete_list(pk, by=request.actor, at=clock.now())
    words = _("The list %(name)s is deleted; the %(n)s customers on it stay as they are.")
    told = words % {"name": saved.name, "n": formats.count(saved.size)}
    toasts.say(request, told, undo=reverse("customers:list-restore", args=[pk]))
    return sheets.leave(request, reverse("customers:lists"))


@require_POST
@needs(Permission.EDIT_CUSTOMERS)
def restore(request: Request, pk: int) -> HttpResponse:
    """Brings a deleted list back, unless its name is another's by now."""
    list_of(pk, deleted=True)
    try:
        actions.restore_list(pk, by=request.actor, at=clock.now())
    except ValidationError as error:
        toasts.say(request, " ".join(error.messages))
        return redirect("customers:lists")
    toasts.say(request, _("The list is back."))
    return redirect(address_of(pk))
