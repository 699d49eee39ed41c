"""Taking an import back: what it brought goes, what it changed is as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.intake import events
from regulars.intake.actions import must_import
from regulars.intake.models import Change, Import
from regulars.intake.running import held
from regulars.intake.targets.customers import UNDO_PLACE
from regulars.kit import audit
from regulars.kit.permissions import Actor
from regulars.offer import actions as offer
from regulars.offer.models import Staff, Store
from regulars.people import actions as people
from regulars.people.changing import Undo, put_back
from regulars.people.queries import open_key
from regulars.sales import actions as sales

# Rows that came by other ways and name what this import brought, by the batch they came with.
_LATER = {
    "orders": """SELECT o.batch_id, count(*) FROM sales_order o
        JOIN people_customer c ON c.id = o.customer_id
        WHERE c.batch_id = %(batch)s AND o.batch_id IS DISTINCT FROM %(batch)s""",
    "lines": """SELECT o.batch_id, count(*) FROM sales_line l JOIN offer_item i ON i.id = l.item_id
        JOIN sales_order o ON o.id = l.order_id
        WHERE i.batch_id = %(batch)s AND o.batch_id IS DISTINCT FROM %(batch)s""",
    "events": """SELECT e.batch_id, count(*) FROM intake_event e
        LEFT JOIN people_customer c ON c.id = e.customer_id
        LEFT JOIN offer_item i ON i.id = e.item_id
        WHERE e.batch_id IS DISTINCT FROM %(batch)s
            AND (c.batch_id = %(batch)s OR i.batch_id = %(batch)s)""",
    "notes": """SELECT NULL::bigint, count(*) FROM people_note n
        JOIN people_customer c ON c.id = n.customer_id WHERE c.batch_id = %(batch)s""",
}


def obstacles(job: Import) -> list[str]:
    """Why an import cannot be taken back: what depends on it, in words; empty when nothing does."""
    told = []
    with connection.cursor() as cursor:
        for name, query in _LATER.items():
            cursor.execute(f"{query} GROUP BY 1 ORDER BY 1", {"batch": job.batch_id})
            told += [
                f"{_in_the_way(name, count) % {'n': count}}{_came_with(batch)}"
                for batch, count in cursor.fetchall()
                if count
            ]
    return told + _changed_since(job)


def _came_with(batch_id: int | None) -> str:
    """Which import has to be taken back first, where one brought them."""
    other = Import.objects.filter(batch=batch_id).first() if batch_id is not None else None
    if other is None:
        return ""
    words = _("The import “%(file)s” brought them: take that one back first.")
    return f" {words % {'file': other.file_name}}"


def _in_the_way(name: str, count: int) -> str:
    if name == "orders":
        return ngettext(
            "%(n)d later order names customers of this import.",
            "%(n)d later orders name customers of this import.",
            count,
        )
    if name == "lines":
        return ngettext(
            "%(n)d later sales line names items of this import.",
            "%(n)d later sales lines name items of this import.",
            count,
        )
    if name == "events":
        return ngettext(
            "%(n)d later event names customers or items of this import.",
            "%(n)d later events name customers or items of this import.",
            count,
        )
    return ngettext(
        "%(n)d note has been written on customers of this import.",
        "%(n)d notes have been written on customers of this import.",
        count,
    )


def _changed_since(job: Import) -> list[str]:
    if job.batch_id is None:
        return []
    later = Import.objects.filter(changes__customer__batch_id=job.batch_id).exclude(pk=job.pk)
    later |= Import.objects.filter(changes__item__batch_id=job.batch_id).exclude(pk=job.pk)
    return [
        _("The import “%(file)s” changed records of this import: take that one back first.")
        % {"file": other.file_name}
        for other in later.distinct()
    ]


@dataclass(frozen=True)
class Undone:
    """What taking back did; `stayed` counts fields left alone because they changed again since."""

    removed: dict[str, int]
    restored: int
    stayed: int


def undo(import_id: int, *, by: Actor, at: datetime) -> Undone:
    """Takes an import back, whole or not at all.

    Raises:
        ValidationError: nothing of it is in, or something depends on it; says what.
        Held: it is at work.
    """
    must_import(by)
    with held(import_id), transaction.atomic():
        job = Import.objects.select_for_update().get(pk=import_id)
        states = (Import.State.DONE, Import.State.FAILED)
        if job.state not in states or job.batch_id is None:
            raise ValidationError(_("There is nothing to take back: no row of this import is in."))
        in_the_way = obstacles(job)
        if in_the_way:
            raise ValidationError(in_the_way)
        undone = _take_back(job, job.batch_id, by=by, at=at)
        job.quarantine.all().delete()
        job.state, job.ended_at, job.error, job.data_key = Import.State.UNDONE, at, "", None
        job.save()
        detail: dict[str, Any] = {"removed": undone.removed, "restored": undone.restored}
        audit.record("intake.undo", f"import:{job.pk}", by=by, at=at, detail=detail)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS intake_rows_{job.pk:d}, intake_refs_{job.pk:d}")
        transaction.on_commit(lambda: Path(job.path).unlink(missing_ok=True))
    return undone


def _take_back(job: Import, batch_id: int, *, by: Actor, at: datetime) -> Undone:
    removed = {
        "events": events.remove_batch(batch_id, by=by, at=at),
        "orders": sales.remove_batch(batch_id, by=by, at=at),
    }
    stayed, restored = _restore(job, by=by, at=at)
    people_removed = people.remove_batch(batch_id, by=by, at=at)
    removed["customers"] = people_removed.deleted + people_removed.emptied
    removed["items"] = offer.remove_batch(batch_id, by=by, at=at)
    removed["staff"] = _remove_unused(job, Staff, "staff_id")
    removed["stores"] = _remove_unused(job, Store, "store_id")
    job.changes.all().delete()
    return Undone({name: n for name, n in removed.items() if n}, restored, stayed)


def _restore(job: Import, *, by: Actor, at: datetime) -> tuple[int, int]:
    """Puts changed customers and items back, the last change first."""
    changes = job.changes.order_by("-pk").select_related("customer")
    undos = [
        Undo(**json.loads(open_key(change.customer).open(UNDO_PLACE, change.sealed)))
        for change in changes
        if change.customer and change.sealed and change.customer.data_key
    ]
    stayed = put_back(undos, by=by, at=at)
    items: dict[int, dict[str, Any]] = {}
    for change in changes:
        if change.item_id and change.before:
            items[change.item_id] = change.before
    stayed += offer.put_items_back(items, by=by, at=at)
    return stayed, len(undos) + len(items)


def _remove_unused(job: Import, table: type[Staff] | type[Store], column: str) -> int:
    """Removes staff or stores the import made, unless something came to name them since."""
    ids = list(job.changes.exclude(**{column: None}).values_list(column, flat=True))
    used: Callable[[int], bool] = _staff_is_used if table is Staff else _store_is_used
    free = [pk for pk in ids if not used(pk)]
    Change.objects.filter(by_import=job, **{f"{column}__in": free}).delete()
    deleted, _tables = table.objects.filter(pk__in=free).delete()
    return int(deleted)


def _staff_is_used(pk: int) -> bool:
    return _exists(
        "SELECT EXISTS (SELECT FROM sales_line WHERE staff_id = %(pk)s)"
        " OR EXISTS (SELECT FROM intake_event WHERE staff_id = %(pk)s)",
        pk,
    )


def _store_is_used(pk: int) -> bool:
    return _exists(
        "SELECT EXISTS (SELECT FROM sales_order WHERE store_id = %(pk)s)"
        " OR EXISTS (SELECT FROM intake_event WHERE store_id = %(pk)s)"
        " OR EXISTS (SELECT FROM kit_rolegrant WHERE store_id = %(pk)s)",
        pk,
    )


def _exists(query: str, pk: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query, {"pk": pk})
        return bool(cursor.fetchone()[0])
