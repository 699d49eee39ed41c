"""The lists of people Today speaks of: who is expected, overdue, or has a birthday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from regulars.kit import clock, formats, sheets
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.kit.templatetags.formats import currency_sign
from regulars.offer import scope
from regulars.people.birthdays import celebrated_between, next_birthday
from regulars.people.models import Customer
from regulars.people.queries import known
from regulars.sales.queries import Stores
from regulars.site.today.todo import BIRTHDAY_DAYS, WEEK
from regulars.understanding import attention, queries
from regulars.understanding.customers.filters import visible_to
from regulars.understanding.models import CustomerResult, Run

PER_SHEET = 20
Rows = list[tuple[Customer, date | None, str]]


@needs(Permission.SEE_CUSTOMERS)
def people(request: Request, name: str) -> HttpResponse:
    """One list of people, in the side sheet."""
    seen = scope.scope_of(request.actor, Permission.SEE_CUSTOMERS, request.session)
    if name not in LISTS:
        raise Http404
    title, method, page, rows = LISTS[name](seen.ids, request.GET.get("page", "1"))
    return sheets.show(
        request,
        "site/today/people.html",
        title=title,
        method=method,
        rows=rows,
        page=page,
        address="?list",
    )


def _expected(stores: Stores, number: str) -> tuple[str, str, Any, Rows]:
    today = clock.today()
    run = _published()
    found = attention.expected_between(run, today, today + WEEK, stores=stores)
    method = _(
        "The day of the last visit plus the usual gap of each one (the median of their own gaps; "
        "with few visits, mixed with the shop's). A habit, not a promise."
    )
    return (_("Expected in the next 7 days"), method, *_page_of_results(found, number))


def _overdue(stores: Stores, number: str) -> tuple[str, str, Any, Rows]:
    found = attention.overdue(_published(), clock.today(), stores=stores)
    method = _(
        "The day they would usually have come by has passed, and they are not yet twice as late "
        "as usual: now a friendly word may still be enough."
    )
    return (_("Later than usual"), method, *_page_of_results(found, number))


def _published() -> Run:
    run = queries.last_published()
    if run is None:
        raise Http404
    return run


def _page_of_results(found: QuerySet[CustomerResult], number: str) -> tuple[Any, Rows]:
    page = Paginator(found, PER_SHEET).get_page(number)
    sign = currency_sign()
    return page, [
        (one.customer, one.expected_next_on, formats.money(one.spend_365d, sign=sign))
        for one in page
    ]


def _birthdays(stores: Stores, number: str) -> tuple[str, str, Any, Rows]:
    today = clock.today()
    condition = celebrated_between(today, today + timedelta(days=BIRTHDAY_DAYS - 1))
    found = known().filter(condition, visible_to(stores))
    coming = sorted(found, key=lambda one: (next_birthday(one, today) or today, one.pk))
    page = Paginator(coming, PER_SHEET).get_page(number)
    method = _("Lunar birthdays are counted on the day they fall this year.")
    rows = [(one, next_birthday(one, today), _turning(one, today)) for one in page]
    return _("Birthdays in the next 7 days"), method, page, rows


def _turning(customer: Customer, today: date) -> str:
    coming = next_birthday(customer, today)
    if not customer.birth_year or not coming:
        return _("lunar") if customer.birth_calendar == "lunar" else ""
    return _("turns %(years)s") % {"years": coming.year - customer.birth_year}


LISTS: dict[str, Callable[[Stores, str], tuple[str, str, Any, Rows]]] = {
    "expected": _expected,
    "overdue": _overdue,
    "birthdays": _birthdays,
}
