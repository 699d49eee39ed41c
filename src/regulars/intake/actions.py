"""What people do with imports; the work itself is in `running`."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.intake.models import Import, Preset
from regulars.intake.plan import Match, make_plan
from regulars.intake.profile import look_through
from regulars.intake.reading import FileError, open_table
from regulars.intake.work import table_of
from regulars.kit import audit
from regulars.kit.keys import keyring
from regulars.kit.models import Batch
from regulars.kit.permissions import Actor, Permission
from regulars.offer.models import Store

State = Import.State
IN_WORK = (State.CHECKING, State.RUNNING)


def must_import(by: Actor) -> None:
    """Refuses those who may not import, or only at single stores: a file concerns them all."""
    by.must(Permission.IMPORT_DATA)
    if by.stores(Permission.IMPORT_DATA) is not None:
        raise PermissionDenied(
            _("An import concerns the whole business; your role is for single stores.")
        )


def receive(
    blocks: Iterable[bytes], file_name: str, *, sheet: str = "", by: Actor, at: datetime
) -> Import:
    """Keeps a file for import and looks through it.

    Raises:
        FileError: it is no table that can be read; nothing is kept then.
        OSError: the disk is full; nothing is kept then.
    """
    must_import(by)
    folder = settings.VAR / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / secrets.token_hex(16)
    try:
        path.touch(mode=0o600)
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as file:
            for block in blocks:
                file.write(block)
                digest.update(block)
                size += len(block)
        return _begin(path, file_name, size, digest.hexdigest(), sheet, by=by, at=at)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@transaction.atomic
def _begin(
    path: Path, file_name: str, size: int, sha256: str, sheet: str, *, by: Actor, at: datetime
) -> Import:
    table = open_table(path, sheet=sheet)
    profile = look_through(table)
    if not profile.rows:
        raise FileError(_("The file has a header but no rows below it."))
    job = Import.objects.create(
        file_name=Path(file_name).name[-200:],
        path=str(path),
        size=size,
        sha256=sha256,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        columns=list(table.columns),
        profile=profile.stored(),
        rows_read=profile.rows,
        data_key=keyring().new_wrapped_key(),
        by_id=by.user_id,
        by_name=by.name,
        created_at=at,
    )
    detail = {"rows": profile.rows, "bytes": size}
    audit.record("intake.receive", f"import:{job.pk}", by=by, at=at, detail=detail)
    return job


@transaction.atomic
def reread(
    import_id: int, *, encoding: str = "", delimiter: str = "", sheet: str = "", by: Actor
) -> Import:
    """Reads the file another way: in another encoding, or another sheet of the workbook.

    Raises:
        FileError: it cannot be read that way.
    """
    by.must(Permission.IMPORT_DATA)
    job = _open(import_id)
    job.encoding, job.delimiter, job.sheet = encoding, delimiter, sheet
    table = table_of(job)
    profile = look_through(table)
    job.encoding, job.delimiter, job.sheet = table.encoding, table.delimiter, table.sheet
    job.columns, job.profile, job.rows_read = list(table.columns), profile.stored(), profile.rows
    job.mapping, job.state = {}, State.UPLOADED
    job.save()
    return job


def _open(import_id: int) -> Import:
    """An import whose rows are not in yet, locked.

    Raises:
        ValidationError: it is at work, or its rows are in.
    """
    job = Import.objects.select_for_update().get(pk=import_id)
    if job.state in IN_WORK:
        raise ValidationError(_("This import is at work. Wait until it is done."))
    if job.batch_id is not None:
        raise ValidationError(_("The rows of this import are in already."))
    return job


@transaction.atomic
def match_columns(
    import_id: int, target: str, source: str, match: Match, *, preset: str = "", by: Actor
) -> Import:
    """Says what a file holds and which column is which field.

    Raises:
        ValidationError: the match does not fit the file, or leaves open what must be said.
    """
    by.must(Permission.IMPORT_DATA)
    job = _open(import_id)
    plan = make_plan(target, job.columns, match)
    if not source.strip():
        raise ValidationError(_("Name the system the file comes from, for example: till."))
    if target == "sales" and not plan.knows("store") and Store.objects.count() > 1:
        raise ValidationError(_("There are several stores: say which one these sales belong to."))
    job.target, job.source, job.preset = target, source.strip()[:40], preset
    job.mapping, job.state, job.error = match.stored(), State.UPLOADED, ""
    job.save()
    return job


@transaction.atomic
def begin_check(import_id: int, *, by: Actor, at: datetime) -> Import:
    """Marks an import as being checked; `running.check` does the work."""
    by.must(Permission.IMPORT_DATA)
    job = _open(import_id)
    if not job.target:
        raise ValidationError(_("Match the columns first."))
    job.state, job.progress, job.findings, job.error = State.CHECKING, 0, {}, ""
    job.started_at, job.ended_at = at, None
    job.save()
    return job


@transaction.atomic
def begin_run(import_id: int, *, by: Actor, at: datetime) -> Import:
    """Marks a checked import as running, or a stopped one as running on.

    Raises:
        ValidationError: it has not been checked, or is in already.
    """
    must_import(by)
    job = Import.objects.select_for_update().get(pk=import_id)
    if job.state == State.CHECKED:
        job.batch = Batch.objects.create(label=job.file_name, at=at)
        job.progress, job.moved = 0, 0
        audit.record("intake.begin", f"import:{job.pk}", by=by, at=at)
    elif job.state != State.FAILED or job.batch_id is None:
        raise ValidationError(_("Check the file first, then import it."))
    job.state, job.error, job.started_at, job.ended_at = State.RUNNING, "", at, None
    job.save()
    return job


@transaction.atomic
def save_preset(import_id: int, name: str, *, by: Actor, at: datetime) -> Preset:
    """Remembers how this file was matched, for files with the same columns.

    Raises:
        ValidationError: the preset has no name, or the columns have not been matched.
    """
    by.must(Permission.IMPORT_DATA)
    job = Import.objects.get(pk=import_id)
    name = name.strip()
    if not 1 <= len(name) <= 60:
        raise ValidationError(_("Give the preset a name of up to 60 characters."))
    if not job.target:
        raise ValidationError(_("Match the columns first."))
    preset, _new = Preset.objects.update_or_create(
        name=name,
        defaults={
            "target": job.target,
            "source": job.source,
            "columns": job.columns,
            "mapping": job.mapping,
            "by_name": by.name,
            "at": at,
        },
    )
    audit.record("intake.save_preset", f"preset:{preset.pk}", by=by, at=at)
    return preset


@transaction.atomic
def forget(import_id: int, *, by: Actor, at: datetime) -> None:
    """Removes an import nothing of which is in, with its file and its staged rows."""
    by.must(Permission.IMPORT_DATA)
    job = _open(import_id)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TABLE IF EXISTS intake_rows_{job.pk:d}, intake_rows_{job.pk:d}_raw,"
            f" intake_refs_{job.pk:d}"
        )
    job.delete()
    audit.record("intake.forget", f"import:{import_id}", by=by, at=at)
    transaction.on_commit(lambda: Path(job.path).unlink(missing_ok=True))
