"""How the analysis stands: as of when, how long it took, what failed, and a new one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from regulars.kit import clock
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.understanding import analysis, queries
from regulars.understanding.jobs import analyse_soon
from regulars.understanding.models import Run

OLD_AFTER = timedelta(days=3)
PATIENCE = timedelta(seconds=30)
MOST_LISTED = 10

STEPS: dict[str, Promise] = {
    "lines": _("Reading the sales"),
    "customers": _("Reading the customers"),
    "products": _("Reading services and products"),
    "events": _("Reading visits and other events"),
    "open": _("Checking the tables"),
    "orders and days": _("Adding up orders and days"),
    "return rates": _("Learning who came back"),
    "segments": _("Finding groups that buy alike"),
    "transitions": _("Following customers from stage to stage"),
    "churn": _("Learning who stayed away"),
    "customer value": _("Estimating what customers may bring"),
    "customer table": _("Describing every customer"),
    "figures": _("Making the figures of the business"),
    "inputs": _("Noting what was read"),
    "stores": _("Making the figures of each store"),
    "publish": _("Publishing the results"),
}


@dataclass(frozen=True)
class State:
    """The run pages show, the one under way, and the one that failed since.

    `counted_through` is the last day that was counted; `old` says that it is days ago.
    """

    published: Run | None
    under_way: Run | None
    failed: Run | None
    today: date

    @property
    def counted_through(self) -> date | None:
        return self.published.as_of - timedelta(days=1) if self.published else None

    @property
    def old(self) -> bool:
        return self.published is not None and self.today - self.published.as_of > OLD_AFTER


def state_of_results() -> State:
    """How the results stand now."""
    published = queries.last_published()
    return State(published, queries.under_way(), queries.later_failure(published), clock.today())


@dataclass(frozen=True)
class Progress:
    """How far a run under way has come; `unattended` when nothing has taken it up for a while."""

    run: Run
    words: str
    done: int
    total: int
    unattended: bool


def progress_of(run: Run, now: datetime) -> Progress:
    """The progress of a queued or running run."""
    total = len(analysis.STEPS)
    if run.state == Run.QUEUED:
        waiting = now - run.queued_at > PATIENCE
        return Progress(run, str(_("Waiting to begin")), 0, total, waiting)
    done = analysis.STEPS.index(run.step) if run.step in analysis.STEPS else 0
    return Progress(run, str(STEPS.get(run.step, _("Beginning"))), done, total, False)


@needs(Permission.SEE_INSIGHTS)
def run(request: Request) -> HttpResponse:
    """The analysis: how it stands, what it read, the runs before."""
    state = state_of_results()
    context = {
        "state": state,
        "progress": _progress(state),
        "may_run": request.actor.may(Permission.RUN_ANALYSIS),
        "earlier": Run.objects.order_by("-pk")[:MOST_LISTED],
        "inputs": _inputs(state.published),
    }
    return render(request, "understanding/insights/run.html", context)


def _progress(state: State) -> Progress | None:
    return progress_of(state.under_way, clock.now()) if state.under_way else None


def _inputs(published: Run | None) -> list[tuple[str, int]]:
    names = {
        "lines": _("Lines of orders"),
        "customers": _("Customers"),
        "products": _("Services and products"),
        "events": _("Events"),
    }
    inputs = published.manifest.get("inputs", {}) if published else {}
    return [(str(names[name]), inputs[name]["rows"]) for name in names if name in inputs]


@require_POST
@needs(Permission.RUN_ANALYSIS)
def start(request: Request) -> HttpResponse:
    """Queues an analysis; one that waits already is not queued again."""
    analyse_soon(by=request.actor)
    return HttpResponseRedirect(reverse("understanding:run"))


@needs(Permission.SEE_INSIGHTS)
def progress(request: Request) -> HttpResponse:
    """The progress by itself, asked for again and again; afterwards the page anew."""
    state = state_of_results()
    if state.under_way is None:
        return HttpResponse(headers={"HX-Redirect": reverse("understanding:run")})
    context = {"progress": _progress(state)}
    return render(request, "understanding/insights/_progress.html", context)
