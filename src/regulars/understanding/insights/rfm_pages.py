"""The page of recency and frequency, and the sheet of each of its cells."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.kit import formats, sheets
from regulars.kit.faces import Request, needs
from regulars.kit.grids import Cell, Grid, shade
from regulars.kit.permissions import Permission
from regulars.kit.templatetags.formats import currency_sign
from regulars.understanding.insights import queries, rules, words
from regulars.understanding.insights.pages import nothing_yet, opened
from regulars.understanding.insights.queries import Findings

PER_CELL = 20


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
        "declared": found.run.manifest["parameters"]["cuts"] is not None,
        "may_set": request.actor.may(Permission.SHAPE_BUSINESS),
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
