"""How good the data is, field by field, with the records behind each figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from regulars.insight.quality import Dimension
from regulars.intake import jobs
from regulars.intake.models import Event, QualityReport
from regulars.kit import formats, sheets
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.kit.toasts import say
from regulars.offer.models import Item
from regulars.people.models import Customer
from regulars.sales.models import Order

TABLES = ("customers", "products", "lines", "events")


def table_name(table: str) -> str:
    return {
        "customers": _("Customers"),
        "products": _("Services and products"),
        "lines": _("Sales lines"),
        "events": _("Bookings and other events"),
    }[table]


def dimension_name(dimension: str) -> str:
    return {
        Dimension.COMPLETENESS: _("Complete"),
        Dimension.ACCURACY: _("Accurate"),
        Dimension.CONSISTENCY: _("Consistent"),
        Dimension.TIMELINESS: _("Timely"),
        Dimension.USABILITY: _("Usable"),
    }[Dimension(dimension)]


def field_name(field: str) -> str:
    return {
        "customer_id": _("Customer"), "order_id": _("Order number"),
        "ordered_at": _("Time of sale"),
        "product_id": _("Item"), "quantity": _("Quantity"), "amount": _("Amount"),
        "discount": _("Discount"), "store_id": _("Store"), "staff_id": _("Staff"),
        "channel": _("Channel"), "joined_on": _("Customer since"), "sex": _("Sex"),
        "birth_year": _("Year of birth"), "region": _("Region"), "occupation": _("Occupation"),
        "income_band": _("Income band"), "source": _("How they found us"), "name": _("Name"),
        "kind": pgettext("of an item", "Kind"), "category": _("Category"), "brand": _("Brand"),
        "price": _("Price"), "cost": _("Cost"), "at": _("Time"),
    }.get(field, field)  # fmt: skip


def check_name(check: str) -> str:
    """What a failing row does, as a sentence."""
    return {
        "filled": _("The field is empty."),
        "within": _("The value lies outside what is possible."),
        "one_of": _("The value is none of those it may have."),
        "matches": _("The value is not written as it should be."),
        "stands_once": _("The same value stands in several records."),
        "no_possible_duplicate": _("The very same line stands twice: perhaps entered twice."),
        "refers_to_products": _("It names an item that is not known."),
        "refers_to_customers": _("It names a customer who is not known."),
        "not_zero": _("The quantity is zero."),
        "same_sign_as_quantity": _("Quantity and amount have opposite signs."),
        "not_in_future": _("It lies in the future."),
        "not_above_price": _("The cost is above the price."),
        "usable": _("The field is empty or fails one of the checks, so analysis cannot use it."),
    }.get(check, check)


@dataclass(frozen=True)
class Cell:
    """One figure: share of good rows, and how many are not."""

    dimension: str
    score: float | None
    failed: int


@dataclass(frozen=True)
class Line:
    field: str
    label: str
    cells: list[Cell]


@dataclass(frozen=True)
class Panel:
    """The figures of one table of one source."""

    source: str
    table: str
    title: str
    newest: str | None
    rows: int
    lines: list[Line]


@needs(Permission.SEE_INSIGHTS)
def quality(request: Request) -> HttpResponseBase:
    """Each source and table with its fields and five dimensions."""
    report = QualityReport.objects.order_by("-pk").first()
    panels = _panels(report) if report else []
    context = {
        "report": report,
        "panels": panels,
        "dimensions": [dimension_name(dimension) for dimension in Dimension],
        "usable": _usable(report.scores) if report else None,
        "may_assess": request.actor.may(Permission.RUN_ANALYSIS),
        "being_assessed": jobs.is_being_assessed(),
    }
    return render(request, "intake/quality.html", context)


def _usable(scores: Iterable[Mapping[str, Any]]) -> str:
    told = [score for score in scores if score["dimension"] == Dimension.USABILITY]
    checked = sum(score["checked"] for score in told)
    return formats.percent(1 - sum(s["failed"] for s in told) / checked if checked else None)


def _panels(report: QualityReport) -> list[Panel]:
    newest = {(one["source"], one["table"]): one["newest"] for one in report.freshness}
    keys = sorted(
        {(score["source"], score["table"]) for score in report.scores},
        key=lambda key: (TABLES.index(key[1]), key[0]),
    )
    panels = []
    for source, table in keys:
        own = [s for s in report.scores if (s["source"], s["table"]) == (source, table)]
        fields = dict.fromkeys(score["field"] for score in own)
        lines = [Line(name, field_name(name), _cells(own, name)) for name in fields]
        title = f"{table_name(table)} · {source or _('by hand')}"
        rows = max(score["checked"] for score in own)
        panels.append(Panel(source, table, title, newest.get((source, table)), rows, lines))
    return panels


def _cells(scores: Iterable[Mapping[str, Any]], field: str) -> list[Cell]:
    cells = []
    for dimension in Dimension:
        told = [s for s in scores if s["field"] == field and s["dimension"] == dimension]
        checked, failed = sum(s["checked"] for s in told), sum(s["failed"] for s in told)
        cells.append(Cell(dimension, 1 - failed / checked if checked else None, failed))
    return cells


@needs(Permission.SEE_INSIGHTS)
def rows(request: Request) -> HttpResponseBase:
    """What a figure is made of: its checks, and the first records that fail each."""
    report = QualityReport.objects.order_by("-pk").first()
    asked = {name: request.GET.get(name, "") for name in ("source", "table", "field", "dimension")}
    told = report.scores if report else []
    scores = [score for score in told if all(score[n] == v for n, v in asked.items())]
    if not scores:
        raise Http404
    title = f"{field_name(asked['field'])} · {dimension_name(asked['dimension'])}"
    see = request.actor.may(Permission.SEE_CUSTOMERS)
    checks = [
        {
            "says": check_name(score["check"]),
            "checked": score["checked"],
            "failed": score["failed"],
            "records": records(asked["table"], score["rows"]) if see else [],
        }
        for score in scores
    ]
    return sheets.show(request, "intake/quality_rows.html", title=title, checks=checks)


def records(table: str, ids: list[int]) -> list[tuple[str, str]]:
    """What to call each record, and where it is shown ("" where it has no page)."""
    if table == "customers":
        found = Customer.objects.filter(pk__in=ids, erased_at=None)
        return [(str(one), reverse("customers:page", args=[one.pk])) for one in found]
    if table == "products":
        return [(f"{one.name} · {one.code}", "") for one in Item.objects.filter(pk__in=ids)]
    if table == "lines":
        orders = Order.objects.filter(pk__in=ids)
        return [(f"{one.source} · {one.key}", _page_of(one.customer_id)) for one in orders]
    events = Event.objects.filter(pk__in=ids)
    return [(f"{one.kind} · {one.key}", _page_of(one.customer_id)) for one in events]


def _page_of(customer_id: int | None) -> str:
    return reverse("customers:page", args=[customer_id]) if customer_id else ""


@needs(Permission.RUN_ANALYSIS)
@require_POST
def assess(request: Request) -> HttpResponseBase:
    """Looks through the data anew, in the background."""
    jobs.assess_soon()
    say(request, _("The data are being looked through. Come back in a minute."))
    return redirect("intake:quality")
