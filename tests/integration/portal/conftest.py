"""The salon that takes bookings, at noon of the day before its roster begins."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine

from tests.factories.booking import Salon, open_for_bookings


@pytest.fixture
def noon(at: datetime) -> Iterator[datetime]:
    with time_machine.travel(at, tick=False):
        yield at


@pytest.fixture
def salon(db: None, noon: datetime) -> Salon:
    return open_for_bookings(at=noon)


@pytest.fixture
def committed_salon(transactional_db: None, noon: datetime) -> Salon:
    return open_for_bookings(at=noon)
