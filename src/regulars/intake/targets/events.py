"""A row of an events file, as it is staged."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from regulars.intake.cells import Cells, Values
from regulars.intake.events import (
    RecordedEvents,
    compare_selected_events,
    record_selected_events,
)
from regulars.intake.plan import Plan
from regulars.intake.staged import ITEM_REF, as_reason, refuse_keys, repeated
from regulars.intake.targets.target import Outcome, Target
from regulars.intake.targets.who import read_who
from regulars.intake.work import Work
from regulars.kit.keys import DataKey, Keyring
from regulars.kit.permissions import Actor

COLUMNS = {
    "kind": "text", "customer": "text", "who": "bytea", "item_code": "text", "item_name": "text",
    "staff": "text", "store": "text", "local_at": "timestamp", "local_end": "timestamp",
    "properties": "jsonb",
}  # fmt: skip
LONGEST_KEY = 110
CHUNK_ROWS = 20_000


def read_row(cells: Cells, ring: Keyring, key: DataKey) -> tuple[str, Values]:
    """The key of the event and the values of `COLUMNS`.

    An appointment may lie ahead; everything else that happened, happened.
    """
    kind = cells.word("kind")
    at = cells.moment("at", future=kind == "booking")
    ends = cells.later_moment("ends_at")
    if at and ends and ends < at:
        cells.refuse("ends_before_it_begins", "ends_at")
    who = read_who(cells, ring, key)
    properties = {
        name: text
        for name, place in cells.plan.property_places.items()
        if (text := cells.row[place] if place < len(cells.row) else "")
    }
    return _key(cells, kind), (
        kind, who.reference, who.sealed, cells.item_code("item_code") or None,
        cells.text("item_name") or None, cells.text("staff") or None, cells.text("store") or None,
        at, ends, json.dumps(properties, ensure_ascii=False),
    )  # fmt: skip


def _key(cells: Cells, kind: str) -> str:
    if cells.plan.knows("key"):
        return cells.text("key", must=True)
    parts = [cells.row[place] for place in cells.plan.key_places if place < len(cells.row)]
    key = "|".join([kind, *parts])
    if len(key) > LONGEST_KEY:
        cells.refuse("too_long", "key")
    return key[:LONGEST_KEY]


# A row without a number of its own may rightly stand twice (a mother books for two children): the
# second is numbered. With a number of its own it is the same event again, or trouble.
_NUMBERED = "grp || CASE WHEN n > 1 THEN '#' || n ELSE '' END"
_CONTENT = (
    "md5(concat_ws('|', kind, customer, item_code, item_name, staff, store, local_at, local_end,"
    " properties))"
)


def arrange(plan: Plan, raw: str, rows: str) -> str:
    """Events in the order of the file, each with its key."""
    own = plan.knows("key")
    return f"""
    CREATE UNLOGGED TABLE {rows} AS
    WITH counted AS (
        SELECT *, {ITEM_REF} AS item_ref, {_CONTENT} AS content,
            row_number() OVER (PARTITION BY grp ORDER BY row_no) AS n,
            first_value({_CONTENT}) OVER (PARTITION BY grp ORDER BY row_no) AS first_content,
            row_number() OVER (ORDER BY row_no) AS nth
        FROM {raw}
    )
    SELECT row_no, {"grp" if own else _NUMBERED} AS key,
        ((nth - 1) / {CHUNK_ROWS})::int + 1 AS chunk, 0 AS position, {own} AND n > 1 AS again,
        CASE WHEN reasons IS NOT NULL THEN reasons
             WHEN {own} AND content <> first_content THEN {as_reason("twice", "key")}
        END AS reasons,
        kind, customer, who, item_ref, item_code, item_name, staff, store, local_at, local_end,
        properties
    FROM counted ORDER BY row_no
    """


_SELECT = """
SELECT %(source)s, r.key, r.kind,
    r.local_at AT TIME ZONE coalesce(st.time_zone, %(zone)s),
    r.local_end AT TIME ZONE coalesce(st.time_zone, %(zone)s),
    c.id, st.id, f.id, i.id, r.properties
FROM {rows} r
LEFT JOIN {refs} c ON c.kind = 'customer' AND c.ref = r.customer
LEFT JOIN {refs} i ON i.kind = 'item' AND i.ref = r.item_ref
LEFT JOIN {refs} f ON f.kind = 'staff' AND f.ref = r.staff
LEFT JOIN {refs} s ON s.kind = 'store' AND s.ref = r.store
LEFT JOIN offer_store st ON st.id = s.id
WHERE r.chunk = %(chunk)s AND r.reasons IS NULL AND NOT r.again
"""


def _select(work: Work, chunk: int) -> tuple[str, dict[str, Any]]:
    parameters = {"source": work.source, "chunk": chunk, "zone": work.zone.key}
    return _SELECT.format(rows=work.rows, refs=work.refs), parameters


def compare(work: Work, chunk: int) -> Outcome:
    """Which events of a chunk are new, there, or there otherwise."""
    return _outcome(work, chunk, compare_selected_events(*_select(work, chunk)))


def move(work: Work, chunk: int, by: Actor, at: datetime) -> Outcome:
    """Records the events of a chunk."""
    select, parameters = _select(work, chunk)
    batch_id = work.job.batch_id
    recorded = record_selected_events(select, parameters, by=by, at=at, batch_id=batch_id)
    return _outcome(work, chunk, recorded)


def _outcome(work: Work, chunk: int, recorded: RecordedEvents) -> Outcome:
    refuse_keys(work, chunk, recorded.different_keys, "there_otherwise")
    return Outcome(accepted=recorded.events, already=recorded.already_there + repeated(work, chunk))


TARGET = Target(COLUMNS, read_row, arrange, compare, move, refers=True)
