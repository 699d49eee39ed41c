"""Today, and the sheets behind its figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kit import clock, formats, sheets
from regulars.kit.charts import Chart, Series
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.kit.templatetags.formats import currency_sign, in_chinese
from regulars.offer import scope
from regulars.people.models import Customer
from regulars.sales import buyers as buying
from regulars.sales import queries as sales
from regulars.sales.models import Line
from regulars.site.today import sheets as figures
from regulars.site.today.spans import CHART_DAYS, DAYS, Span, span
from regulars.site.today.todo import WEEK, todos
from regulars.understanding import attention, queries

PER_SHEET = 20
MOST_EXPECTED = 8
MOST_RECENT = 8


@needs(Permission.SEE_TODAY)
def today(request: Request) -> HttpResponse:
    """What happened, how it compares, and what to do about it."""
    if not sales.last_order_at() and not Customer.objects.exists():
        return render(request, "site/today/first_steps.html")
    seen = scope.scope_of(request.actor, Permission.SEE_TODAY, request.session)
    quiet = "range" not in request.GET and not _sold_today(seen.ids)
    chosen = _span(request, "7d" if quiet else "today")
    context: dict[str, Any] = {
        "span": chosen,
        "quiet": quiet,
        "scope": seen,
        "shows_customers": request.actor.may(Permission.SEE_CUSTOMERS),
        "ranges": _ranges(chosen),
        "todos": todos(request.actor, clock.today(), stores=seen.ids),
    }
    if request.actor.may(Permission.SEE_SALES):
        context |= _sales(chosen, seen.ids)
    if request.actor.may(Permission.SEE_CUSTOMERS):
        context |= _expected(seen.ids)
    return render(request, "site/today/today.html", context)


def _sold_today(stores: sales.Stores) -> bool:
    """Before the first sale of the day the last week tells more than a row of zeros."""
    return any(one.orders for one in sales.by_day(clock.today(), clock.today(), stores=stores))


def _span(request: Request, usual: str = "today") -> Span:
    return span(request.GET.get("range", usual), clock.now().astimezone(clock.zone()))


def _ranges(chosen: Span) -> list[tuple[str, str, bool]]:
    names = {"today": _("Today"), "7d": _("7 days"), "30d": _("30 days")}
    return [(names[key], f"?range={key}", key == chosen.key) for key in DAYS]


def _sales(chosen: Span, stores: sales.Stores) -> dict[str, Any]:
    found = figures.figures(chosen, stores=stores)
    return {
        "figures": found,
        "chart": _chart(chosen.last, stores),
        "recent": sales.latest_orders(clock.now(), MOST_RECENT, stores=stores),
    }


def _chart(today: date, stores: sales.Stores) -> Chart | None:
    """Whole days only: a day half gone would look like a fall."""
    days = [today - timedelta(days=back) for back in range(CHART_DAYS, 0, -1)]
    sold = {one.day: one.amount for one in sales.by_day(days[0], days[-1], stores=stores)}
    if not sold:
        return None
    amounts = [sold.get(day, 0) for day in days]
    half = CHART_DAYS // 2
    change = formats.delta(
        sum(amounts[half:]) / sum(amounts[:half]) - 1 if sum(amounts[:half]) > 0 else None
    )
    words = {
        "sum": formats.money_short(sum(amounts), sign=currency_sign(), chinese=in_chinese()),
        "change": change.text,
    }
    return Chart(
        kind="line",
        sentence=_("%(sum)s in the 8 weeks up to yesterday; the last 4 against the 4 before: "
                   "%(change)s.") % words,
        x=[f"{day.month}/{day.day}" for day in days],
        series=[Series(_("Turnover"), amounts)],
        unit="money",
        x_name=_("Day"),
    )  # fmt: skip


def _expected(stores: sales.Stores) -> dict[str, Any]:
    run = queries.last_published()
    if run is None:
        return {}
    today = clock.today()
    expected = attention.expected_between(run, today, today + WEEK, stores=stores)
    return {"run": run, "expected": expected[:MOST_EXPECTED], "expected_count": expected.count()}


@needs(Permission.SEE_SALES)
def figure(request: Request, name: str) -> HttpResponse:
    """Where a figure comes from, down to the documents."""
    if name not in figures.SHEETS:
        raise Http404
    seen = scope.scope_of(request.actor, Permission.SEE_SALES, request.session)
    chosen = _span(request)
    only_returns = request.GET.get("only") == "returns"
    query = {"range": chosen.key} | ({"only": "returns"} if only_returns else {})
    return sheets.show(
        request,
        "site/today/figure.html",
        title=_("Where this figure comes from"),
        sheet=figures.SHEETS[name](chosen, stores=seen.ids),
        name=name,
        span=chosen,
        scope=seen,
        only_returns=only_returns,
        address="?" + urlencode(query),
        shows_customers=request.actor.may(Permission.SEE_CUSTOMERS),
        **_documents(request, name, chosen, seen.ids, only_returns),
    )  # fmt: skip


def _documents(
    request: Request, name: str, chosen: Span, stores: sales.Stores, only_returns: bool
) -> dict[str, Any]:
    number = request.GET.get("page", "1")
    if name == "repeat":
        return {"buyers": _buyers_page(number, chosen, stores)}
    orders = sales.orders_between(**chosen.bounds, stores=stores)
    if only_returns:
        given_back = Line.objects.filter(order=OuterRef("pk"), amount__lt=0)
        orders = orders.filter(Exists(given_back))
    page = Paginator(orders.prefetch_related("lines__item"), PER_SHEET).get_page(number)
    return {"orders": page}


def _buyers_page(number: str, chosen: Span, stores: sales.Stores) -> Page[buying.Buyer]:
    total = buying.buyers(**chosen.bounds, stores=stores).known
    paginator: Paginator[Any] = Paginator(range(total), PER_SHEET)
    page = paginator.get_page(number)
    listed = buying.buyers_listed(
        **chosen.bounds, stores=stores, limit=PER_SHEET, offset=max(page.start_index() - 1, 0)
    )
    names = Customer.objects.in_bulk([buyer.customer_id for buyer in listed])
    rows = [(names[buyer.customer_id], buyer) for buyer in listed]
    return Page(rows, page.number, paginator)


@require_POST
@needs(Permission.SEE_TODAY)
def choose_store(request: Request) -> HttpResponse:
    """Looks at one store, or at all of them again."""
    given = request.POST.get("store", "")
    scope.choose(int(given) if given.isdecimal() else None, request.session)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(back if safe else reverse("today"))
