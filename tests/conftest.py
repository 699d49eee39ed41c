"""What all tests share: a frozen moment, actors, the folder of real data, threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

from regulars.kit.permissions import SYSTEM, Actor, Grant, Role

ROOT = Path(__file__).parent.parent
NOON = datetime(2026, 10, 20, 4, 0, tzinfo=UTC)


@pytest.fixture
def at() -> datetime:
    """Noon in Shanghai on 20 October 2026."""
    return NOON


@pytest.fixture
def system() -> Actor:
    return SYSTEM


@pytest.fixture
def desk() -> Actor:
    """Front desk of the store with id 1."""
    return Actor(user_id=None, name="desk", grants=(Grant(Role.DESK, 1),))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of public data beside the project; tests that need it skip without it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the public data sets are not on this machine")
    return folder


@pytest.fixture(scope="session", autouse=True)
def append_only_tables_are_emptied_between_tests() -> Iterator[None]:
    """Lets the suite, and nothing else, empty the tables whose triggers refuse it."""
    flush = DatabaseOperations.execute_sql_flush

    def flush_all(self: DatabaseOperations, sql_list: list[str]) -> None:
        flush(self, ["SET LOCAL session_replication_role = replica", *sql_list])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_all)
        yield


Together = Callable[..., list[Any]]


@pytest.fixture
def together(transactional_db: None) -> Together:
    """Runs calls at the same moment, a thread and a connection each.

    Returns their answers in order; what a call raised stands in the place of its answer.
    """

    def run(*calls: Callable[[], Any]) -> list[Any]:
        barrier = Barrier(len(calls))

        def one(call: Callable[[], Any]) -> Any:
            try:
                barrier.wait(timeout=10)
                return call()
            except Exception as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(one, calls))

    return run
