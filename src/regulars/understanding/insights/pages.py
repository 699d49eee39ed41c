"""What every insight page shows, and the first of them: the overview."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.kit import formats
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.offer.scope import scope_of
from regulars.understanding.insights import charts, queries, rules, runs, words
from regulars.understanding.insights.queries import Findings

MONTHS_FOR_A_LINE = 2


def opened(request: Request) -> tuple[Findings | None, dict[str, Any]]:
    """What this person may see of the last published run, and what every page of it shows."""
    state = runs.state_of_results()
    seen = scope_of(request.actor, Permission.SEE_INSIGHTS, request.session)
    found = queries.findings(state.published, seen) if state.published else None
    names = [
        (_("Overview"), "overview"),
        (_("Who they are"), "who"),
        (_("Purchase behaviour"), "behaviour"),
        (_("Customer value"), "value"),
        (_("RFM grades"), "rfm"),
        (_("Lifecycle"), "lifecycle"),
        (_("Churn warning"), "warnings"),
        (_("Segments"), "segments"),
        (_("Methods"), "method"),
    ]
    tabs = [(name, reverse(f"understanding:{url}")) for name, url in names]
    return found, {"tabs": tabs, "state": state, "found": found, "scope": seen}


def nothing_yet(request: Request, context: dict[str, Any]) -> HttpResponse:
    """The page before the first analysis, or without a store of one's own."""
    return render(request, "understanding/insights/empty.html", context)


@needs(Permission.SEE_INSIGHTS)
def overview(request: Request) -> HttpResponse:
    found, context = opened(request)
    if found is None:
        return nothing_yet(request, context)
    months = rules.whole_months(found.figure("months"), found.run.as_of)
    stages = rules.stages(found.figure("stages"))
    context |= {
        "customers": sum(stage.customers for stage in stages),
        "active": queries.active(found),
        "concentration": queries.concentration(found),
        "months": months,
        "last_month": charts.month_name(months[-1]["month"]) if months else "",
        "new": rules.movement(months, "new_customers"),
        "buying": rules.movement(months, "customers"),
        "moved": _moved(months),
        "line": charts.months(months) if len(months) >= MONTHS_FOR_A_LINE else None,
        "buyers": charts.buyers(months) if len(months) >= MONTHS_FOR_A_LINE else None,
        "stages": named(stages),
        "overdue": next(stage for stage in stages if stage.name == "at_risk"),
        "overdue_sentence": charts.stages(stages).sentence,
        "shows_customers": request.actor.may(Permission.SEE_CUSTOMERS),
    }
    return render(request, "understanding/insights/overview.html", context)


def _moved(months: list[rules.Row]) -> list[tuple[str, str, rules.Movement]]:
    columns = {
        "spend": _("Turnover"),
        "purchases": _("Orders"),
        "customers": _("Customers who bought"),
        "returning": _("Returning customers"),
        "new_customers": _("New customers"),
    }
    told = [{**row, "returning": row["customers"] - row["new_customers"]} for row in months]
    found = []
    for column, label in columns.items():
        moved = rules.movement(told, column)
        if moved:
            written = (
                charts.short_money(moved.value) if column == "spend" else formats.count(moved.value)
            )
            found.append((label, written, moved))
    return found


def named(stages: list[rules.Stage]) -> list[tuple[str, rules.Stage]]:
    """The stages with what they are called."""
    return [(str(words.STAGES[stage.name]), stage) for stage in stages]
