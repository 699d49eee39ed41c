"""The doctor as a command: what it prints, in which language, and its exit status."""

from __future__ import annotations

import os
import time
from collections import namedtuple
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils.translation import override
from pytest_django import Settings

from regulars.site import doctor
from regulars.site.doctor import machine, production, records
from regulars.site.doctor.finding import Finding, State

pytestmark = pytest.mark.django_db
Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.fixture
def var(tmp_path: Path, settings: Settings) -> Path:
    """The folder of a business whose keys only their owner can read."""
    settings.VAR = tmp_path
    (tmp_path / "keys").mkdir()
    for name in ("master.key", "sessions.key"):
        (tmp_path / "keys" / name).touch(mode=0o600)
    return tmp_path


@pytest.mark.parametrize(
    ("free", "state"), [(100, State.SOUND), (2, State.WARNING), (0.2, State.BROKEN)]
)
def test_a_full_disk_is_told(
    var: Path, monkeypatch: pytest.MonkeyPatch, free: float, state: State
) -> None:
    usage = Usage(0, 0, int(free * machine.GIGABYTE))
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: usage)
    assert machine.disk().state == state


def test_keys_that_others_can_read_are_told(var: Path) -> None:
    assert machine.keys().state == State.SOUND
    (var / "keys" / "master.key").chmod(0o640)
    finding = machine.keys()
    assert finding.state == State.BROKEN
    assert finding.advice == f"chmod 600 {var / 'keys' / 'master.key'}"


def test_backups_that_are_missing_empty_or_old_are_told(var: Path) -> None:
    assert "no backup yet" in machine.backups().text
    folder = var / "backups"
    folder.mkdir()
    dump = folder / "2026-10-20.dump"
    dump.touch()
    assert "is empty" in machine.backups().text
    dump.write_bytes(b"PGDMP")
    assert machine.backups().state == State.SOUND
    old = time.time() - 5 * 86_400
    os.utime(dump, (old, old))
    assert "120 hours old" in machine.backups().text


def test_in_development_the_settings_are_called_what_they_are(settings: Settings) -> None:
    settings.PRODUCTION = False
    settings.ALLOWED_HOSTS = ["*"]
    (finding,) = production.settings_for_production()
    assert finding.state == State.SOUND
    assert "Development" in finding.text


@pytest.fixture
def safe(var: Path, settings: Settings) -> Settings:
    """Settings that are safe for production."""
    settings.PRODUCTION = True
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["shop.example"]
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_SSL_REDIRECT = True
    settings.STANDING_CLOCK = None
    settings.MESSAGE_CHANNELS = ["regulars.messaging.channels.email.open_channel"]
    return settings


def test_safe_settings_are_called_safe(safe: Settings) -> None:
    (finding,) = production.settings_for_production()
    assert finding == Finding(State.SOUND, "The settings are safe for production.")


@pytest.mark.parametrize(
    ("name", "value", "state"),
    [
        ("ALLOWED_HOSTS", ["*"], State.BROKEN),
        ("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"], State.WARNING),
        ("DEBUG", True, State.BROKEN),
        ("SESSION_COOKIE_SECURE", False, State.BROKEN),
        ("SECURE_SSL_REDIRECT", False, State.BROKEN),
        ("STANDING_CLOCK", datetime(2018, 1, 1, tzinfo=UTC), State.BROKEN),
        (
            "MESSAGE_CHANNELS",
            ["regulars.messaging.channels.development.open_channel"],
            State.BROKEN,
        ),
        ("MESSAGE_CHANNELS", [], State.WARNING),
    ],
)
def test_each_unsafe_setting_is_told(
    safe: Settings, name: str, value: object, state: State
) -> None:
    setattr(safe, name, value)
    (finding,) = production.settings_for_production()
    assert finding.state == state
    assert finding.advice


def test_sample_accounts_in_production_are_told(safe: Settings, var: Path) -> None:
    (var / "sign-in.txt").write_text("owner  secret-password")
    (finding,) = production.settings_for_production()
    assert finding.state == State.BROKEN
    assert "secret-password" not in finding.text + finding.advice


@pytest.mark.parametrize(
    ("states", "strict", "status"),
    [
        ([State.SOUND], True, 0),
        ([State.SOUND, State.WARNING], False, 0),
        ([State.SOUND, State.WARNING], True, 1),
        ([State.BROKEN, State.WARNING], False, 2),
        ([State.BROKEN], True, 2),
    ],
)
def test_the_exit_status_tells_the_worst(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    states: list[State],
    strict: bool,
    status: int,
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: [Finding(state, "so", "do") for state in states])
    assert doctor.main(["--strict"] if strict else []) == status
    lines = capsys.readouterr().out.splitlines()
    assert lines == [line for state in states for line in (f"{doctor.MARKS[state]} so", "  → do")]


@pytest.mark.parametrize(
    ("wish", "environment", "word"),
    [
        (["--lang", "en"], "zh_CN.UTF-8", "PostgreSQL"),
        ([], "zh_CN.UTF-8", "数据库"),
        ([], "C.UTF-8", "answers"),
        (["--lang", "zh"], "en_GB.UTF-8", "数据库"),
    ],
)
def test_it_speaks_the_language_asked_for_or_the_machines(
    var: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wish: list[str],
    environment: str,
    word: str,
) -> None:
    monkeypatch.setenv("LANG", environment)
    assert doctor.main(wish) == 0
    assert word in capsys.readouterr().out.splitlines()[0]


def test_without_a_database_the_machine_is_still_looked_at(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Finding(State.BROKEN, "The database does not answer.")
    monkeypatch.setattr(records, "database", lambda: broken)
    texts = [finding.text for finding in doctor.examine()]
    assert texts[0] == broken.text
    assert "were not looked at" in texts[1]
    assert any("on the disk" in text for text in texts)
