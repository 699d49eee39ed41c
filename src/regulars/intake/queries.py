"""Reads on imports and their quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.intake.fields import field
from regulars.intake.mending import key_of
from regulars.intake.models import Import, QuarantinedRow
from regulars.intake.quarantine import open_cells
from regulars.intake.reasons import sentence

PAGE_ROWS = 50


def imports() -> QuerySet[Import]:
    """All imports, the latest first."""
    return Import.objects.order_by("-pk")


def same_file(job: Import) -> Import | None:
    """The last import of the very same file, if its rows are in."""
    done = imports().filter(sha256=job.sha256, state=Import.State.DONE)
    return done.exclude(pk=job.pk).first()


def usual_source(otherwise: str) -> str:
    """The system all imports so far came from; with none or several, `otherwise`."""
    known = Import.objects.exclude(source="").values_list("source", flat=True).distinct()[:2]
    return known[0] if len(known) == 1 else otherwise


@dataclass(frozen=True)
class Group:
    """Rows in quarantine for one reason. `field_label` is "" where the whole row is meant."""

    field: str
    code: str
    field_label: str
    sentence: str
    rows: int

    @property
    def key(self) -> str:
        return f"{self.field}:{self.code}"


def group(target: str, field_name: str, code: str, rows: int) -> Group:
    label = str(field(target, field_name).label) if field_name else ""
    return Group(field_name, code, label, sentence(code), rows)


_GROUPS = """
SELECT reason->>'field', reason->>'code', count(*)
FROM intake_quarantinedrow, jsonb_array_elements(reasons) AS reason
WHERE of_id = %s AND state = %s GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""


def groups(job: Import, state: str = QuarantinedRow.WAITING) -> list[Group]:
    """The rows of an import's quarantine by reason, the most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS, [job.pk, state])
        return [group(job.target, *row) for row in cursor.fetchall()]


def found_groups(job: Import) -> list[tuple[Group, Sequence[int]]]:
    """The reasons the dry run found, each with its first row numbers."""
    return [
        (group(job.target, found["field"], found["code"], found["rows"]), found["first"])
        for found in job.findings.get("reasons", [])
    ]


@dataclass(frozen=True)
class HeldRow:
    """A quarantined row, opened. `marked` are the places of the cells the reasons name."""

    row_no: int
    cells: list[str]
    reasons: list[str]
    marked: frozenset[int]
    state: str


def held_rows(
    job: Import, *, reason: str = "", state: str = QuarantinedRow.WAITING
) -> QuerySet[QuarantinedRow]:
    """Rows of a quarantine in the order of the file; `reason` is a `Group.key`."""
    rows = job.quarantine.filter(state=state).order_by("row_no")
    if ":" in reason:
        name, code = reason.split(":", 1)
        rows = rows.filter(reasons__contains=[{"field": name, "code": code}])
    return rows


def held_page(job: Import, rows: QuerySet[QuarantinedRow], number: str | None) -> Page[HeldRow]:
    """One page of quarantined rows, opened."""
    key = key_of(job)
    page: Page[Any] = Paginator(rows, PAGE_ROWS).get_page(number)
    page.object_list = [open_row(job, row, open_cells(row, key)) for row in page.object_list]
    return page


def open_row(job: Import, row: QuarantinedRow, cells: list[str]) -> HeldRow:
    """A quarantined row with its reasons in words."""
    columns = job.mapping.get("columns", {})
    marked = {
        job.columns.index(columns[reason["field"]])
        for reason in row.reasons
        if columns.get(reason["field"]) in job.columns
    }
    return HeldRow(
        row_no=row.row_no,
        cells=cells,
        reasons=[told(job.target, reason["field"], reason["code"]) for reason in row.reasons],
        marked=frozenset(marked),
        state=row.state,
    )


def told(target: str, field_name: str, code: str) -> str:
    """A reason in one sentence that begins with the field."""
    one = group(target, field_name, code, 1)
    if not one.field_label:
        return one.sentence
    return _("%(field)s: %(reason)s") % {"field": one.field_label, "reason": one.sentence}
