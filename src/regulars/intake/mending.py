"""Mending quarantined rows: cell by cell, a value at a time, or by a mended file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.intake.models import Import, QuarantinedRow
from regulars.intake.quarantine import open_cells, seal_cells
from regulars.intake.reading import open_table
from regulars.kit import audit
from regulars.kit.keys import DataKey, keyring
from regulars.kit.permissions import Actor, Permission

ROW_COLUMN, REASON_COLUMN = "Row", "Reason"


def key_of(job: Import) -> DataKey:
    """The key of an import.

    Raises:
        ValidationError: the import was taken back, and its key went with it.
    """
    if job.data_key is None:
        raise ValidationError(_("This import was taken back; its rows are gone."))
    return keyring().data_key(bytes(job.data_key))


def _waiting(import_id: int) -> tuple[Import, DataKey]:
    job = Import.objects.select_for_update().get(pk=import_id)
    if job.state != Import.State.DONE:
        raise ValidationError(_("Rows can be mended once the import is done."))
    return job, key_of(job)


@transaction.atomic
def mend_row(import_id: int, row_no: int, cells: Sequence[str], *, by: Actor, at: datetime) -> None:
    """Replaces the cells of one waiting row."""
    _mend(import_id, {row_no: cells}, by=by, at=at)


@transaction.atomic
def replace_value(
    import_id: int, column: str, old: str, new: str, *, by: Actor, at: datetime
) -> int:
    """Replaces one value of a column in every waiting row; returns how many rows had it."""
    by.must(Permission.IMPORT_DATA)
    job, key = _waiting(import_id)
    if column not in job.columns:
        raise ValidationError(_("The file has no column %(names)s.") % {"names": f"“{column}”"})
    place = job.columns.index(column)
    mended: dict[int, Sequence[str]] = {}
    for row in job.quarantine.filter(state=QuarantinedRow.WAITING):
        cells = open_cells(row, key)
        if place < len(cells) and cells[place] == old:
            cells[place] = new.strip()
            mended[row.row_no] = cells
    return _mend(import_id, mended, by=by, at=at)


@transaction.atomic
def mend_by_file(import_id: int, path: Path, *, by: Actor, at: datetime) -> int:
    """Takes the cells of waiting rows from a mended copy of the download; returns how many rows.

    Raises:
        FileError: the file cannot be read.
        ValidationError: its columns are not those of the download.
    """
    by.must(Permission.IMPORT_DATA)
    job, _key = _waiting(import_id)
    table = open_table(path)
    places = {name: place for place, name in enumerate(table.columns)}
    lost = [name for name in [ROW_COLUMN, *job.columns] if name not in places]
    if lost:
        raise ValidationError(
            _("The file has no column %(names)s.") % {"names": ", ".join(f"“{n}”" for n in lost)}
        )
    mended = {}
    for _number, cells in table.rows():
        filled = [*cells, *[""] * (len(table.columns) - len(cells))]
        row_no = filled[places[ROW_COLUMN]]
        if row_no.isdecimal():
            mended[int(row_no)] = [filled[places[name]] for name in job.columns]
    return _mend(import_id, mended, by=by, at=at)


def _mend(import_id: int, mended: Mapping[int, Sequence[str]], *, by: Actor, at: datetime) -> int:
    """The digest stays that of the row as it came, so that the same file is recognised again."""
    by.must(Permission.IMPORT_DATA)
    job, key = _waiting(import_id)
    rows = list(job.quarantine.filter(state=QuarantinedRow.WAITING, row_no__in=list(mended)))
    for row in rows:
        row.sealed = seal_cells([cell.strip() for cell in mended[row.row_no]], key)
    QuarantinedRow.objects.bulk_update(rows, ["sealed"], batch_size=2000)
    if rows:
        audit.record("intake.mend", f"import:{job.pk}", by=by, at=at, detail={"rows": len(rows)})
    return len(rows)


@transaction.atomic
def drop_rows(import_id: int, row_nos: Sequence[int] | None, *, by: Actor, at: datetime) -> int:
    """Gives rows up: they stay in the account, and in no queue. None means all that wait."""
    by.must(Permission.IMPORT_DATA)
    job, _key = _waiting(import_id)
    rows = job.quarantine.filter(state=QuarantinedRow.WAITING)
    if row_nos is not None:
        rows = rows.filter(row_no__in=row_nos)
    count = rows.update(state=QuarantinedRow.DROPPED)
    audit.record("intake.drop_rows", f"import:{job.pk}", by=by, at=at, detail={"rows": count})
    return count


@transaction.atomic
def take_up(import_id: int, row_no: int, *, by: Actor, at: datetime) -> None:
    """Lets a dropped row wait again."""
    by.must(Permission.IMPORT_DATA)
    job, _key = _waiting(import_id)
    rows = job.quarantine.filter(state=QuarantinedRow.DROPPED, row_no=row_no)
    rows.update(state=QuarantinedRow.WAITING)
    audit.record("intake.take_up", f"import:{job.pk}", by=by, at=at, detail={"row": row_no})


@transaction.atomic
def begin_again(import_id: int, *, by: Actor, at: datetime) -> Import:
    """Marks the waiting rows to be tried again; `running.run` does the work."""
    by.must(Permission.IMPORT_DATA)
    job, _key = _waiting(import_id)
    if not job.quarantine.filter(state=QuarantinedRow.WAITING).exists():
        raise ValidationError(_("No row is waiting."))
    job.state, job.again, job.moved, job.progress = Import.State.RUNNING, True, 0, 0
    job.started_at, job.ended_at = at, None
    job.save()
    return job
