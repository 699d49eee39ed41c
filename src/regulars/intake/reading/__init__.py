"""Reading a file as a table: one interface over CSV, Excel and Parquet, every cell as text."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from regulars.intake.reading.delimited import DelimitedTable
from regulars.intake.reading.parquet import ParquetTable
from regulars.intake.reading.spreadsheet import SpreadsheetTable
from regulars.intake.reading.table import FileError, Row, Table

__all__ = ["FileError", "Row", "Table", "open_table"]

MOST_BYTES = 4 * 2**30

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_NO_TABLES = {
    b"%PDF": "PDF", b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"\x1f\x8b": "gzip",
    b"Rar!": "RAR", b"7z\xbc\xaf": "7-Zip", b"SQLite": "SQLite", b"{\\rtf": "RTF",
}  # fmt: skip


def open_table(path: Path, *, encoding: str = "", delimiter: str = "", sheet: str = "") -> Table:
    """Opens `path` as a table; what it is shows in its first bytes, not in its name.

    Args:
        encoding: of a text file; found out when empty.
        delimiter: between the cells of a text file; found out when empty.
        sheet: of a workbook; the first that holds something when empty.

    Raises:
        FileError: the file is no table, is empty, too large, locked or damaged, or its header
            names a column twice. The message says what to do.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileError(_("The file is empty. Export it again and look whether it opens."))
    if size > MOST_BYTES:
        raise FileError(_("The file is larger than 4 GB. Export it in parts, a year each."))
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PAR1"):
        return ParquetTable(path)
    if head.startswith((_ZIP, _OLE)):
        return SpreadsheetTable(path, sheet=sheet)
    for start, name in _NO_TABLES.items():
        if head.startswith(start):
            raise FileError(
                _("This is a %(kind)s file, not a table. Export as CSV, Excel or Parquet.")
                % {"kind": name}
            )
    return DelimitedTable(path, encoding=encoding, delimiter=delimiter)
