"""Reads on the audit trail and on background jobs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from regulars.kit.models import AuditEvent, AuditSeal

HEARTBEAT_SECONDS = 60


@dataclass(frozen=True)
class Trail:
    """Which audit events to show. Empty fields leave the choice open.

    Attributes:
        actor_id: whose; `by_system` picks those of nobody who signs in.
        before, after: ids; the events older, or newer, than one already shown.
    """

    action: str = ""
    subject: str = ""
    actor_id: int | None = None
    by_system: bool = False
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class TrailPage:
    """Events, newest first, and whether there are newer and older ones."""

    events: list[AuditEvent]
    newer: bool
    older: bool


def audit_events(trail: Trail, *, limit: int) -> TrailPage:
    """At most `limit` events; as quick on the last page as on the first."""
    chosen = _chosen(trail)
    if trail.after is not None:
        rows = list(chosen.filter(pk__gt=trail.after).order_by("pk")[: limit + 1])
        return TrailPage(rows[:limit][::-1], newer=len(rows) > limit, older=True)
    earlier = chosen.order_by("-pk")
    if trail.before is not None:
        earlier = earlier.filter(pk__lt=trail.before)
    rows = list(earlier[: limit + 1])
    return TrailPage(rows[:limit], newer=trail.before is not None, older=len(rows) > limit)


def _chosen(trail: Trail) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.all()
    if trail.action:
        events = events.filter(action=trail.action)
    if trail.subject:
        events = events.filter(subject=trail.subject)
    if trail.by_system:
        events = events.filter(actor_id=None)
    elif trail.actor_id is not None:
        events = events.filter(actor_id=trail.actor_id)
    return events


def audit_actions() -> list[str]:
    """Every action the trail holds, each once."""
    # A loose scan over the index: one step an action, however many events there are.
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE found AS ("
            " (SELECT action FROM kit_auditevent ORDER BY action LIMIT 1)"
            " UNION ALL SELECT (SELECT e.action FROM kit_auditevent e"
            " WHERE e.action > f.action ORDER BY e.action LIMIT 1)"
            " FROM found f WHERE f.action IS NOT NULL"
            ") SELECT action FROM found WHERE action IS NOT NULL"
        )
        return [action for (action,) in cursor.fetchall()]


def last_seal() -> AuditSeal | None:
    """The newest seal of the audit trail."""
    return AuditSeal.objects.order_by("-through_id").first()


@dataclass(frozen=True)
class Job:
    """A background job. `at` is when it was queued, began, or ended: what its status says."""

    id: int
    task: str
    status: str
    arguments: dict[str, Any]
    attempts: int
    at: datetime | None


_JOBS = """
SELECT j.id, j.task_name, j.status::text, j.args::text, j.attempts,
       coalesce(CASE WHEN j.status = 'todo' THEN j.scheduled_at END,
                (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id))
FROM procrastinate_jobs j
WHERE j.status = ANY(%s::procrastinate_job_status[]) AND j.queue_name <> ALL(%s)
ORDER BY j.id DESC LIMIT %s
"""


def jobs(*statuses: str, without_queues: tuple[str, ...] = (), limit: int) -> list[Job]:
    """The newest jobs of these statuses."""
    with connection.cursor() as cursor:
        cursor.execute(_JOBS, [list(statuses), list(without_queues), limit])
        return [
            Job(pk, task, status, json.loads(arguments), attempts, at)
            for pk, task, status, arguments, attempts, at in cursor.fetchall()
        ]


def count_jobs() -> dict[str, int]:
    """How many jobs there are of each status."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1")
        return dict(cursor.fetchall())


def worker_is_alive() -> bool:
    """Whether a worker has given a sign of life in the last minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers"
            " WHERE last_heartbeat > now() - make_interval(secs => %s)",
            [HEARTBEAT_SECONDS],
        )
        return bool(cursor.fetchone()[0])
