"""A store, items and a customer to sell to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pytest

from regulars.kit.models import Batch
from regulars.kit.permissions import Actor
from regulars.offer.actions import ItemDraft, add_items, add_store
from regulars.people.actions import add_customer
from regulars.people.drafts import CustomerDraft
from regulars.sales.actions import LineDraft, OrderDraft


@dataclass(frozen=True)
class Shop:
    """Ids to sell with, and the moment of every order."""

    store: int
    cut: int
    shampoo: int
    customer: int
    at: datetime

    def order(
        self, key: str, *amounts: int, item: int | None = None, customer: int | None = None
    ) -> OrderDraft:
        """An order of one line for each amount: cuts, unless another item is named."""
        lines = tuple(LineDraft(item or self.cut, Decimal(1), amount) for amount in amounts)
        return OrderDraft("till", key, self.store, self.at, lines, customer or self.customer)


def open_shop(at: datetime, system: Actor) -> Shop:
    store = add_store("main", "Main", "Asia/Shanghai", by=system, at=at)
    drafts = [
        ItemDraft("cut", "service", "Cut", category="Hair", price=12800),
        ItemDraft("shampoo", "product", "Shampoo", category="Care", price=9900),
    ]
    cut, shampoo = add_items(drafts, by=system, at=at)
    customer = add_customer(CustomerDraft(name="曾黎"), by=system, at=at)
    return Shop(store.pk, cut, shampoo, customer, at)


@pytest.fixture
def shop(db: None, at: datetime, system: Actor) -> Shop:
    return open_shop(at, system)


@pytest.fixture
def committed_shop(transactional_db: None, at: datetime, system: Actor) -> Shop:
    """The same, committed: other threads see it."""
    return open_shop(at, system)


@pytest.fixture
def batch(db: None, at: datetime) -> int:
    return Batch.objects.create(label="sales.csv", at=at).pk
