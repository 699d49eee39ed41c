"""Writing events. One path for one event and for millions: stage, check in SQL, move."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from regulars.intake.models import Event
from regulars.kit import audit
from regulars.kit.bulk import copy_rows
from regulars.kit.permissions import Actor, Permission

STAGED_COLUMNS = [
    "source", "key", "kind", "at", "ends_at", "customer_id", "store_id", "staff_id", "item_id",
    "properties",
]  # fmt: skip

_STAGE = """
CREATE TEMPORARY TABLE intake_staged_event (
    source text, key text, kind text, at timestamptz, ends_at timestamptz,
    customer_id bigint, store_id bigint, staff_id bigint, item_id bigint, properties jsonb
) ON COMMIT DROP
"""

# Two rows of one delivery under one key: the one with the lower content wins, so that the order
# in which rows come changes nothing.
_INSERT = f"""
INSERT INTO intake_event ({", ".join(STAGED_COLUMNS)}, batch_id)
SELECT DISTINCT ON (source, key) {", ".join(STAGED_COLUMNS)}, %s
FROM intake_staged_event e ORDER BY source, key, e::text
ON CONFLICT (source, key) DO NOTHING
"""

_THERE = """
SELECT count(*), array_agg(s.key ORDER BY s.key) FILTER (WHERE
    (s.kind, s.at, s.ends_at, s.customer_id, s.store_id, s.staff_id, s.item_id, s.properties)
    IS DISTINCT FROM
    (e.kind, e.at, e.ends_at, e.customer_id, e.store_id, e.staff_id, e.item_id, e.properties))
FROM intake_staged_event s JOIN intake_event e USING (source, key)
"""


@dataclass(frozen=True)
class EventDraft:
    """An event to be recorded (see `models.Event`). `properties` must be JSON-serialisable."""

    source: str
    key: str
    kind: str
    at: datetime
    ends_at: datetime | None = None
    customer_id: int | None = None
    store_id: int | None = None
    staff_id: int | None = None
    item_id: int | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)

    def row(self) -> tuple[Any, ...]:
        """The event as a row of `STAGED_COLUMNS`."""
        properties = json.dumps(dict(self.properties), ensure_ascii=False)
        return (
            self.source, self.key, self.kind, self.at, self.ends_at, self.customer_id,
            self.store_id, self.staff_id, self.item_id, properties,
        )  # fmt: skip


@dataclass(frozen=True)
class RecordedEvents:
    """What happened to the events given; `different_keys` are there with other content."""

    events: int
    already_there: int
    different_keys: tuple[str, ...]

    @property
    def different(self) -> int:
        return len(self.different_keys)


def record_events(
    drafts: Iterable[EventDraft], *, by: Actor, at: datetime, batch_id: int | None = None
) -> RecordedEvents:
    """Records events; one whose source and key are already there is left as it is.

    Raises:
        IntegrityError: an event names a customer, store, staff or item that does not exist, its
            kind is no word, or it ends before it begins.
    """
    return record_event_rows((draft.row() for draft in drafts), by=by, at=at, batch_id=batch_id)


def record_event_rows(
    rows: Iterable[tuple[Any, ...]], *, by: Actor, at: datetime, batch_id: int | None = None
) -> RecordedEvents:
    """As `record_events`, from rows of `STAGED_COLUMNS` (`properties` as JSON text)."""
    stage = partial(copy_rows, "intake_staged_event", STAGED_COLUMNS, rows)
    return _record(stage, by=by, at=at, batch_id=batch_id)


def record_selected_events(
    select: str,
    parameters: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    batch_id: int | None = None,
) -> RecordedEvents:
    """As `record_events`, from rows that another table holds: a query yields `STAGED_COLUMNS`."""
    return _record(partial(_stage_selected, select, parameters), by=by, at=at, batch_id=batch_id)


@transaction.atomic
def compare_selected_events(select: str, parameters: Mapping[str, Any]) -> RecordedEvents:
    """What `record_selected_events` would do, without doing it."""
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        staged = _stage_selected(select, parameters)
        there, different = _already_there(cursor)
        cursor.execute("DROP TABLE intake_staged_event")
    return RecordedEvents(staged - there, there - len(different), different)


@transaction.atomic
def _record(
    stage: Callable[[], int], *, by: Actor, at: datetime, batch_id: int | None
) -> RecordedEvents:
    by.must(Permission.IMPORT_DATA)
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        staged = stage()
        cursor.execute(_INSERT, [batch_id])
        inserted = cursor.rowcount
        _there, different = _already_there(cursor)
        cursor.execute("DROP TABLE intake_staged_event")
    audit.record(
        "intake.record_events",
        f"batch:{batch_id}",
        by=by,
        at=at,
        detail={"rows": staged, "events": inserted},
    )
    return RecordedEvents(inserted, staged - inserted - len(different), different)


def _stage_selected(select: str, parameters: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO intake_staged_event ({', '.join(STAGED_COLUMNS)}) {select}", parameters
        )
        return int(cursor.rowcount)


def _already_there(cursor: Any) -> tuple[int, tuple[str, ...]]:
    cursor.execute(_THERE)
    there, different = cursor.fetchone()
    return there, tuple(different or ())


@transaction.atomic
def remove_batch(batch_id: int, *, by: Actor, at: datetime) -> int:
    """Takes back the events a batch brought; returns how many."""
    by.must(Permission.IMPORT_DATA)
    deleted, _detail = Event.objects.filter(batch_id=batch_id).delete()
    audit.record(
        "intake.remove_batch", f"batch:{batch_id}", by=by, at=at, detail={"events": deleted}
    )
    return deleted
