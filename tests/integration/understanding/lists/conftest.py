"""One salon with results written by hand, for all tests of saved lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django import DjangoDbBlocker

from tests.factories.analysed import Analysed
from tests.factories.told import told_salon

NOW = datetime(2026, 10, 20, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def analysed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Analysed]:
    with django_db_blocker.unblock(), told_salon(NOW) as found:
        yield found
