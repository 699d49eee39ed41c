"""What sample a business holds, and how far its loading came: told by the audit trail.

A step is recorded in the transaction of what it wrote, so the trail cannot say more than is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.kit import audit
from regulars.kit.models import AuditEvent
from regulars.kit.permissions import SYSTEM
from regulars.people.models import Customer

BEGUN, STEP, DONE = "samples.begun", "samples.step", "samples.done"


class NotEmpty(ValueError):
    """The business holds something else; a sample would mix with it."""


@dataclass(frozen=True)
class State:
    """How far the loading of the sample described by `made_of` came."""

    name: str
    made_of: dict[str, Any]
    steps: int
    done: bool


def state() -> State | None:
    """The sample this business holds; None when it holds none."""
    begun = AuditEvent.objects.filter(action=BEGUN).order_by("-id").first()
    if begun is None:
        return None
    later = AuditEvent.objects.filter(subject=begun.subject, id__gt=begun.pk)
    return State(
        name=begun.subject.removeprefix("sample:"),
        made_of=begun.detail,
        steps=later.filter(action=STEP).count(),
        done=later.filter(action=DONE).exists(),
    )


def require_empty() -> None:
    """Refuses a business that holds customers of its own.

    Raises:
        NotEmpty: it does.
    """
    if Customer.objects.exists():
        raise NotEmpty(
            "This business already has customers. A sample needs a business of its own: "
            "choose another with --business CODE."
        )


@contextmanager
def alone() -> Iterator[None]:
    """Lets one process load at a time; a second waits for the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('regulars.samples'))")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('regulars.samples'))")


def settle() -> None:
    """Tells the planner what was loaded, so that the first pages are as quick as later ones."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def begin(name: str, made_of: dict[str, Any], *, at: datetime) -> None:
    audit.record(BEGUN, f"sample:{name}", by=SYSTEM, at=at, detail=made_of)


def step(name: str, label: str, *, at: datetime) -> None:
    audit.record(STEP, f"sample:{name}", by=SYSTEM, at=at, detail={"step": label})


def finish(name: str, *, at: datetime) -> None:
    audit.record(DONE, f"sample:{name}", by=SYSTEM, at=at)
