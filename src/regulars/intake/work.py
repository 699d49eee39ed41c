"""What one import works with: its plan, its key, its tables of staged rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from regulars.intake.cells import Cells
from regulars.intake.models import Import, QuarantinedRow
from regulars.intake.plan import Match, Plan, make_plan
from regulars.intake.quarantine import open_cells
from regulars.intake.reading import Row, Table, open_table
from regulars.kit.keys import DataKey, keyring


@dataclass(frozen=True)
class Work:
    """An import at work. `rows` and `refs` name its tables of staged rows and references."""

    job: Import
    plan: Plan
    key: DataKey
    zone: ZoneInfo

    @property
    def rows(self) -> str:
        return f"intake_rows_{self.job.pk}"

    @property
    def refs(self) -> str:
        return f"intake_refs_{self.job.pk}"

    @property
    def source(self) -> str:
        return self.job.source

    def cells(self, at: datetime) -> Cells:
        """Reads rows as of `at`; clocks that run a day ahead are forgiven."""
        latest = at.astimezone(self.zone).replace(tzinfo=None) + timedelta(days=1)
        return Cells(self.plan, zone=self.zone, latest=latest)

    def read(self) -> Iterator[Row]:
        """The rows to work on: of the file, or, the second time, those waiting in quarantine.

        Raises:
            FileError: the file cannot be read to its end.
        """
        if not self.job.again:
            yield from table_of(self.job).rows()
            return
        waiting = QuarantinedRow.objects.filter(of=self.job, state=QuarantinedRow.WAITING)
        for row in waiting.order_by("row_no").iterator(chunk_size=5000):
            yield row.row_no, open_cells(row, self.key)


def work_on(job: Import) -> Work:
    """Opens an import whose columns have been matched.

    Raises:
        ValidationError: the match does not fit the file.
    """
    assert job.data_key is not None  # noqa: S101  made with the import
    return Work(
        job=job,
        plan=make_plan(job.target, job.columns, Match.read(job.mapping)),
        key=keyring().data_key(bytes(job.data_key)),
        zone=ZoneInfo(settings.TIME_ZONE),
    )


def table_of(job: Import) -> Table:
    """The file of an import, opened."""
    return open_table(
        Path(job.path), encoding=job.encoding, delimiter=job.delimiter, sheet=job.sheet
    )
