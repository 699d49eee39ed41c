"""What all tests share: a frozen moment, actors, the folder of real data."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

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
