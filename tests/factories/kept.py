"""What takes long to write into the database, written once and put back from files after that.

The rows lie under `var/test/kept/<name>-<digest>/`, one file a table. The digest is over everything
that could have made them other: the source, these factories, the pinned libraries, the test key.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fasteners
import psycopg
from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

ROOT = Path(__file__).parent.parent.parent
Told = dict[str, Any]


def kept(name: str, make: Callable[[], Told]) -> Told:
    """Adds to the database what `make` would, and returns what `make` told of it.

    Only the first caller makes; others, in this process or beside it, wait and get the same rows.

    Args:
        make: writes to tables that are empty, commits, and returns what JSON can hold.
    """
    folder = _here() / f"{name}-{DIGEST}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with fasteners.InterProcessLock(folder.parent / f".{name}.lock"):
        if not folder.exists():
            for outdated in folder.parent.glob(f"{name}-*"):
                shutil.rmtree(outdated)
            before = _all_rows()
            told = make()
            _keep(folder, before, told)
            return told
    with transaction.atomic(), _raw() as cursor:
        # Triggers saw these rows when they were made; foreign keys would want an order of tables.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for file in sorted(folder.glob("*.rows")):
            _fill(cursor, file)
    found: Told = json.loads((folder / "told.json").read_text("utf-8"))
    return found


def _here() -> Path:
    return Path(settings.VAR).parent / "kept"


def _digest() -> str:
    digest = hashlib.sha256(settings.MASTER_KEY)
    for file in _sources():
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:20]


def _sources() -> Iterator[Path]:
    for folder, pattern in (
        ("src", "*.py"),
        ("tests/factories", "*.py"),
        ("requirements", "*.txt"),
    ):
        yield from sorted((ROOT / folder).rglob(pattern))


# Taken when the program is loaded: what is edited during a run is not what the run was made by.
DIGEST = _digest()


def _keep(folder: Path, before: dict[str, bytes], told: Told) -> None:
    """Appears whole or not at all: a run that is killed leaves nothing that looks finished."""
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder.parent))
    for table, rows in _all_rows().items():
        if rows != before[table]:
            assert not before[table], f"{table} was not empty, so its new rows cannot be told apart"
            (draft / f"{table}.rows").write_bytes(rows)
    (draft / "told.json").write_text(json.dumps(told), "utf-8")
    draft.rename(folder)


def _all_rows() -> dict[str, bytes]:
    """Every table of the database with its rows."""
    with transaction.atomic(), _raw() as cursor:
        return {table: _rows(cursor, table) for table in connection.introspection.table_names()}


def _raw() -> psycopg.Cursor[Any]:
    """A cursor of psycopg on Django's own connection, in the transaction that is open there."""
    connection.ensure_connection()
    cursor: psycopg.Cursor[Any] = connection.connection.cursor()
    return cursor


def _rows(cursor: psycopg.Cursor[Any], table: str) -> bytes:
    query = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with cursor.copy(query) as copy:
        return b"".join(bytes(block) for block in copy)


def _fill(cursor: psycopg.Cursor[Any], file: Path) -> None:
    """Puts the rows back and lets the table count on after them."""
    table = sql.Identifier(file.stem)
    with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
        copy.write(file.read_bytes())
    cursor.execute(
        "SELECT attname, pg_get_serial_sequence(%(table)s, attname) FROM pg_attribute"
        " WHERE attrelid = %(table)s::regclass AND attidentity <> ''",
        {"table": file.stem},
    )
    for column, counter in cursor.fetchall():
        last = sql.SQL("SELECT setval(%s, (SELECT max({}) FROM {}))")
        cursor.execute(last.format(sql.Identifier(column), table), [counter])
