"""The quarantine as a file that can be mended and sent back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from regulars.intake.mending import REASON_COLUMN, ROW_COLUMN, key_of
from regulars.intake.models import Import, QuarantinedRow
from regulars.intake.quarantine import open_cells
from regulars.intake.queries import open_row
from regulars.kit import audit
from regulars.kit.permissions import Actor, Permission

FORMULA_STARTS = ("=", "+", "-", "@", "\t")


@transaction.atomic
def as_csv(job: Import, *, by: Actor, at: datetime) -> bytes:
    """UTF-8 with a BOM, so that Excel opens Chinese rightly."""
    text = io.StringIO()
    writer = csv.writer(text)
    for line in _lines(job, by=by, at=at):
        writer.writerow([_not_a_formula(cell) for cell in line])
    return text.getvalue().encode("utf-8-sig")


def _not_a_formula(cell: str) -> str:
    """A tab before what a spreadsheet would run; it is trimmed when the file comes back."""
    if cell.startswith(FORMULA_STARTS) and not cell[1:].replace(".", "").replace(",", "").isdigit():
        return "\t" + cell
    return cell


@transaction.atomic
def as_workbook(job: Import, *, by: Actor, at: datetime) -> bytes:
    """The same as an Excel workbook, every cell as text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Quarantine")
    for line in _lines(job, by=by, at=at):
        cells = [WriteOnlyCell(sheet, value=cell) for cell in line]
        for cell in cells:
            cell.data_type = "s"
        sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _lines(job: Import, *, by: Actor, at: datetime) -> Iterator[list[str]]:
    by.must(Permission.IMPORT_DATA)
    key = key_of(job)
    rows = job.quarantine.filter(state=QuarantinedRow.WAITING).order_by("row_no")
    detail = {"rows": rows.count()}
    audit.record("intake.download_quarantine", f"import:{job.pk}", by=by, at=at, detail=detail)
    yield [ROW_COLUMN, REASON_COLUMN, *job.columns]
    for row in rows.iterator(chunk_size=2000):
        held = open_row(job, row, open_cells(row, key))
        yield [str(held.row_no), " ".join(held.reasons), *held.cells]
