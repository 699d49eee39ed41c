"""Services and products on their way in: new ones are added, changed ones updated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from regulars.intake.models import Change
from regulars.intake.names import code_from
from regulars.intake.staged import repeated
from regulars.intake.targets.records import COLUMNS, arrange, read_item, staged_records
from regulars.intake.targets.target import Outcome, Target
from regulars.intake.work import Work
from regulars.kit.permissions import Actor
from regulars.offer.actions import ItemDraft, add_items, change_items
from regulars.offer.models import Item

CHUNK_ROWS = 5_000


@dataclass
class Decision:
    """What to do with the items of a chunk."""

    new: list[ItemDraft] = field(default_factory=list)
    changes: dict[int, dict[str, Any]] = field(default_factory=dict)
    same: int = 0

    def outcome(self, repetitions: int) -> Outcome:
        changed = len(self.changes)
        return Outcome(len(self.new) + changed, self.same + repetitions, changed)


def decide(work: Work, chunk: int) -> Decision:
    """Holds the staged items against those there."""
    records = [record for _number, record in staged_records(work, chunk)]
    there = Item.objects.in_bulk([record["code"] for record in records], field_name="code")
    nameless = _made_from_names(records, there)
    decision = Decision()
    for record in records:
        item = there.get(record["code"]) or nameless.pop(record["name"].lower(), None)
        if item is None:
            decision.new.append(ItemDraft(**record))
            continue
        changes = {name: value for name, value in record.items() if getattr(item, name) != value}
        if changes:
            decision.changes[item.pk] = changes
        else:
            decision.same += 1
    return decision


def _made_from_names(records: list[dict[str, Any]], there: Mapping[str, Item]) -> dict[str, Item]:
    """Items that sales brought before by name alone, by that name: they get their code now."""
    names = {record["name"] for record in records if record["code"] not in there}
    items = Item.objects.filter(name__in=names)
    return {item.name.lower(): item for item in items if item.code == code_from(item.name)}


def compare(work: Work, chunk: int) -> Outcome:
    """Which items of a chunk are new, changed, or there as they are."""
    return decide(work, chunk).outcome(repeated(work, chunk))


def move(work: Work, chunk: int, by: Actor, at: datetime) -> Outcome:
    """Adds and updates the items of a chunk; what was before stands in `Change`."""
    decision, batch_id = decide(work, chunk), work.job.batch_id
    if decision.new:
        add_items(decision.new, by=by, at=at, batch_id=batch_id)
    if decision.changes:
        before = change_items(decision.changes, by=by, at=at, batch_id=batch_id)
        Change.objects.bulk_create(
            Change(
                by_import=work.job,
                item_id=pk,
                before={"before": values, "after": decision.changes[pk]},
            )
            for pk, values in before.items()
        )
    return decision.outcome(repeated(work, chunk))


TARGET = Target(COLUMNS, read_item, arrange(CHUNK_ROWS), compare, move)
