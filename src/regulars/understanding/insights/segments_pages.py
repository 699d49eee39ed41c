"""Segments: groups found in the data, and ready ones by declared rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from regulars.kit.charts import Chart
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.understanding.insights import segments_charts as charts
from regulars.understanding.insights import segments_rules as rules
from regulars.understanding.insights import segments_words as words
from regulars.understanding.insights.pages import nothing_yet, opened
from regulars.understanding.insights.queries import Findings
from regulars.understanding.insights.segments_rules import Part, Tile
from regulars.understanding.insights.words import missing
from regulars.understanding.traits_words import dimension_words, value_words

MONTHS_FOR_A_LINE = 3


@needs(Permission.SEE_INSIGHTS)
def segments(request: Request) -> HttpResponse:
    """The groups found in the data: tiles, map, tree, two side by side, one over time."""
    found, context = opened(request)
    if found is None:
        return nothing_yet(request, context)
    context |= {"views": _views("segments")}
    model = found.run.manifest.get("clusters")
    if not model or model["missing"]:
        context |= {"missing": missing(model["missing"]) if model else ""}
        return render(request, "understanding/insights/segments.html", context)
    tiles = rules.tiles(model, found.figure("clusters"))
    names = {one.number: one.name for one in tiles}
    context |= {
        "model": model,
        "tiles": [(one, _customers(request, found, f"cluster:{one.number}")) for one in tiles],
        "best": tiles[0] if tiles else None,
        "map": _map(found, model, tiles),
        "tree": model["tree"],
        "candidates": rules.candidates(model),
        "steady": any(one["taken"] and one["steady"] for one in rules.candidates(model)),
        "branches": rules.branches(model["tree"], names) if len(tiles) > 1 else (),
        "comparison": _comparison(request, model, tiles),
        "followed": _followed(request, found, tiles),
        "since": _counted_through(model["drift"]),
    }
    return render(request, "understanding/insights/segments.html", context)


def _counted_through(drift: Mapping[str, Any] | None) -> date | None:
    """The last day that the analysis before had counted."""
    return date.fromisoformat(drift["since"]) - timedelta(days=1) if drift else None


def _views(current: str) -> list[tuple[str, str, bool]]:
    named = ((_("Found in the data"), "segments"), (_("Ready groups"), "segments-ready"))
    return [(label, reverse(f"understanding:{name}"), name == current) for label, name in named]


def _customers(request: Request, found: Findings, trait: str) -> str:
    """The address of the customers with a trait; empty for those who may not see customers."""
    if not request.actor.may(Permission.SEE_CUSTOMERS):
        return ""
    query = {"in": trait}
    if found.store:
        query["store"] = str(found.store.pk)
    return f"{reverse('customers:list')}?{urlencode(query)}"


def _map(found: Findings, model: Mapping[str, Any], tiles: Sequence[Tile]) -> Any:
    rows = found.figure("cluster_map")
    return charts.group_map(model, rows, tiles) if rows else None


@dataclass(frozen=True)
class Comparison:
    """Two chosen groups; `options` are all of them as (number, name)."""

    one: Tile
    other: Tile
    options: list[tuple[int, str]]
    chart: Chart
    rows: list[rules.Compared]


def _comparison(
    request: Request, model: Mapping[str, Any], tiles: Sequence[Tile]
) -> Comparison | None:
    if len(tiles) < 2:
        return None
    one = _asked(request, "a", tiles) or tiles[0]
    other = _asked(request, "b", [tile for tile in tiles if tile != one])
    other = other or next(tile for tile in tiles if tile != one)
    return Comparison(
        one,
        other,
        [(tile.number, f"{tile.number} {tile.name}") for tile in tiles],
        charts.side_by_side(model, one, other),
        rules.compared(model, one.number, other.number),
    )


@dataclass(frozen=True)
class Followed:
    """One group over time; the choices are (label, address, chosen)."""

    tile: Tile
    choices: list[tuple[str, str, bool]]
    line: Chart
    moves: Chart


def _followed(request: Request, found: Findings, tiles: Sequence[Tile]) -> Followed | None:
    tile = _asked(request, "follow", tiles) or (tiles[0] if tiles else None)
    months = found.figure("cluster_months")
    own = [row for row in months if tile and row["cluster"] == tile.number]
    if tile is None or len(own) < MONTHS_FOR_A_LINE:
        return None
    chosen = [
        (f"{one.number} {one.name}", f"?follow={one.number}#follow", one == tile) for one in tiles
    ]
    return Followed(tile, chosen, charts.over_time(own, tile), charts.comings(own, tile))


def _asked(request: Request, name: str, tiles: Sequence[Tile]) -> Tile | None:
    asked = request.GET.get(name, "")
    return next((one for one in tiles if str(one.number) == asked), None)


@dataclass(frozen=True)
class Ready:
    """One ready segmentation: its groups with the address of their customers."""

    dimension: str
    name: str
    rule: str
    lacking: str
    method: str
    groups: list[tuple[str, Part, str]]


@needs(Permission.SEE_INSIGHTS)
def ready(request: Request) -> HttpResponse:
    """The segmentations with declared rules."""
    found, context = opened(request)
    if found is None:
        return nothing_yet(request, context)
    rows = found.figure("segmentations")
    growth = found.run.manifest.get("potential")
    context |= {
        "views": _views("segments-ready"),
        "segmentations": [_ready(request, found, rows, one) for one in rules.ORDER] if rows else [],
        "growth": growth if growth and not growth["missing"] else None,
        "growth_missing": missing(growth["missing"]) if growth and growth["missing"] else "",
        "tested_on": _tested_on(growth),
    }
    return render(request, "understanding/insights/segments_ready.html", context)


def _tested_on(growth: Mapping[str, Any] | None) -> date | None:
    test = growth["back_test"] if growth else None
    return date.fromisoformat(test["tested_on"]) if test else None


def _ready(request: Request, found: Findings, rows: Sequence[Any], dimension: str) -> Ready:
    groups = [
        (
            value_words(dimension, one.value),
            one,
            _customers(request, found, f"{dimension}:{one.value}"),
        )
        for one in rules.parts(rows, dimension)
    ]
    return Ready(
        dimension,
        dimension_words(dimension),
        str(words.RULES[dimension]),
        str(words.LACKING.get(dimension, "")),
        "potential" if dimension == "potential" else "segmentations",
        groups,
    )
