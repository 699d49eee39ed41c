"""The lifecycle: where customers stand, how they move, what a stage brings, what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import formats
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.understanding.insights import charts, lifecycle_charts, rules, words
from regulars.understanding.insights.pages import named, nothing_yet, opened
from regulars.understanding.insights.queries import Findings
from regulars.understanding.insights.rules import Row

AHEAD = (1, 3, 6, 12)
"""The months ahead that the table of what is expected shows."""


@needs(Permission.SEE_INSIGHTS)
def lifecycle(request: Request) -> HttpResponse:
    """Where customers stand; for the whole business also how they move and what it brings."""
    found, context = opened(request)
    if found is None:
        return nothing_yet(request, context)
    stages = rules.stages(found.figure("stages"))
    context |= {
        "chart": charts.stages(stages) if any(stage.customers for stage in stages) else None,
        "stages": named(stages),
        "may_set": request.actor.may(Permission.SHAPE_BUSINESS),
        "rules": found.run.manifest["parameters"]["lifecycle"],
        "shows_customers": request.actor.may(Permission.SEE_CUSTOMERS),
    }
    if found.store is None:
        context |= _moving(found, request.GET.get("month", ""))
    return render(request, "understanding/insights/lifecycle.html", context)


def _moving(found: Findings, asked: str) -> dict[str, Any]:
    """What the transitions of the run tell; without a month to compare, what is missing."""
    fitted = found.run.manifest.get("transitions")
    if fitted is None:
        return {}
    flows = found.figure("stage_flows")
    months = sorted({row["month"] for row in flows}, reverse=True)
    month = asked if asked in months else next(iter(months), "")
    within = [row for row in flows if row["month"] == month]
    missing = fitted["missing"]
    return {
        "moving": True,
        "months": [
            (charts.month_name(one), f"?month={one}#flows", one == month) for one in months[:12]
        ],
        "flows": lifecycle_charts.flows(within, month) if within else None,
        "trend": lifecycle_charts.months(found.figure("stage_months")) if len(months) > 1 else None,
        "missing": words.missing(missing) if missing else "",
        "moves": [] if missing else _moves(found.figure("stage_moves")),
        "ahead": _ahead(),
        "expected": [] if missing else _expected(found.figure("stage_expected")),
        **_worth(found.figure("stage_value")),
        "tested": _tested(fitted["back_test"]),
        "window": fitted["window"],
        "sampled": fitted["share"] < 1,
    }


def _moves(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Stage -> where those in it stand a month later, the likeliest first, in a sentence."""
    told = []
    for stage in rules.STAGES:
        own = [row for row in rows if row["from_stage"] == stage and row["p"] >= 0.01]
        parts = [
            f"{words.STAGES[row['to_stage']]} {formats.percent(row['p'], 0)}"
            f" ({formats.percent(row['low'], 0)}–{formats.percent(row['high'], 0)})"
            for row in sorted(own, key=lambda row: -float(row["p"]))
        ]
        if parts:
            told.append((str(words.STAGES[stage]), " · ".join(parts)))
    return told


def _ahead() -> list[str]:
    """Headings of the table of what is expected."""
    later = [
        ngettext("In %(months)s month", "In %(months)s months", months) % {"months": months}
        for months in AHEAD
    ]
    return [_("Now"), *later]


def _expected(rows: Sequence[Row]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Stage -> its heading, count and interval today and after ``AHEAD`` months.

    A stage nobody stands in or may come to is left out.
    """
    by = {(row["stage"], row["months_ahead"]): row for row in rows}
    ever = [
        stage for stage in rules.STAGES if any(row["high"] for row in rows if row["stage"] == stage)
    ]
    return [
        (
            str(words.STAGES[stage]),
            [
                (heading, *_count(by[stage, months]))
                for heading, months in zip(_ahead(), (0, *AHEAD), strict=True)
            ],
        )
        for stage in ever
        if (stage, AHEAD[-1]) in by
    ]


def _count(row: Row) -> tuple[str, str]:
    low, high = formats.count(row["low"]), formats.count(row["high"])
    return formats.count(row["customers"]), f"{low}–{high}" if row["months_ahead"] else ""


def _worth(rows: Sequence[Row]) -> dict[str, Any]:
    """The rows of value and cost, in the order of a customer's life, with shares of discount."""
    months = next((row["months_since"] for row in rows if row["months_since"]), 12)
    heading = _("Spent since by who stood there %(months)s months before, each")
    by = {row["stage"]: row for row in rows}
    told = []
    for stage in rules.STAGES:
        if stage not in by:
            continue
        row: dict[str, Any] = dict(by[stage])
        full = row["spend_365d"] + (row["discount_365d"] or 0)
        each = row["acquisition_cost"]
        row["winning"] = None if each is None else each * row["customers"]
        row["discount_share"] = (row["discount_365d"] or 0) / full if full > 0 else None
        told.append({**row, "name": str(words.STAGES[stage])})
    cost = next((row["acquisition_cost"] for row in told if row["stage"] == "new"), None)
    return {"worth": told, "cost": cost, "since_heading": heading % {"months": months}}


def _tested(test: Mapping[str, Any] | None) -> str:
    if test is None:
        return ""
    return _(
        "Told one month ahead in each of the last %(months)s months, the counts were off by"
        " %(wrong)s of the customers; saying that everybody stays where they are, by %(unchanged)s."
    ) % {
        "months": test["months"],
        "wrong": formats.percent(test["misplaced"]),
        "unchanged": formats.percent(test["misplaced_if_unchanged"]),
    }
