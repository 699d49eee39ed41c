"""Excel workbooks, old (.xls) and new (.xlsx), and OpenDocument sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, WorksheetNotFound

from regulars.intake.reading.table import FileError, Row, header

_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


class SpreadsheetTable:
    """One sheet of a workbook. The header is the first row that holds something."""

    encoding = ""
    delimiter = ""

    def __init__(self, path: Path, *, sheet: str = "") -> None:
        self._path = path
        self._workbook = _open(path)
        self.sheets: Sequence[str] = list(self._workbook.sheet_names)
        self.sheet = sheet or self._first_filled()
        first = next(self._records(), None)
        if first is None:
            raise FileError(_("The sheet “%(sheet)s” is empty.") % {"sheet": self.sheet})
        self._header_no, cells = first
        self.columns = header(cells)

    def rows(self) -> Iterator[Row]:
        width = len(self.columns)
        for number, cells in self._records():
            if number != self._header_no:
                while len(cells) > width and not cells[-1]:
                    cells.pop()
                yield number, cells

    def _first_filled(self) -> str:
        for name in self.sheets:
            if self._workbook.get_sheet_by_name(name).end is not None:
                return name
        raise FileError(_("The workbook has no sheet with anything in it."))

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        try:
            sheet = self._workbook.get_sheet_by_name(self.sheet)
        except WorksheetNotFound as error:
            raise FileError(
                _("The workbook has no sheet “%(sheet)s”; it has: %(sheets)s.")
                % {"sheet": self.sheet, "sheets": ", ".join(self.sheets)}
            ) from error
        for number, values in enumerate(sheet.to_python(skip_empty_area=False), start=1):
            cells = [as_text(value) for value in values]
            if any(cells):
                yield number, cells


def _open(path: Path) -> CalamineWorkbook:
    locked = FileError(
        _("The workbook is locked with a password. Save it without one and choose it again.")
    )
    with path.open("rb") as file:
        if _ENCRYPTED_PACKAGE in file.read(2**16):
            raise locked
    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise locked from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileError(
            _("The workbook cannot be opened: it is damaged or not an Excel file. Save it again.")
        ) from error


def as_text(value: Any) -> str:
    """A cell as people see it: whole numbers without a point, dates as 2026-11-22."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    return "" if value is None else str(value)
