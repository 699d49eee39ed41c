"""The audit trail: written with the fact, sealed by a chain of digests, verified on demand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from regulars.kit.models import AuditEvent, AuditSeal
from regulars.kit.permissions import Actor


def record(
    action: str, subject: str, *, by: Actor, at: datetime, detail: dict[str, Any] | None = None
) -> None:
    """Writes one event in the caller's transaction.

    Args:
        action: what was done, as `room.verb`.
        subject: what it was done to, as `kind:id`. Never a name or a contact.
        detail: counts, ids and field names; never personal data.
    """
    AuditEvent.objects.create(
        at=at,
        actor_id=by.user_id,
        actor_name=by.name,
        action=action,
        subject=subject,
        detail=detail or {},
    )


def seal(*, at: datetime) -> int:
    """Seals all events that have no seal yet; returns how many.

    The lock waits for writers in flight, so that an id below the seal cannot appear later. It does
    not wait long: a long import is left alone and sealed the next time.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            cursor.execute("LOCK TABLE kit_auditevent IN SHARE ROW EXCLUSIVE MODE")
        last = AuditSeal.objects.order_by("-through_id").first()
        digest = bytes(last.digest) if last else b""
        count, through = 0, last.through_id if last else 0
        for event in _events(after=through):
            digest = _chain(digest, event)
            count, through = count + 1, event.pk
        if count:
            AuditSeal.objects.create(through_id=through, events=count, digest=digest, at=at)
    return count


@dataclass(frozen=True)
class Verdict:
    """What a verification found. `broken_after` is the last id that is still proven."""

    sealed: int
    unsealed: int
    broken_after: int | None = None

    @property
    def sound(self) -> bool:
        return self.broken_after is None


def verify() -> Verdict:
    """Recomputes the whole chain and compares it with every seal."""
    digest, sealed, proven = b"", 0, 0
    for mark in AuditSeal.objects.order_by("through_id").iterator():
        count = 0
        for event in _events(after=proven, through=mark.through_id):
            digest = _chain(digest, event)
            count += 1
        if count != mark.events or digest != bytes(mark.digest):
            return Verdict(sealed, 0, broken_after=proven)
        sealed, proven = sealed + count, mark.through_id
    return Verdict(sealed, AuditEvent.objects.filter(pk__gt=proven).count())


def _events(*, after: int, through: int | None = None) -> Iterator[AuditEvent]:
    events = AuditEvent.objects.filter(pk__gt=after).order_by("pk")
    if through is not None:
        events = events.filter(pk__lte=through)
    return events.iterator(chunk_size=5000)


def _chain(digest: bytes, event: AuditEvent) -> bytes:
    content = [
        event.pk,
        event.at.isoformat(),
        event.actor_id,
        event.actor_name,
        event.action,
        event.subject,
        event.detail,
    ]
    line = json.dumps(content, sort_keys=True, ensure_ascii=False).encode()
    return sha256(digest + line).digest()
