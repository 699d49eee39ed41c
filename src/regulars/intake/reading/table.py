"""What every kind of file looks like to an import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from django.utils.translation import gettext as _

Row = tuple[int, Sequence[str]]
MOST_COLUMNS = 500


class FileError(ValueError):
    """A file that cannot be read as a table; the message tells people why and what to do."""


class Table(Protocol):
    """A file with a header and rows.

    `rows` yields the number of each row as a spreadsheet shows it (the header is row 1) and its
    cells as text, trimmed, empty for nothing; blank rows are left out. A ragged row comes as it
    is, with more or fewer cells than there are columns. `sheets` are the sheets of a workbook.
    """

    @property
    def columns(self) -> Sequence[str]: ...

    @property
    def sheets(self) -> Sequence[str]: ...

    encoding: str
    delimiter: str
    sheet: str

    def rows(self) -> Iterator[Row]: ...


def header(cells: Sequence[str]) -> list[str]:
    """The column names of a header row; unnamed columns get their number, unnamed tails go.

    Raises:
        FileError: a name stands twice, or there are more columns than a person can match.
    """
    names = [cell.strip().lstrip("\ufeff") for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise FileError(
            _("The file has %(count)d columns. An import takes up to %(most)d.")
            % {"count": len(names), "most": MOST_COLUMNS}
        )
    places: dict[str, int] = {}
    for place, name in enumerate(names, start=1):
        if name and name in places:
            raise FileError(
                _(
                    "The header names the column “%(name)s” twice (columns %(first)d and"
                    " %(second)d). Give them different names and choose the file again."
                )
                % {"name": name, "first": places[name], "second": place}
            )
        places[name] = place
    return [name or _("Column %(n)d") % {"n": n} for n, name in enumerate(names, start=1)]
