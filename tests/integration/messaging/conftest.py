"""The occasions of the tests, and a channel that remembers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories.messaging import Memory, known_occasions, using


@pytest.fixture(autouse=True)
def occasions() -> Iterator[None]:
    with known_occasions():
        yield


@pytest.fixture
def memory() -> Iterator[Memory]:
    channel = Memory()
    with using(channel):
        yield channel
