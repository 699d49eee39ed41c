"""Purchase behaviour: how often, how much, what, when, at what price, and how new."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from regulars.kit.charts import Chart
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.understanding.insights import (
    behaviour_charts,
    charts,
    queries,
    relation_words,
    rules,
    words,
)
from regulars.understanding.insights.pages import nothing_yet, opened
from regulars.understanding.insights.queries import Findings
from regulars.understanding.insights.rules import Row
from regulars.understanding.traits_words import value_words

SUBJECTS = ("category", "product", "brand", "staff", "store", "channel")
MOST_RELATIONS = 12


@needs(Permission.SEE_INSIGHTS)
def behaviour(request: Request) -> HttpResponse:
    """Everything about how customers buy, one card a question."""
    found, context = opened(request)
    if found is None:
        return nothing_yet(request, context)
    holidays = rules.occasions(found.figure("occasions"))
    frequency, amounts = found.figure("frequency"), found.figure("amounts")
    seasons = found.figure("seasons")
    shows = request.actor.may(Permission.SEE_CUSTOMERS)
    context |= {
        "frequency": charts.frequency(frequency) if frequency else None,
        "amounts": charts.amounts(amounts) if amounts else None,
        "seasons": charts.seasons(seasons) if len(seasons) > 1 else None,
        "occasions": charts.occasions(holidays) if holidays else None,
        "calendar": found.run.manifest["parameters"]["country"],
        **_preferences(found, request.GET.get("by", "")),
        **_week(found, request.GET.get("season", "")),
        **_cycle(found, shows),
        **_trends(found, shows),
        **_prices(found, shows),
        **_novelty(found, shows),
        "relations": relation_words.found_between(found.figure("who_relations"))[:MOST_RELATIONS],
        "compared": len(found.figure("who_relations")),
    }
    return render(request, "understanding/insights/behaviour.html", context)


def _preferences(found: Findings, asked: str) -> dict[str, Any]:
    subjects = [subject for subject in SUBJECTS if len(found.figure(f"top_{subject}")) > 1]
    by = asked if asked in subjects else next(iter(subjects), "")
    return {
        "subjects": [
            (str(words.SUBJECTS[subject]), f"?by={subject}#preference", subject == by)
            for subject in subjects
        ],
        "preference": _preference(found, by) if by else None,
    }


def _preference(found: Findings, subject: str) -> Chart:
    rows = found.figure(f"top_{subject}")
    names = queries.names_of(subject, [row["value"] for row in rows[: charts.TOP]])
    return charts.preference(subject, rows, names)


def _week(found: Findings, asked: str) -> dict[str, Any]:
    by_season = found.figure("hours_by_season")
    known = [name for name in words.SEASONS if any(row["season"] == name for row in by_season)]
    season = asked if asked in known else ""
    hours = [row for row in by_season if row["season"] == season] if season else None
    rows = found.figure("weekday_hours") if hours is None else hours
    choices = [(_("The whole year"), "?season=#week", not season)]
    choices += [
        (str(words.SEASONS[name]), f"?season={name}#week", name == season) for name in known
    ]
    return {
        "week": charts.week(rows) if rows else None,
        "week_choices": choices if len(known) > 1 else [],
    }


def groups(
    found: Findings, rows: Sequence[Row], band: str, dimension: str, *, shows: bool
) -> list[dict[str, Any]]:
    """The rows of a figure by band, each with its words and the list of the customers in it."""
    people = sum(row["customers"] for row in rows)
    told = []
    for row in rows:
        value = row[band]
        query = {"in": f"{dimension}:{value}"}
        if found.store:
            query["store"] = str(found.store.pk)
        link = f"{reverse('customers:list')}?{urlencode(query)}"
        told.append(
            {
                **row,
                "name": value_words(dimension, value) if value else _("cannot be told yet"),
                "share": row["customers"] / people if people else None,
                "url": link if shows and value else "",
            }
        )
    return told


def _cycle(found: Findings, shows: bool) -> dict[str, Any]:
    cycle = behaviour_charts.in_order(found.figure("cycle"), "cycle_band", "cycle")
    regularity = behaviour_charts.in_order(
        found.figure("regularity"), "regularity_band", "regularity"
    )
    return {
        "cycle": behaviour_charts.cycle(cycle),
        "cycle_groups": groups(found, cycle, "cycle_band", "cycle", shows=shows),
        "regularity": behaviour_charts.regularity(regularity),
        "regularity_groups": groups(
            found, regularity, "regularity_band", "regularity", shows=shows
        ),
    }


def _trends(found: Findings, shows: bool) -> dict[str, Any]:
    rows = found.figure("amount_trends")
    parts = {}
    for measure, dimension in (("spend", "trend"), ("basket", "basket")):
        own = [row for row in rows if row["measure"] == measure]
        parts[measure] = behaviour_charts.in_order(own, "trend", dimension)
    known = any(behaviour_charts.told(part, "trend") for part in parts.values())
    return {
        "trends": behaviour_charts.trends(parts["spend"], parts["basket"]) if known else None,
        "spend_groups": groups(found, parts["spend"], "trend", "trend", shows=shows),
        "basket_groups": groups(found, parts["basket"], "trend", "basket", shows=shows),
    }


def _prices(found: Findings, shows: bool) -> dict[str, Any]:
    bands = behaviour_charts.in_order(found.figure("price_bands"), "price_band", "price")
    responses = found.figure("price_response")
    items = [row for row in responses if row["product_id"] is not None][: charts.TOP]
    names = queries.names_of("product", [row["product_id"] for row in items])
    whole = next((row for row in responses if row["product_id"] is None), None)
    return {
        "price": behaviour_charts.prices(bands),
        "price_groups": groups(found, bands, "price_band", "price", shows=shows),
        "response": behaviour_charts.responses(items, names, whole) if items and whole else None,
        "response_words": behaviour_charts.response_words(whole) if whole else "",
    }


def _novelty(found: Findings, shows: bool) -> dict[str, Any]:
    bands = behaviour_charts.in_order(found.figure("novelty"), "novelty_band", "novelty")
    months = rules.before(found.figure("new_products"), found.run.as_of)
    return {
        "novelty": behaviour_charts.novelty(bands),
        "novelty_groups": groups(found, bands, "novelty_band", "novelty", shows=shows),
        "new_items": behaviour_charts.new_items(months)
        if any(row["products"] for row in months) and len(months) > 1
        else None,
    }
