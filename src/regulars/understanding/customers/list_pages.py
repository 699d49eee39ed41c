"""The list of customers: search, filters, sort, pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from regulars.kit import clock, sheets
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.offer.scope import scope_of
from regulars.people import queries as people
from regulars.sales.queries import last_order_at
from regulars.understanding import queries
from regulars.understanding.customers import chips, listing, paging
from regulars.understanding.customers.addresses import Address
from regulars.understanding.customers.filter_form import TEXT_LENGTH, FilterForm
from regulars.understanding.customers.filters import (
    OF_MONEY,
    Filters,
    Stores,
    visible_to,
    with_results,
)
from regulars.understanding.customers.groups import group_choices
from regulars.understanding.customers.sealed_text import seal
from regulars.understanding.lists import queries as lists
from regulars.understanding.models import Run

PART = "#customers"
OLD_AFTER = timedelta(days=3)


@dataclass(frozen=True)
class Asked:
    """What someone asks of the list, and what they may see of it."""

    form: FilterForm
    filters: Filters
    address: Address
    run: Run | None
    stores: Stores

    def wanted(self, filters: Filters) -> Q:
        return filters.condition(clock.today()) & visible_to(self.stores)

    def count(self, filters: Filters) -> int:
        return paging.count_up_to(with_results(self.run).filter(self.wanted(filters)))


def stores_of(request: Request) -> Stores:
    """The stores whose customers this person sees; None for all of the business."""
    scope = scope_of(request.actor, Permission.SEE_CUSTOMERS, request.session)
    return scope.ids if scope.switchable or scope.allowed is not None else None


def asked_of(request: Request, query: QueryDict) -> Asked:
    """Reads an address of the list."""
    form = FilterForm(query)
    filters = form.filters()
    if not request.actor.may(Permission.SEE_SALES):
        filters = filters.without(*OF_MONEY)
    return Asked(form, filters, Address(query), queries.last_published(), stores_of(request))


@require_http_methods(["GET", "POST"])
@needs(Permission.SEE_CUSTOMERS)
def customers(request: Request) -> HttpResponse:
    """The list. A search comes by POST, so that no name stands in an address, and is sealed."""
    query = request.GET
    if request.method == "POST":
        text = request.POST.get("q", "").strip()[:TEXT_LENGTH].replace("\x00", "")
        query = QueryDict(Address(query).changed(find=seal(text) or None)[1:])
        if not _is_part(request):
            return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
    asked = asked_of(request, query)
    context = _page(asked, query) | _rights(request)
    if _is_part(request):
        answer = render(request, "understanding/customers/_found.html", context)
        answer.headers["HX-Replace-Url"] = f"{request.path}?{query.urlencode()}"
    else:
        answer = render(request, "understanding/customers/list.html", context)
    answer.headers["Vary"] = "HX-Target"
    return answer


def _rights(request: Request) -> dict[str, bool]:
    return {
        "sees_sales": request.actor.may(Permission.SEE_SALES),
        "may_import": request.actor.may(Permission.IMPORT_DATA),
        "may_export": request.actor.may(Permission.EXPORT_CUSTOMERS),
        "may_edit": request.actor.may(Permission.EDIT_CUSTOMERS),
    }


def _sales_until() -> date | None:
    """The day of the last sale, where it is so long ago that someone should know."""
    latest = last_order_at()
    until = latest.astimezone(clock.zone()).date() if latest else None
    return until if until and clock.today() - until > OLD_AFTER else None


def _extra_columns(filters: Filters, sort: str) -> dict[str, bool]:
    """Columns that are shown only where the list is sorted or narrowed by them."""
    used = filters.used()
    return {
        "shows_value": sort == "value" or bool({"value_from", "value_to"} & set(used)),
        "shows_loss": sort == "loss" or bool({"loss_from", "loss_to", "cause"} & set(used)),
    }


def _is_part(request: Request) -> bool:
    return request.headers.get("HX-Target", "").endswith(PART)


def _page(asked: Asked, query: QueryDict) -> dict[str, Any]:
    key, descending = listing.parse_sort(query.get("sort", "-" + listing.FIRST_SORT))
    found = paging.page(
        with_results(asked.run),
        asked.wanted(asked.filters),
        listing.SORTS[key].order(descending=descending),
        after=_id(query, "after"),
        before=_id(query, "before"),
    )
    context = {
        "form": asked.form,
        "filters": asked.filters,
        "address": asked.address.changed(),
        "clear_search": asked.address.without("find"),
        "run": asked.run,
        "failed": queries.later_failure(asked.run),
        "rows": listing.rows(found.ids, asked.run),
        "sorts": _sorts(asked, key, descending),
        "chips": chips.quick(asked.filters, asked.address),
        "before": asked.address.changed(before=found.before) if found.before else "",
        "after": asked.address.changed(after=found.after) if found.after else "",
        "page": found,
        "last": (found.skipped or 0) + len(found.ids),
        "narrowed": bool(asked.filters.used()),
        "sales_until": _sales_until(),
        "saved": lists.standing().filter(pk=asked.filters.saved or 0).first(),
        **_extra_columns(asked.filters, key),
    }
    if found.total is None and not asked.filters.used():
        context["about"] = listing.about_how_many()
    return context if found.ids else context | _nothing(asked)


@needs(Permission.SEE_CUSTOMERS)
def more_filters(request: Request) -> HttpResponse:
    """All filters in a sheet; the form leads back to the list."""
    asked = asked_of(request, request.GET)
    asked.form.is_valid()
    groups = group_choices(asked.filters.traits)
    offered = {code for each in groups for code, _words, _chosen in each.groups}
    return sheets.show(
        request,
        "understanding/customers/filters.html",
        title=_("Filter customers"),
        form=asked.form,
        sees_sales=request.actor.may(Permission.SEE_SALES),
        kept=[
            (name, value)
            for name in ("find", "sort", "r", "f", "in")
            for value in request.GET.getlist(name)
            if value not in offered
        ],
        groups=groups,
        grouped=bool(offered.intersection(asked.filters.traits)),
    )


def _id(query: QueryDict, name: str) -> int | None:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@dataclass(frozen=True)
class Heading:
    """A column that sorts: its address, and how it sorts now ("ascending", "descending", "")."""

    key: str
    label: str
    url: str
    direction: str
    of_money: bool


def _sorts(asked: Asked, key: str, descending: bool) -> dict[str, Heading]:
    headings = {}
    for name, sort in listing.SORTS.items():
        down = not descending if name == key else sort.descending
        direction = ("descending" if descending else "ascending") if name == key else ""
        url = asked.address.changed(sort=f"-{name}" if down else name)
        headings[name] = Heading(name, str(sort.label), url, direction, sort.of_money)
    return headings


def _nothing(asked: Asked) -> dict[str, Any]:
    """Why the list is empty: no customer at all, or which filter to drop for how many."""
    if not asked.filters.used():
        return {"nobody": not people.known().exists()}
    relaxed = [
        (one, one.dropped_from(asked.address), asked.count(one.dropped(asked.filters)))
        for one in chips.applied(asked.filters)
    ]
    return {"relax": sorted(relaxed, key=lambda each: -each[2])}
