"""The insight pages: overview, purchase behaviour, RFM, lifecycle."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.kit import formats, sheets
from regulars.kit.charts import Chart
from regulars.kit.faces import Request, needs
from regulars.kit.grids import Cell, Grid, shade
from regulars.kit.permissions import Permission
from regulars.kit.templatetags.formats import currency_sign
from regulars.offer.scope import scope_of
from regulars.understanding.insights import charts, queries, rules, runs, words
from regulars.understanding.insights.queries import Findings

PER_CELL = 20
MONTHS_FOR_A_LINE = 2
BEHAVIOUR = ("category", "product", "brand", "staff", "store", "channel")


def opened(request: Request) -> tuple[Findings | None, dict[str, Any]]:
    """What this person may see of the last published run, and what every page of it shows."""
    state = runs.state_of_results()
    seen = scope_of(request.actor, Permission.SEE_INSIGHTS, request.session)
    found = queries.findings(state.published, seen) if state.published else None
    names = [
        (_("Overview"), "overview"),
        (_("Purchase behaviour"), "behaviour"),
        (_("Value (RFM)"), "rfm"),
        (_("Lifecycle"), "lifecycle"),
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
        "stages": _named(stages),
    }
    return render(request, "understanding/insights/overview.html", context)


def _moved(months: list[rules.Row]) -> list[tuple[str, str, rules.Movement]]:
    columns = {
        "spend": _("Turnover"),
        "purchases": _("Orders"),
        "customers": _("Customers who bought"),
        "new_customers": _("New customers"),
    }
    found = []
    for column, label in columns.items():
        moved = rules.movement(months, column)
        if moved:
            written = (
                charts.short_money(moved.value) if column == "spend" else formats.count(moved.value)
            )
            found.append((label, written, moved))
    return found


def _named(stages: list[rules.Stage]) -> list[tuple[str, rules.Stage]]:
    return [(str(words.STAGES[stage.name]), stage) for stage in stages]


@needs(Permission.SEE_INSIGHTS)
def behaviour(request: Request) -> HttpResponse:
    found, context = opened(request)
    if found is None:
        return nothing_yet(request, context)
    subjects = [subject for subject in BEHAVIOUR if len(found.figure(f"top_{subject}")) > 1]
    asked = request.GET.get("by", "")
    by = asked if asked in subjects else next(iter(subjects), "")
    holidays = rules.occasions(found.figure("occasions"))
    frequency, amounts = found.figure("frequency"), found.figure("amounts")
    hours, seasons = found.figure("weekday_hours"), found.figure("seasons")
    context |= {
        "frequency": charts.frequency(frequency) if frequency else None,
        "amounts": charts.amounts(amounts) if amounts else None,
        "subjects": [
            (str(words.SUBJECTS[subject]), f"?by={subject}#preference", subject == by)
            for subject in subjects
        ],
        "preference": _preference(found, by) if by else None,
        "week": charts.week(hours) if hours else None,
        "seasons": charts.seasons(seasons) if len(seasons) > 1 else None,
        "occasions": charts.occasions(holidays) if holidays else None,
        "calendar": found.run.manifest["parameters"]["country"],
    }
    return render(request, "understanding/insights/behaviour.html", context)


def _preference(found: Findings, subject: str) -> Chart:
    rows = found.figure(f"top_{subject}")
    names = queries.names_of(subject, [row["value"] for row in rows[: charts.TOP]])
    return charts.preference(subject, rows, names)


@needs(Permission.SEE_INSIGHTS)
def rfm(request: Request) -> HttpResponse:
    found, context = opened(request)
    if found is None:
        return nothing_yet(request, context)
    cells = rules.grid(found.figure("rfm_grid"))
    if not cells:
        return render(request, "understanding/insights/rfm.html", context)
    best = max(cells.values(), key=lambda cell: (cell.r + cell.f, cell.r))
    context |= {
        "grid": rfm_grid(found, cells, best),
        "people": sum(cell.customers for cell in cells.values()),
        "best": best,
        "best_name": words.cell(best),
        "best_customers": queries.cell_customers(found, best.r, best.f)[:7],
        "cuts": found.run.manifest["cuts"],
        "shows_customers": request.actor.may(Permission.SEE_CUSTOMERS),
    }
    return render(request, "understanding/insights/rfm.html", context)


def rfm_grid(
    found: Findings, cells: dict[tuple[int, int], rules.Cell], current: rules.Cell
) -> Grid:
    """The grid of buttons, the most recent row on top, the darkest the highest mean spend."""
    cuts = found.run.manifest["cuts"]
    recency = rules.bands(cuts["recency"], least=1)
    frequency = rules.bands(cuts["frequency"], least=1)
    dearest = max(cell.mean_spend for cell in cells.values())
    sign = currency_sign()

    def written(r: int, f: int) -> Cell:
        cell = cells.get((r, f))
        if cell is None:
            return Cell("0", unit=_("people"))
        return Cell(
            formats.count(cell.customers),
            shade(cell.mean_spend, dearest),
            label=str(words.SEGMENTS[cell.segment]),
            note=_("mean %(spend)s") % {"spend": formats.money(cell.mean_spend, sign=sign)},
            url=reverse("understanding:cell", args=[r, f]),
            unit=_("people"),
            current=cell == current,
        )

    scores = range(1, len(frequency) + 1)
    return Grid(
        _("The stronger the colour, the more a customer spent in the last 12 months."),
        [words.times(band) for band in frequency],
        [
            (words.days_ago(band), [written(5 - place, f) for f in scores])
            for place, band in enumerate(recency)
        ],
    )


@needs(Permission.SEE_INSIGHTS)
def cell(request: Request, r: int, f: int) -> HttpResponse:
    """Who stands in one cell of the grid, in the side sheet."""
    found, _context = opened(request)
    cells = rules.grid(found.figure("rfm_grid")) if found else {}
    if found is None or (r, f) not in cells:
        raise Http404
    one = cells[r, f]
    cuts = found.run.manifest["cuts"]
    return sheets.show(
        request,
        "understanding/insights/cell.html",
        title=words.cell(one),
        cell=one,
        recency=words.days_ago(rules.bands(cuts["recency"], least=1)[5 - r]),
        frequency=words.times(rules.bands(cuts["frequency"], least=1)[f - 1]),
        customers=queries.cell_customers(found, r, f)[:PER_CELL],
        store=found.store,
        shows_customers=request.actor.may(Permission.SEE_CUSTOMERS),
    )


@needs(Permission.SEE_INSIGHTS)
def lifecycle(request: Request) -> HttpResponse:
    found, context = opened(request)
    if found is None:
        return nothing_yet(request, context)
    stages = rules.stages(found.figure("stages"))
    context |= {
        "chart": charts.stages(stages) if any(stage.customers for stage in stages) else None,
        "stages": _named(stages),
        "rules": found.run.manifest["parameters"]["lifecycle"],
        "shows_customers": request.actor.may(Permission.SEE_CUSTOMERS),
    }
    return render(request, "understanding/insights/lifecycle.html", context)
