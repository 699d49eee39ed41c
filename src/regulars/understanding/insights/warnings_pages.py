"""Warnings: who may leave, ranked by what may be lost, why, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.kit import clock, sheets
from regulars.kit.charts import Chart
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.understanding.customers import sentences
from regulars.understanding.customers.customer_pages import customer_of
from regulars.understanding.customers.list_pages import stores_of
from regulars.understanding.customers.words import CAUSES, STAGES
from regulars.understanding.insights import warnings_charts as charts
from regulars.understanding.insights import words
from regulars.understanding.insights.pages import nothing_yet, opened
from regulars.understanding.insights.queries import Findings
from regulars.understanding.insights.warnings_tested import tested
from regulars.understanding.insights.warnings_words import SIGNS
from regulars.understanding.models import CustomerResult
from regulars.understanding.queries import last_published, result_of
from regulars.understanding.warnings import queries, ranked, rules
from regulars.understanding.warnings.models import FollowUp
from regulars.understanding.warnings.pages import follow_up_context
from regulars.understanding.warnings.words import STATES, SUGGESTIONS

PAGE = 20
REASONS_IN_A_ROW = 2
RISING_STAGES = ("at_risk", "mature", "new", "lost")


@dataclass(frozen=True)
class Warned:
    """One row of the ranking."""

    result: CustomerResult
    reasons: list[str]
    suggestion: str
    follow_up: FollowUp | None


@needs(Permission.SEE_INSIGHTS)
def warnings(request: Request) -> HttpResponse:
    """Who may leave: how much is at stake, who, why, what helped."""
    found, context = opened(request)
    if found is None:
        return nothing_yet(request, context)
    told = found.run.manifest.get("churn")
    everyone = ranked.warned(found.customers)
    context |= {
        "warning": told or {},
        "missing": words.missing(told["missing"]) if told and told["missing"] else "",
        "sees_customers": request.actor.may(Permission.SEE_CUSTOMERS),
        "sees_sales": request.actor.may(Permission.SEE_SALES),
        "stake": ranked.at_risk(everyone),
        "gone": ranked.at_risk(ranked.gone(found.customers)),
    }
    if told and not told["missing"]:
        context |= {
            "causes": _causes(everyone),
            "drivers": _drivers(found),
            "tested": tested(told),
            **_market(found),
            **(_rows(request, found) if context["sees_customers"] else {}),
        }
    return render(request, "understanding/insights/warnings.html", context)


def _causes(results: Any) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "name": str(CAUSES[row["cause"]]) if row["cause"] else _("Not looked up"),
            "query": urlencode({"leaving": 1, "cause": row["cause"], "sort": "-loss"})
            if row["cause"]
            else "",
        }
        for row in ranked.by_cause(results)
    ]


def _drivers(found: Findings) -> Chart | None:
    rows = found.figure("churn_drivers")
    return charts.drivers(rows) if rows else None


def _market(found: Findings) -> dict[str, Any]:
    rows = found.figure("market")
    return {"prices": charts.prices(rows), "month": rows[-1] if rows else None}


def _rows(request: Request, found: Findings) -> dict[str, Any]:
    """One page of the ranking, its filters, and what became of earlier warnings."""
    asked = _asked(request)
    stores = stores_of(request)
    told = ranked.gone if asked.stage == ranked.LOST else ranked.warned
    results = ranked.narrowed(ranked.seen_by(told(found.customers), stores), asked)
    page = Paginator(results.select_related("customer"), PAGE).get_page(request.GET.get("page"))
    theirs = queries.open_by_customer([one.customer_id for one in page])
    rows = [
        Warned(
            result=one,
            reasons=sentences.reasons(one.detail.get("churn_reasons"))[:REASONS_IN_A_ROW],
            suggestion=str(SUGGESTIONS[rules.suggested(one.cause)]),
            follow_up=theirs.get(one.customer_id),
        )
        for one in page
    ]
    return {
        "page": page,
        "rows": rows,
        "asked": asked,
        "filters": _filters(asked),
        "list_query": _list_query(asked),
        "outcomes": queries.outcomes(clock.now(), stores=stores),
        "landmark_days": rules.LANDMARK.days,
        "level": rules.LEVEL,
        "may_follow_up": request.actor.may(Permission.EDIT_CUSTOMERS),
        "may_export": request.actor.may(Permission.EXPORT_CUSTOMERS),
    }


def _asked(request: Request) -> ranked.Asked:
    """What the address asks for; values nobody offers are left out."""
    query = request.GET
    owner = query.get("owner", "")
    known = ranked.Asked(
        cause=query.get("cause", ""),
        stage=query.get("stage", ""),
        state=query.get("state", ""),
        owner=int(owner) if owner.isascii() and owner.isdigit() and len(owner) < 10 else None,
    )
    return replace(
        known,
        cause=known.cause if known.cause in CAUSES else "",
        stage=known.stage if known.stage in STAGES else "",
        state=known.state if known.state in (ranked.NOBODY, *FollowUp.STANDING) else "",
    )


def _filters(asked: ranked.Asked) -> list[tuple[str, str, str, list[tuple[str, str, bool]]]]:
    """Name, label, word for all, and options (value, word, chosen) of each filter."""
    states = [(ranked.NOBODY, _("Nobody looks after them"))]
    states += [(state, str(STATES[state])) for state in FollowUp.STANDING]
    owners = [(str(pk), name) for pk, name in queries.owners()]
    stages = [(stage, str(STAGES[stage])) for stage in RISING_STAGES]
    causes = [(code, str(name)) for code, name in CAUSES.items()]
    offered = (
        ("cause", _("Likely cause"), _("Every cause"), causes, asked.cause),
        ("stage", _("Stage"), _("Every stage"), stages, asked.stage),
        ("state", _("State"), _("Every state"), states, asked.state),
        (
            "owner",
            _("Looked after by"),
            _("Whoever looks after them"),
            owners,
            str(asked.owner or ""),
        ),
    )
    return [
        (name, label, everything, [(value, word, value == chosen) for value, word in options])
        for name, label, everything, options, chosen in offered
    ]


def _list_query(asked: ranked.Asked) -> str:
    """The same customers in the list of customers; empty where that one cannot narrow so."""
    if asked.by_follow_up:
        return ""
    least = str(round(rules.WARNED_FROM * 100))
    likely = {"risk_from": least} if asked.stage == ranked.LOST else {"leaving": "1"}
    query = {**likely, "cause": asked.cause, "stage": asked.stage, "sort": "-loss"}
    return urlencode({name: value for name, value in query.items() if value})


@needs(Permission.SEE_CUSTOMERS)
def warning(request: Request, pk: int) -> HttpResponse:
    """One customer in the side sheet: the chance, why, what to do, and who does it."""
    customer = customer_of(request, pk)
    run = last_published()
    result = result_of(run, pk) if run else None
    if result is None or result.no_return is None:
        raise Http404
    context = follow_up_context(request, customer)
    context |= {
        "result": result,
        "horizon_days": result.detail.get("churn_horizon_days"),
        "reasons": _weighed(result),
        "cause": str(CAUSES[result.cause]) if result.cause else "",
        "sign": str(SIGNS.get(result.detail.get("churn_cause_rule") or "", "")),
        "dropped": result.detail.get("dropped_category"),
        "suggestion": str(SUGGESTIONS[rules.suggested(result.cause)]),
        "level": rules.LEVEL,
        "methods": reverse("understanding:method") + "#churn",
        "sees_insights": request.actor.may(Permission.SEE_INSIGHTS),
    }
    return sheets.show(
        request,
        "understanding/insights/warning.html",
        title=_("%(name)s may leave") % {"name": customer},
        **context,
    )


def _weighed(result: CustomerResult) -> list[tuple[str, float | None]]:
    """The reasons in words, each with what it multiplies the odds of leaving by."""
    return [
        (told, None if one.get("contribution") is None else exp(one["contribution"]))
        for one in result.detail.get("churn_reasons") or []
        if one["value"] is not None and (told := sentences.reason(one["code"], one["value"]))
    ]
