"""CSV and its relatives: the encoding and the delimiter are found out from the file itself."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from regulars.intake.reading.table import FileError, Row, header

ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "cp1252", "big5", "shift_jis"]
LONGEST_CELL = 100_000

_DELIMITERS = ",\t;|"
_BLOCK = 2**20
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class DelimitedTable:
    """A text file with one row a line (quoted cells may hold line breaks)."""

    sheet = ""
    sheets: Sequence[str] = ()

    def __init__(self, path: Path, *, encoding: str = "", delimiter: str = "") -> None:
        self._path = path
        self.encoding = encoding or find_encoding(path)
        if encoding and (error := first_undecodable(path, encoding)):
            raise _undecodable(encoding, *error)
        self.delimiter = delimiter or self._find_delimiter()
        first = next(self._records(), None)
        if first is None:
            raise FileError(_("The file is empty. Export it again and look whether it opens."))
        self._header_no, cells = first
        self.columns = header(cells)
        _refuse_prose(cells)

    def rows(self) -> Iterator[Row]:
        width = len(self.columns)
        for number, cells in self._records():
            if number == self._header_no:
                continue
            while len(cells) > width and not cells[-1]:
                cells.pop()
            yield number, cells

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(LONGEST_CELL)
        with self._path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader((line.replace("\0", "") for line in file), delimiter=self.delimiter)
            try:
                for number, record in enumerate(reader, start=1):
                    cells = [cell.strip() for cell in record]
                    if any(cells):
                        yield number, cells
            except csv.Error as error:
                raise FileError(
                    _(
                        "Near line %(line)d a cell never ends: a quotation mark is probably"
                        " missing. Mend that line and choose the file again."
                    )
                    % {"line": reader.line_num}
                ) from error

    def _find_delimiter(self) -> str:
        """The delimiter that splits the first lines into the most columns, equally often."""
        with self._path.open(encoding=self.encoding, newline="") as file:
            lines = [line for _n, line in zip(range(20), file, strict=False) if line.strip()]
        best, best_score = ",", 0.0
        for delimiter in _DELIMITERS:
            widths = Counter(_widths(lines, delimiter))
            width, agreeing = max(
                widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0)
            )
            score = (width - 1) * agreeing / max(len(lines), 1)
            if score > best_score:
                best, best_score = delimiter, score
        return best


def _widths(lines: Sequence[str], delimiter: str) -> Iterator[int]:
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            yield len(row)
    except csv.Error:  # a cell that never ends: the reading of the rows will say where
        return


def find_encoding(path: Path) -> str:
    """UTF-8 (with or without BOM), UTF-16 or GB18030, whichever reads the whole file.

    Raises:
        FileError: none of them does; names the line and byte where reading stopped.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    for bom, encoding in _BOMS.items():
        if head.startswith(bom):
            return encoding
    if b"\0" in head:
        return _utf16_without_bom(head)
    stopped = first_undecodable(path, "utf-8")
    if stopped is None:
        return "utf-8"
    if first_undecodable(path, "gb18030") is None:
        return "gb18030"
    raise _undecodable("UTF-8, GB18030", *stopped)


def _utf16_without_bom(head: bytes) -> str:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if min(even, odd) or max(even, odd) < len(head) // 8:
        raise FileError(
            _("This file is not text and not a table. Export as CSV, Excel or Parquet.")
        )
    return "utf-16-le" if odd > even else "utf-16-be"


def first_undecodable(path: Path, encoding: str) -> tuple[int, int] | None:
    """Line and byte (both from 1) where `encoding` cannot go on, or None when it reads it all."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, before = 1, 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=len(block) < _BLOCK)
            except UnicodeDecodeError as error:
                at = max(error.start - pending, 0)
                return lines + block[:at].count(b"\n"), before + at + 1
            lines += block.count(b"\n")
            before += len(block)
    return None


def _undecodable(encoding: str, line: int, byte: int) -> FileError:
    return FileError(
        _(
            "The text is not %(encoding)s: byte %(byte)d, in line %(line)d, cannot be read."
            " Save the file as UTF-8 (in Excel: “CSV UTF-8”) and choose it again."
        )
        % {"encoding": encoding.upper(), "byte": byte, "line": line}
    )


def _refuse_prose(cells: Sequence[str]) -> None:
    start = cells[0].lstrip()[:1] if cells else ""
    if start in {"{", "[", "<"}:
        kind = "HTML / XML" if start == "<" else "JSON"
        raise FileError(
            _("This is a %(kind)s file, not a table. Export as CSV, Excel or Parquet.")
            % {"kind": kind}
        )
