"""Sealing: opens with the right key at the right place, and with nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.keys import Keyring, Unreadable, read_or_make_secret

RING = Keyring(b"m" * 32)


def test_what_is_sealed_is_opened_by_the_same_person_and_place() -> None:
    key = RING.data_key(RING.new_wrapped_key())
    assert key.open("contact:phone", key.seal("contact:phone", "13800002384")) == "13800002384"


@given(st.text(max_size=50))
def test_any_text_comes_back(text: str) -> None:
    key = RING.data_key(RING.new_wrapped_key())
    assert key.open("note", key.seal("note", text)) == text


def test_the_same_value_never_looks_the_same_twice() -> None:
    key = RING.data_key(RING.new_wrapped_key())
    assert key.seal("note", "x") != key.seal("note", "x")


def test_another_persons_key_opens_nothing() -> None:
    mine, theirs = (RING.data_key(RING.new_wrapped_key()) for _ in range(2))
    with pytest.raises(Unreadable):
        theirs.open("note", mine.seal("note", "x"))


def test_another_master_key_opens_no_data_key() -> None:
    wrapped = RING.new_wrapped_key()
    with pytest.raises(Unreadable):
        Keyring(b"n" * 32).data_key(wrapped)


def test_a_value_moved_to_another_place_does_not_open() -> None:
    key = RING.data_key(RING.new_wrapped_key())
    with pytest.raises(Unreadable):
        key.open("contact:email", key.seal("contact:phone", "13800002384"))


@given(st.data())
def test_one_altered_byte_is_noticed(data: st.DataObject) -> None:
    key = RING.data_key(RING.new_wrapped_key())
    sealed = bytearray(key.seal("note", "hello"))
    where = data.draw(st.integers(0, len(sealed) - 1))
    sealed[where] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        key.open("note", bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 12])
def test_a_cut_off_value_is_unreadable_not_a_crash(sealed: bytes) -> None:
    with pytest.raises(Unreadable):
        RING.data_key(RING.new_wrapped_key()).open("note", sealed)


def test_a_blind_index_is_the_same_for_the_same_and_tells_kinds_and_masters_apart() -> None:
    index = RING.blind("phone", "13800002384")
    assert len(index) == 16
    assert index == Keyring(b"m" * 32).blind("phone", "13800002384")
    assert index != RING.blind("phone", "13800002385")
    assert index != RING.blind("card", "13800002384")
    assert index != Keyring(b"n" * 32).blind("phone", "13800002384")


def test_a_master_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Keyring(b"short")


def test_a_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "master.key"
    made = read_or_make_secret(file)
    assert read_or_make_secret(file) == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert list(file.parent.iterdir()) == [file]


def test_a_damaged_secret_is_refused_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    file.write_bytes(b"half")
    with pytest.raises(ValueError, match="should hold 32 bytes and holds 4"):
        read_or_make_secret(file)
    assert file.read_bytes() == b"half"


def test_processes_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    program = (
        "import sys, time; from pathlib import Path;"
        "from regulars.kit.keys import read_or_make_secret;"
        "print('ready', flush=True); sys.stdin.read(1);"
        f"print(read_or_make_secret(Path({str(file)!r})).hex())"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in running:
        assert process.stdout
        process.stdout.readline()
    secrets = {process.communicate("g")[0].strip() for process in running}
    assert secrets == {file.read_bytes().hex()}
