"""The embedded server comes back after it was killed, with all that was committed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

START = (
    "import sys; from pathlib import Path; from regulars.kit.postgres import embedded;"
    "print(embedded(Path(sys.argv[1]), 'shop').url, flush=True); sys.stdin.read(1)"
)


class Holder:
    """A process that starts the server and holds it open until it is let go."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", START, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()

    def let_go(self) -> None:
        self.process.communicate("x", timeout=30)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "postgres"
    Holder(tmp_path / "postgres").let_go()  # the last to let go stops the server


def postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().split()[0])


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    time.sleep(0.3)


def test_what_was_committed_is_there_after_a_kill(folder: Path) -> None:
    first = Holder(folder)
    with psycopg.connect(first.url) as connection:
        connection.execute("CREATE TABLE fact AS SELECT 42 AS answer")
    unfinished = psycopg.connect(first.url)
    unfinished.execute("INSERT INTO fact VALUES (43)")
    first.process.kill()
    first.process.wait()
    kill(postmaster(folder))
    unfinished.close()
    second = Holder(folder)
    with psycopg.connect(second.url) as connection:
        assert connection.execute("SELECT answer FROM fact").fetchall() == [(42,)]
    second.let_go()


def test_another_program_with_the_dead_servers_number_does_not_stop_it(folder: Path) -> None:
    first = Holder(folder)
    first.process.kill()
    first.process.wait()
    kill(postmaster(folder))
    pid_file = folder / "postmaster.pid"
    others = [str(os.getpid()), *pid_file.read_text().splitlines()[1:]]
    pid_file.write_text("\n".join(others) + "\n")
    second = Holder(folder)
    assert postmaster(folder) != os.getpid()
    with psycopg.connect(second.url) as connection:
        connection.execute("SELECT 1")
    second.let_go()


def test_names_sort_the_same_on_every_machine(folder: Path) -> None:
    holder = Holder(folder)
    with psycopg.connect(holder.url) as connection:
        rows = connection.execute("SELECT x FROM unnest(ARRAY['é','b','B','王','a']) x ORDER BY x")
        assert [row[0] for row in rows] == ["B", "a", "b", "é", "王"]
    holder.let_go()
