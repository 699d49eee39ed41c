"""Who the customers are: each recorded trait with how many, how valuable and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from regulars.kit.charts import Chart
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.understanding.insights import relation_words, who_charts
from regulars.understanding.insights.pages import nothing_yet, opened
from regulars.understanding.insights.queries import Findings
from regulars.understanding.insights.rules import Row
from regulars.understanding.traits_words import dimension_words, value_words

DIMENSIONS = ("age", "sex", "region", "occupation", "income", "source")
FEW = 0.5
"""Below this share of customers with a trait on record the page warns of it."""
MEASURES = ("spend", "frequency", "risk")


@dataclass(frozen=True)
class Trait:
    """One trait as the page shows it; `recorded` is the share of customers it is known of."""

    name: str
    recorded: float
    charts: list[Chart]
    groups: list[dict[str, Any]]
    verdicts: list[str]

    @property
    def few(self) -> bool:
        return self.recorded < FEW


@needs(Permission.SEE_INSIGHTS)
def who(request: Request) -> HttpResponse:
    """One card a trait that anything is recorded of, and what is recorded of nobody."""
    found, context = opened(request)
    if found is None:
        return nothing_yet(request, context)
    shows = request.actor.may(Permission.SEE_CUSTOMERS)
    relations = found.figure("who_relations")
    rows = found.figure("who")
    traits, nothing = [], []
    for dimension in DIMENSIONS:
        own = [row for row in rows if row["dimension"] == dimension]
        if any(row["value"] is not None for row in own):
            traits.append(_trait(found, dimension, own, relations, shows))
        else:
            nothing.append(dimension_words(dimension))
    context |= {"traits": traits, "nothing": nothing, "compared": len(relations)}
    return render(request, "understanding/insights/who.html", context)


def _trait(
    found: Findings, dimension: str, rows: Sequence[Row], relations: Sequence[Row], shows: bool
) -> Trait:
    known = who_charts.in_order([row for row in rows if row["value"] is not None], dimension)
    of_measure = {
        row["measure"]: row
        for row in relations
        if row["dimension"] == dimension and row["test"] == "kruskal_wallis"
    }
    about = [of_measure[measure] for measure in MEASURES if measure in of_measure]
    return Trait(
        name=dimension_words(dimension),
        recorded=1 - sum(row["share"] for row in rows if row["value"] is None),
        charts=who_charts.crossed(known, dimension),
        groups=[_group(found, row, dimension, shows) for row in (*known, *_unknown(rows))],
        verdicts=relation_words.verdicts(about, dimension),
    )


def _unknown(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["value"] is None]


def _group(found: Findings, row: Row, dimension: str, shows: bool) -> dict[str, Any]:
    value = row["value"]
    query = {"in": f"{dimension}:{value}"}
    if found.store:
        query["store"] = str(found.store.pk)
    return {
        **row,
        "name": value_words(dimension, value) if value is not None else "",
        "url": f"{reverse('customers:list')}?{urlencode(query)}" if shows and value else "",
    }
