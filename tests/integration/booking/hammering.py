"""Processes that book as fast as they can."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable
from multiprocessing.queues import Queue
from random import Random

from django.db import connection, connections

from regulars.booking import resources, writing
from regulars.booking.actions import book
from regulars.booking.refusals import Refused
from regulars.kit.permissions import SYSTEM
from tests.conftest import NOON
from tests.factories.booking import Salon

# Forked, so that they begin at once with all that is loaded.
_PROCESSES = multiprocessing.get_context("fork")


def hammer(salon: Salon, processes: int, count: int, prepare: Callable[[], None]) -> Counter[str]:
    """What became of `count` bookings by each of so many processes, added up.

    Args:
        prepare: called in each process before it begins, to take guards away.
    """
    connection.close()  # a connection is not to be shared between processes
    told: Queue[Counter[str]] = _PROCESSES.Queue()
    running = [
        _PROCESSES.Process(target=_book_and_tell, args=(salon, seed, count, prepare, told))
        for seed in range(processes)
    ]
    for process in running:
        process.start()
    try:
        return sum((told.get(timeout=90) for _ in running), Counter())
    finally:
        for process in running:
            process.kill()


def _book_and_tell(
    salon: Salon, seed: int, count: int, prepare: Callable[[], None], told: Queue[Counter[str]]
) -> None:
    _connect_anew()
    prepare()
    random, found = Random(seed), Counter[str]()
    for _ in range(count):
        hour, staff = 10 + random.randrange(38) / 4, random.choice((salon.lin, None))
        try:
            book(salon.visit(hour, staff=staff), by=SYSTEM, at=NOON)
            found["booked"] += 1
        except Refused as no:
            found[no.code] += 1
        except Exception as error:
            found[f"{type(error).__name__}: {error}"] += 1
    told.put(found)


def _connect_anew() -> None:
    """Forgets the connection that came along with the fork.

    Where a browser's event loop runs, Django keeps connections by context: the parent cannot see,
    and so not close, the one of before, which all children would then talk over.
    """
    _ = connections["default"]  # there to be forgotten, whether or not it was used
    del connections["default"]


def unguarded() -> None:
    """Takes the locks away and the second look under them."""
    resources.lock = lambda ids: None
    resources.in_the_way = lambda spans, **_: []


def book_and_die(salon: Salon) -> int | None:
    """Kills a process between two statements of a booking; returns how it ended."""
    connection.close()
    process = _PROCESSES.Process(target=_die_while_booking, args=(salon,))
    process.start()
    process.join(60)
    return process.exitcode


def _die_while_booking(salon: Salon) -> None:
    _connect_anew()
    writing.log = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
    book(salon.visit(12), by=SYSTEM, at=NOON)
