"""`regulars import`: the same import as on the page, in the foreground."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from regulars.intake import actions, mending, presets, running, undoing
from regulars.intake.fields import FIELDS, RECORD_NAMES, TARGET_NAMES, field
from regulars.intake.guess import guess_match, guess_target, is_ambiguous
from regulars.intake.models import Import
from regulars.intake.reading import FileError
from regulars.intake.reasons import sentence
from regulars.kit import clock
from regulars.kit.permissions import SYSTEM

BLOCK = 2**20
State = Import.State


def main(argv: Sequence[str]) -> int:
    """Runs the command; the exit status is 0 when all went well, 1 when not."""
    options = _parser().parse_args(argv)
    try:
        if options.list:
            return _list()
        if options.undo is not None:
            return _undo(options.undo)
        if options.resume is not None:
            return _resume(options.resume)
        if options.again is not None:
            return _again(options.again)
        return _import(options)
    except (FileError, ValidationError) as error:
        for line in getattr(error, "messages", [str(error)]):
            print(line, file=sys.stderr)
    except Import.DoesNotExist:
        print(_("There is no import of that number."), file=sys.stderr)
    except running.Held:
        print(_("Another process is at work on this import."), file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or ''}: {error.strerror}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="regulars import", description=_("Imports a file."))
    parser.add_argument("file", nargs="?", type=Path, help=_("CSV, Excel or Parquet"))
    parser.add_argument("--target", choices=sorted(FIELDS), help=_("what the file holds"))
    parser.add_argument("--preset", help=_("how to read it; recognised by its columns if left out"))
    parser.add_argument("--source", help=_("the system it comes from"))
    parser.add_argument("--sheet", default="", help=_("of a workbook"))
    parser.add_argument("--dry-run", action="store_true", help=_("check only"))
    parser.add_argument("--yes", action="store_true", help=_("import without asking"))
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--list", action="store_true", help=_("show the imports"))
    other.add_argument("--undo", type=int, metavar="ID", help=_("take an import back"))
    other.add_argument("--resume", type=int, metavar="ID", help=_("continue a stopped import"))
    other.add_argument("--again", type=int, metavar="ID", help=_("try the quarantined rows again"))
    return parser


def _import(options: argparse.Namespace) -> int:
    if options.file is None:
        print(_("Name a file, or --list, --undo, --resume, --again."), file=sys.stderr)
        return 1
    with options.file.open("rb") as file:
        job = actions.receive(
            iter(lambda: file.read(BLOCK), b""),
            options.file.name,
            sheet=options.sheet,
            by=SYSTEM,
            at=clock.now(),
        )
    try:
        _match(job, options)
    except ValidationError:
        actions.forget(job.pk, by=SYSTEM, at=clock.now())
        raise
    actions.begin_check(job.pk, by=SYSTEM, at=clock.now())
    with _progress(job, _("checking")):
        running.check(job.pk, at=clock.now())
    job.refresh_from_db()
    if job.state == State.FAILED:
        print(job.error, file=sys.stderr)
        return 1
    _tell_findings(job)
    if options.dry_run:
        actions.forget(job.pk, by=SYSTEM, at=clock.now())
        return 0
    if not options.yes and not _wanted():
        actions.forget(job.pk, by=SYSTEM, at=clock.now())
        return 0
    actions.begin_run(job.pk, by=SYSTEM, at=clock.now())
    return _run(job)


def _wanted() -> bool:
    try:
        return input(_("Import these rows? [y/N] ")).strip().lower() in {"y", "是"}
    except EOFError:  # nobody is there to answer
        print("\n" + _("Nothing was imported. To import without being asked, add --yes."))
        return False


def _match(job: Import, options: argparse.Namespace) -> None:
    known = presets.preset(options.preset) if options.preset else presets.recognise(job.columns)
    if options.preset and known is None:
        raise ValidationError(
            _("There is no preset “%(name)s”. There are: %(names)s.")
            % {"name": options.preset, "names": ", ".join(p.key for p in presets.remembered())}
        )
    if known and options.target in {None, known.target}:
        target, match, source, key = known.target, known.match, known.source, known.key
    else:
        target = options.target or guess_target(job.profile)
        match, source, key = guess_match(target, job.profile), job.file_name.split(".")[0], ""
        if is_ambiguous(job.profile, match.columns):
            print(_("The dates can be read in two ways; they are read as month/day/year."))
    actions.match_columns(job.pk, target, options.source or source, match, preset=key, by=SYSTEM)
    job.refresh_from_db()
    print(
        f"{job.file_name}: {TARGET_NAMES[target]}" + (f" · {known.name}" if key and known else "")
    )
    for name, column in match.columns.items():
        print(f"  {column} → {field(target, name).label}")


def _run(job: Import) -> int:
    with _progress(job, _("importing")):
        running.run(job.pk, by=SYSTEM, at=clock.now())
    job.refresh_from_db()
    if job.state != State.DONE:
        print(job.error, file=sys.stderr)
        return 1
    print(
        _(
            "Import %(id)d: %(read)s rows read = %(accepted)s accepted + %(quarantined)s in"
            " quarantine + %(already)s already there."
        )
        % {
            "id": job.pk,
            "read": f"{job.rows_read:,}",
            "accepted": f"{job.accepted:,}",
            "quarantined": f"{job.quarantined:,}",
            "already": f"{job.already:,}",
        }
    )
    return 0


def _tell_findings(job: Import) -> None:
    found = job.findings
    print(
        _("%(new)s new, %(changed)s changed, %(already)s already there, %(bad)s to quarantine")
        % {
            "new": f"{found['new']:,}",
            "changed": f"{found['changed']:,}",
            "already": f"{found['already']:,}",
            "bad": f"{found['quarantined']:,}",
        }
    )
    for kind, count in found["missing"].items():
        print(
            "  "
            + _("%(count)s to be made: %(kind)s")
            % {"count": f"{count:,}", "kind": RECORD_NAMES[kind]}
        )
    for group in found["reasons"]:
        name = str(field(job.target, group["field"]).label) + ": " if group["field"] else ""
        first = _("first rows: %(rows)s") % {"rows": ", ".join(map(str, group["first"]))}
        print(f"  {group['rows']:,} × {name}{sentence(group['code'])} ({first})")


def _list() -> int:
    for job in Import.objects.order_by("-pk")[:50]:
        print(
            f"{job.pk:>5}  {job.created_at:%Y-%m-%d %H:%M}  {job.state:<9} {job.target:<10}"
            f" {job.rows_read:>10,} = {job.accepted:,} + {job.quarantined:,} + {job.already:,}"
            f"  {job.file_name}"
        )
    return 0


def _undo(import_id: int) -> int:
    undone = undoing.undo(import_id, by=SYSTEM, at=clock.now())
    told = ", ".join(f"{RECORD_NAMES[n]} {count:,}" for n, count in undone.removed.items()) or "0"
    print(_("Taken back: %(what)s.") % {"what": told})
    if undone.restored:
        print(_("Put back as they were: %(n)s records.") % {"n": f"{undone.restored:,}"})
    if undone.stayed:
        print(_("%(n)s values changed again since and stay.") % {"n": f"{undone.stayed:,}"})
    return 0


def _resume(import_id: int) -> int:
    job = Import.objects.get(pk=import_id)
    if job.state == State.FAILED:
        job = actions.begin_run(import_id, by=SYSTEM, at=clock.now())
    if job.state != State.RUNNING:
        print(_("This import does not wait to be continued."), file=sys.stderr)
        return 1
    return _run(job)


def _again(import_id: int) -> int:
    return _run(mending.begin_again(import_id, by=SYSTEM, at=clock.now()))


@contextmanager
def _progress(job: Import, doing: str) -> Iterator[None]:
    """Shows rows, speed and time left on one line, from a second connection, on a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(job.pk, job.rows_read, doing, over))
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        print(file=sys.stderr)


def _watch(import_id: int, rows: int, doing: str, over: threading.Event) -> None:
    from django.db import connection

    while not over.wait(0.5):
        done, speed = Import.objects.values_list("progress", "speed").get(pk=import_id)
        left = f"{(rows - done) / speed:.0f} s" if speed else "…"
        line = f"{doing}: {done:,} / {rows:,} · {speed:,.0f}/s · {left}"
        print(f"\r{line:<70}", end="", file=sys.stderr, flush=True)
    connection.close()
