"""Rows that could not be taken: kept sealed, recognised when they come again."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

from regulars.intake.models import Import, QuarantinedRow
from regulars.intake.reading import Row
from regulars.kit.bulk import copy_rows
from regulars.kit.keys import DataKey, keyring

PLACE = "import:row"
_BLOCK = 5000
COLUMNS = ["of_id", "row_no", "sealed", "digest", "reasons", "state"]


def open_cells(row: QuarantinedRow, key: DataKey) -> list[str]:
    """The cells of a quarantined row, in the order of the file's columns."""
    cells: list[str] = json.loads(key.open(PLACE, row.sealed))
    return cells


def seal_cells(cells: Sequence[str], key: DataKey) -> bytes:
    return key.seal(PLACE, json.dumps(list(cells), ensure_ascii=False))


def digest_of(job: Import, cells: Sequence[str]) -> bytes:
    """By what the same row of the same source is recognised when it comes again."""
    return keyring().blind(f"row:{job.target}:{job.source}", "\x1f".join(cells))


def keep(
    job: Import, refused: Mapping[int, Any], rows: Iterable[Row], *, key: DataKey
) -> tuple[int, int]:
    """Puts the refused rows into quarantine; returns how many are new there and how many known.

    Args:
        refused: reasons by row number.
        rows: all rows of the file, read once more for the cells of the refused ones.
    """
    kept = known = 0
    block: list[tuple[int, Sequence[str], bytes]] = []
    for number, cells in rows:
        if number in refused:
            block.append((number, cells, digest_of(job, cells)))
        if len(block) == _BLOCK:
            fresh = _keep_block(job, refused, block, key)
            kept, known, block = kept + fresh, known + len(block) - fresh, []
    fresh = _keep_block(job, refused, block, key)
    return kept + fresh, known + len(block) - fresh


def _keep_block(
    job: Import,
    refused: Mapping[int, Any],
    block: Sequence[tuple[int, Sequence[str], bytes]],
    key: DataKey,
) -> int:
    before = _known_before(job, [digest for _n, _c, digest in block])
    return copy_rows(
        QuarantinedRow._meta.db_table,
        COLUMNS,
        (
            (job.pk, n, seal_cells(cells, key), digest, json.dumps(refused[n]), "waiting")
            for n, cells, digest in block
            if digest not in before
        ),
    )


def count_known(job: Import, refused: Container[int], rows: Iterable[Row]) -> int:
    """How many of the refused rows an earlier import has put into quarantine already."""
    digests = [digest_of(job, cells) for number, cells in rows if number in refused]
    known = _known_before(job, digests)
    return sum(digest in known for digest in digests)


def _known_before(job: Import, digests: Sequence[bytes]) -> set[bytes]:
    rows = QuarantinedRow.objects.filter(digest__in=digests).exclude(of=job)
    return {bytes(digest) for digest in rows.values_list("digest", flat=True)}


def refused_rows(cursor: Any, table: str) -> dict[int, Any]:
    """Reasons by row number, of all staged rows that were refused."""
    cursor.execute(f"SELECT row_no, reasons::text FROM {table} WHERE reasons IS NOT NULL")
    return {number: json.loads(reasons) for number, reasons in cursor.fetchall()}


def blocks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Rows in lists of `size`."""
    block: list[Row] = []
    for row in rows:
        block.append(row)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def note_reasons(job: Import, refused: Mapping[int, Any]) -> None:
    """Replaces the reasons of rows that were tried again and refused again."""
    rows = list(job.quarantine.filter(row_no__in=list(refused)))
    for row in rows:
        row.reasons = refused[row.row_no]
    QuarantinedRow.objects.bulk_update(rows, ["reasons"], batch_size=_BLOCK)
