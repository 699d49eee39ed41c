"""Customer value: what customers may bring in the next twelve months, who, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.understanding.insights import value_charts, value_rules, value_words, words
from regulars.understanding.insights.pages import nothing_yet, opened
from regulars.understanding.insights.queries import Findings

MOST_PEOPLE = 10
MOST_CHOICES = 8


@needs(Permission.SEE_INSIGHTS)
def value(request: Request) -> HttpResponse:
    """The question of the page is answered in its title."""
    found, context = opened(request)
    if found is None:
        return nothing_yet(request, context)
    fitted = found.run.manifest.get("clv")
    shows = request.actor.may(Permission.SEE_CUSTOMERS)
    context |= {"shows_customers": shows, "missing": "", "told": False}
    if fitted is None:
        context |= {"missing": _("The next analysis will tell this.")}
    elif fitted["missing"]:
        context |= {"missing": words.missing(fitted["missing"])}
    elif found.store is None:
        context |= _told(found, fitted["model"], request.GET.get("by", ""), shows=shows)
    else:
        context |= {"people": _people(found)}
    return render(request, "understanding/insights/value.html", context)


def _told(found: Findings, model: Mapping[str, Any], asked: str, *, shows: bool) -> dict[str, Any]:
    rows = found.figure("value_by")
    whole = value_rules.whole(rows)
    if whole is None:
        return {"missing": _("Nobody has bought yet, so there is nothing to go by.")}
    curve = found.figure("concentration")
    cohorts = value_rules.cohorts(found.figure("cohorts"))
    grown = [one for one in cohorts if any(share is not None for share in one.returning)]
    return {
        "told": True,
        "whole": whole,
        "top_share": value_rules.top_share(curve),
        "distribution": value_charts.distribution(found.figure("value_distribution")),
        "bands": _bands(found, shows=shows),
        "curve": value_charts.concentration(curve),
        "people": _people(found),
        "cohorts": value_charts.cohorts(grown) if grown else None,
        "cohort_people": cohorts,
        "check": value_rules.check(model),
        "members": [
            (str(value_words.MEMBERS[one.code]), one) for one in value_rules.members(model)
        ],
        **_groups(found, asked, shows=shows),
    }


def _people(found: Findings) -> list[Any]:
    """Of whom most is expected."""
    known = found.customers.filter(expected_spend__isnull=False).select_related("customer")
    return list(known.order_by("-expected_spend", "-customer")[:MOST_PEOPLE])


def _bands(found: Findings, *, shows: bool) -> list[dict[str, Any]]:
    """The classes of expected spend with the customers in them."""
    told = []
    for row in found.figure("value_distribution"):
        bounds: dict[str, Any] = {"value_from": row["spend_from"] // 100, "sort": "-value"}
        if row["spend_to"]:
            # The list takes its bounds in, a class is up to but without its upper one.
            bounds["value_to"] = f"{(row['spend_to'] - 1) / 100:.2f}"
        link = f"{reverse('customers:list')}?{urlencode(bounds)}"
        told.append({**row, "name": value_charts.band(row), "url": link if shows else ""})
    return told


def _groups(found: Findings, asked: str, *, shows: bool) -> dict[str, Any]:
    """One way to part customers: the asked one, else the first there is."""
    rows = found.figure("value_by")
    known = value_rules.dimensions(rows)
    first = [name for name in value_words.FIRST if name in known]
    known = first + sorted(set(known) - set(first))
    by = asked if asked in known else next(iter(known), "")
    groups = value_rules.sums(rows, by)
    return {
        "choices": [
            (value_words.dimension(name), f"?by={name}#groups", name == by)
            for name in known[:MOST_CHOICES]
        ],
        "by": value_words.dimension(by) if by else "",
        "groups": [
            {
                "name": value_words.group(by, one.value),
                "sum": one,
                "url": f"{reverse('customers:list')}?{value_words.query(by, one.value)}"
                if shows
                else "",
            }
            for one in groups
        ],
        "group_chart": value_charts.groups(by, groups) if groups else None,
    }
