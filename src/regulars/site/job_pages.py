"""Background jobs: what runs, what waits, what failed, and a second try."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kit import clock, queries, toasts
from regulars.kit import jobs as background
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.kit.queries import Job
from regulars.site import audit_words

MOST_LISTED = 50
MOST_DONE = 20
HOUSEKEEPING = ("kit",)
PERIODIC = "timestamp"


@dataclass(frozen=True)
class Row:
    job: Job
    words: str
    about: str


@needs(Permission.MANAGE_SETTINGS)
def jobs(request: Request) -> HttpResponse:
    """Failed ones first, then what runs, what waits, and what was done lately."""
    context = {
        "counts": queries.count_jobs(),
        "worker": queries.worker_is_alive(),
        "failed": _rows("failed", limit=MOST_LISTED),
        "running": _rows("doing", limit=MOST_LISTED),
        "waiting": _rows("todo", limit=MOST_LISTED),
        "done": _rows("succeeded", limit=MOST_DONE, without=HOUSEKEEPING),
    }
    return render(request, "site/jobs.html", context)


def _rows(status: str, *, limit: int, without: tuple[str, ...] = ()) -> list[Row]:
    found = queries.jobs(status, without_queues=without, limit=limit)
    return [Row(job, audit_words.task_words(job.task), _about(job)) for job in found]


def _about(job: Job) -> str:
    # Arguments are ids and nothing else; the hour of a periodic job says nothing.
    return " · ".join(
        f"{name} {value}" for name, value in job.arguments.items() if name != PERIODIC
    )


@require_POST
@needs(Permission.MANAGE_SETTINGS)
def retry(request: Request, job_id: int) -> HttpResponse:
    """Queues a failed job again."""
    if background.retry(job_id, by=request.actor, at=clock.now()):
        toasts.say(request, _("The job is queued again."))
    else:
        toasts.say(request, _("That job has not failed, or runs again already."))
    return HttpResponseRedirect(reverse("jobs"))
