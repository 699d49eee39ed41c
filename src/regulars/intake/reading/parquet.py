"""Parquet files, read in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext as _

from regulars.intake.reading.spreadsheet import as_text
from regulars.intake.reading.table import FileError, Row, header

BATCH_ROWS = 50_000


class ParquetTable:
    """A Parquet file with flat columns. Its first row is row 2, as if the header were row 1."""

    encoding = ""
    delimiter = ""
    sheet = ""
    sheets: Sequence[str] = ()

    def __init__(self, path: Path) -> None:
        try:
            self._file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            reason = (
                _("The Parquet file is encrypted. Save it without encryption.")
                if "encrypt" in str(error).lower()
                else _("The Parquet file is damaged or cut off. Copy or export it again.")
            )
            raise FileError(reason) from error
        schema = self._file.schema_arrow
        nested = [field.name for field in schema if pa.types.is_nested(field.type)]
        if nested:
            raise FileError(
                _("These columns hold lists, which a table cannot: %(names)s.")
                % {"names": ", ".join(nested)}
            )
        self.columns = header(schema.names)
        self._as_text = [_reader(field.type) for field in schema]

    def rows(self) -> Iterator[Row]:
        number = 2
        try:
            for batch in self._file.iter_batches(batch_size=BATCH_ROWS):
                columns = [
                    list(map(as_cell, column.to_pylist()))
                    for as_cell, column in zip(self._as_text, batch.columns, strict=True)
                ]
                for cells in zip(*columns, strict=True):
                    if any(cells):
                        yield number, cells
                    number += 1
        except (pa.ArrowException, OSError) as error:
            raise FileError(
                _("The Parquet file is damaged after row %(row)d. Copy or export it again.")
                % {"row": number}
            ) from error


def _reader(kind: pa.DataType) -> Callable[[Any], str]:
    if pa.types.is_integer(kind):
        return lambda value: "" if value is None else str(value)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return lambda value: value.strip() if value else ""
    if pa.types.is_timestamp(kind):
        return _moment
    return as_text


def _moment(value: datetime | None) -> str:
    return "" if value is None else value.isoformat(sep=" ", timespec="seconds")
