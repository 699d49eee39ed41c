"""The salon that takes bookings, within the test's transaction or committed."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.factories.booking import Salon, open_for_bookings


@pytest.fixture
def salon(db: None, at: datetime) -> Salon:
    return open_for_bookings(at=at)


@pytest.fixture
def committed_salon(transactional_db: None, at: datetime) -> Salon:
    """The same, committed: other threads see it."""
    return open_for_bookings(at=at)
