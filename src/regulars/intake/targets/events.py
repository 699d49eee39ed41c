"""A row of an events file, as it is staged."""

from __future__ import annotations

import json

from regulars.intake.cells import Cells, Values
from regulars.intake.targets.who import read_who
from regulars.kit.keys import DataKey, Keyring

COLUMNS = {
    "kind": "text", "customer": "text", "who": "bytea", "item_code": "text", "item_name": "text",
    "staff": "text", "store": "text", "local_at": "timestamp", "local_end": "timestamp",
    "properties": "jsonb",
}  # fmt: skip
LONGEST_KEY = 120


def read_row(cells: Cells, *, ring: Keyring, key: DataKey) -> tuple[str, Values]:
    """The key of the event and the values of `COLUMNS`.

    An appointment may lie ahead; everything else that happened, happened.
    """
    kind = cells.word("kind")
    at = cells.moment("at", future=kind == "booking")
    ends = cells.later_moment("ends_at")
    if at and ends and ends < at:
        cells.refuse("ends_before_it_begins", "ends_at")
    who = read_who(cells, ring=ring, key=key)
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
