"""Customers to test on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from regulars.kit.permissions import Actor
from regulars.people.actions import add_customer
from regulars.people.drafts import CustomerDraft

Add = Callable[..., int]


@pytest.fixture
def add(db: None, at: datetime, system: Actor) -> Add:
    """Adds a customer from the fields of a draft and returns the id."""

    def add_one(**fields: Any) -> int:
        return add_customer(CustomerDraft(**fields), by=system, at=at)

    return add_one
