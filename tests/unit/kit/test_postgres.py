"""Addresses of databases: read, written, read again; nothing secret in a complaint."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.postgres import Address, address, embedded


def test_every_part_is_read() -> None:
    given = Address.parse("postgresql://u:p%2Fw%40@db.example:6432/reg?sslmode=require")
    assert given == Address(
        "reg", "u", "p/w@", "db.example", "6432", options=(("sslmode", "require"),)
    )


def test_a_socket_folder_may_stand_for_the_host() -> None:
    given = Address.parse("postgres://postgres:@/salon?host=/var/run/postgresql")
    assert (given.name, given.host, given.port) == ("salon", "/var/run/postgresql", "")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)


@given(TEXT, TEXT, TEXT)
def test_any_name_and_password_survive_the_way_through_a_url(
    name: str, user: str, password: str
) -> None:
    here = Address(name, user, password, "/run/pg", "5432", options=(("sslmode", "disable"),))
    assert Address.parse(here.url) == here


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("mysql://u:secret@h/x", "must begin with postgresql://"),
        ("", "must begin with postgresql://"),
        ("postgresql://u:secret@h", "must name a database"),
        ("postgresql://u:secret@h/", "must name a database"),
        ("postgresql://u:secret@h/x?nonsense=1", "not a URL that PostgreSQL understands"),
        ("postgresql://u:secret@[::1/x", "not a URL that PostgreSQL understands"),
    ],
)
def test_a_bad_url_is_refused_without_showing_it(url: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint) as refused:
        Address.parse(url)
    assert "secret" not in str(refused.value)


def test_database_url_wins_over_the_embedded_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@h/elsewhere")
    assert address(tmp_path, "salon").name == "elsewhere"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_the_server_cannot_use_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a folder with a space"):
        embedded(tmp_path / "my data" / "postgres", "salon")
