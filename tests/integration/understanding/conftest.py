"""One salon with results written by hand, made once for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.factories.analysed import Analysed
from tests.factories.told import told_salon

NOW = datetime(2026, 10, 20, 9, 30, tzinfo=UTC)  # 17:30 in Shanghai, a Tuesday


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Analysed]:
    with django_db_blocker.unblock(), told_salon(NOW) as found:
        yield found


@pytest.fixture(scope="module")
def analysed(told: Analysed) -> Analysed:
    """The salon that tests look at; folders whose tests need estimates put a real run here."""
    return told


@pytest.fixture
def owner(analysed: Analysed) -> Client:
    return analysed.client("owner")
