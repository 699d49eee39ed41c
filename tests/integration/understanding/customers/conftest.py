"""One analysed salon for all tests of the customers' pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.factories.analysed import Analysed, analysed_salon
from tests.integration.understanding.conftest import NOW


@pytest.fixture(scope="module")
def analysed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Analysed]:
    with django_db_blocker.unblock(), analysed_salon(NOW) as found:
        yield found
