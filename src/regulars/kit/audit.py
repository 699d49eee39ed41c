"""The audit trail: written with the fact, sealed by a chain of digests, verified on demand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from regulars.kit.models import AuditEvent, AuditSeal
from regulars.kit.permissions import Actor

LOCK_TIMEOUT = "2s"
ONE_SEALS = 7_218_312  # the advisory lock of whoever seals


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

    An id is given before its commit. Up to which id nothing can appear any more is learned under a
    lock that waits for writers in flight, but not long: while an import writes, nothing is sealed,
    and all of it the next time. The digests are then computed while others write on.
    """
    through = _settled()
    if through is None:
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_SEALS])
        last = AuditSeal.objects.order_by("-through_id").first()
        digest = bytes(last.digest) if last else b""
        count = 0
        for event in _events(after=last.through_id if last else 0, through=through):
            digest = _chain(digest, event)
            count += 1
        if count:
            AuditSeal.objects.create(through_id=through, events=count, digest=digest, at=at)
    return count


def _settled() -> int | None:
    """The newest id, when no writer is in flight: all below it is there. Else None."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [LOCK_TIMEOUT])
            cursor.execute("LOCK TABLE kit_auditevent IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute("SELECT coalesce(max(id), 0) FROM kit_auditevent")
            row = cursor.fetchone()
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            return None
        raise
    return int(row[0])


@dataclass(frozen=True)
class Verdict:
    """What a verification found.

    Attributes:
        sealed: how many events are proven unchanged.
        unsealed: how many came after the last seal.
        broken: the first and last id of the events, sealed together, that are not as they were.
    """

    sealed: int
    unsealed: int
    broken: tuple[int, int] | None = None

    @property
    def sound(self) -> bool:
        return self.broken is None


def verify() -> Verdict:
    """Recomputes the whole chain and compares it with every seal."""
    digest, sealed, proven = b"", 0, 0
    for mark in AuditSeal.objects.order_by("through_id").iterator():
        count = 0
        for event in _events(after=proven, through=mark.through_id):
            digest = _chain(digest, event)
            count += 1
        if count != mark.events or digest != bytes(mark.digest):
            return Verdict(sealed, _unsealed(), broken=(proven + 1, mark.through_id))
        sealed, proven = sealed + count, mark.through_id
    return Verdict(sealed, _unsealed())


def _unsealed() -> int:
    last = AuditSeal.objects.order_by("-through_id").first()
    return AuditEvent.objects.filter(pk__gt=last.through_id if last else 0).count()


def _events(*, after: int, through: int) -> Iterator[AuditEvent]:
    events = AuditEvent.objects.filter(pk__gt=after, pk__lte=through).order_by("pk")
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
