"""A backup holds everything and comes back; half a backup is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from pytest_django import Settings

from regulars.kit import audit
from regulars.kit.permissions import Actor
from regulars.kit.postgres import Address, connected
from regulars.people.actions import add_customer
from regulars.people.drafts import CustomerDraft
from regulars.site import backups
from regulars.site.backups import BackupFailed, dump, restore

pytestmark = pytest.mark.django_db(transaction=True)
NAME = sql.Identifier("test_restored")


@pytest.fixture
def empty() -> Iterator[Address]:
    """An empty database beside the one of the tests."""
    root = replace(connected(), name="postgres")
    with psycopg.connect(root.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(NAME))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(NAME))
    yield replace(root, name="test_restored")
    with psycopg.connect(root.url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(NAME))


def content(address: Address) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with psycopg.connect(address.url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        return {
            name: connection.execute(
                sql.SQL("SELECT * FROM {} ORDER BY 1").format(sql.Identifier(name))
            ).fetchall()
            for (name,) in tables
        }


def test_everything_comes_back_and_is_guarded_as_before(
    tmp_path: Path, empty: Address, at: datetime, system: Actor
) -> None:
    add_customer(CustomerDraft(name="曾黎", contacts=(("phone", "13800002384"),)), by=system, at=at)
    audit.seal(at=at)
    file = tmp_path / "backups" / "all.dump"
    dump(connected(), file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"13800002384" not in file.read_bytes()
    restore(file, empty)
    assert content(empty) == content(connected())
    with (
        psycopg.connect(empty.url) as connection,
        pytest.raises(psycopg.errors.RestrictViolation, match="append-only"),
    ):
        connection.execute("DELETE FROM kit_auditevent")


def test_a_database_that_holds_something_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "all.dump"
    dump(connected(), file)
    before = content(connected())
    with pytest.raises(BackupFailed, match="is not empty"):
        restore(file, connected())
    assert content(connected()) == before


def test_half_a_file_restores_nothing(tmp_path: Path, empty: Address) -> None:
    file = tmp_path / "all.dump"
    dump(connected(), file)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(BackupFailed):
        restore(file, empty)
    assert content(empty) == {}


def test_a_dump_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="does not exist"):
        dump(replace(connected(), name="no_such_database"), tmp_path / "all.dump")
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_a_dated_file_and_keeps_the_newest(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAR = tmp_path
    (tmp_path / "backups").mkdir()
    for day in ("2020-01-01", "2020-01-02", "2020-01-03"):
        (tmp_path / "backups" / f"{day}.dump").touch()
    assert backups.main_backup(["--keep", "2"]) == 0
    left = sorted(file.name for file in (tmp_path / "backups").iterdir())
    assert left[0] == "2020-01-03.dump"
    assert len(left) == 2
    assert left[1] in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert backups.main_backup(["--to", str(tmp_path / "file" / "all.dump")]) == 1
    assert "regulars backup: " in capsys.readouterr().err
