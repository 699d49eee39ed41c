"""Stores, staff, items and accounts: what is kept and what is refused."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from regulars.kit.models import AuditEvent, Batch, RoleGrant
from regulars.kit.permissions import Actor, Grant, Permission, Role
from regulars.offer import actions
from regulars.offer.actions import ItemDraft, StepDraft
from regulars.offer.models import Item, ServiceStep, Store
from regulars.sales.actions import LineDraft, OrderDraft, record_orders

pytestmark = pytest.mark.django_db

COLOUR = ItemDraft(
    "colour",
    "service",
    "Colour",
    price=38000,
    steps=(StepDraft("Apply", 30), StepDraft("Wait", 40, waiting=True), StepDraft("Finish", 20)),
)
SHAMPOO = ItemDraft("shampoo", "product", "Shampoo", price=9900)


@pytest.fixture
def store(at: datetime, system: Actor) -> Store:
    return actions.add_store("main", "Main", "Asia/Shanghai", by=system, at=at)


@pytest.fixture
def batch(at: datetime) -> int:
    return Batch.objects.create(label="items.csv", at=at).pk


def test_a_service_keeps_its_steps_in_order(at: datetime, system: Actor) -> None:
    pk, _ = actions.add_items([COLOUR, SHAMPOO], by=system, at=at)
    steps = Item.objects.get(pk=pk).steps.values_list("name", "minutes", "waiting")
    assert list(steps) == [("Apply", 30, False), ("Wait", 40, True), ("Finish", 20, False)]


@pytest.mark.parametrize(
    "bad",
    [
        ItemDraft("x", "service", "Cut", price=-1),
        ItemDraft("x", "product", "Comb", cost=-1),
        ItemDraft("x", "gift", "Card"),
        ItemDraft("shampoo", "product", "Another"),
        ItemDraft("x", "service", "Cut", steps=(StepDraft("Cut", 0),)),
    ],
)
def test_one_bad_item_refuses_them_all(at: datetime, system: Actor, bad: ItemDraft) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.add_items([SHAMPOO, bad], by=system, at=at)
    assert not Item.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_batch_is_counted_in_items_and_taken_back(
    at: datetime, system: Actor, batch: int
) -> None:
    actions.add_items([SHAMPOO], by=system, at=at)
    actions.add_items(
        [COLOUR, ItemDraft("cut", "service", "Cut")], by=system, at=at, batch_id=batch
    )
    assert actions.remove_batch(batch, by=system, at=at) == 2
    assert Item.objects.get().code == "shampoo"
    assert not ServiceStep.objects.exists()


def test_an_item_that_was_sold_is_not_taken_back(
    at: datetime, system: Actor, batch: int, store: Store
) -> None:
    ids = actions.add_items([COLOUR, SHAMPOO], by=system, at=at, batch_id=batch)
    line = LineDraft(ids[0], Decimal(1), 38000)
    record_orders([OrderDraft("till", "1", store.pk, at, (line,))], by=system, at=at)
    with pytest.raises(ProtectedError), transaction.atomic():
        actions.remove_batch(batch, by=system, at=at)
    assert Item.objects.count() == 2


def test_changed_items_return_what_they_were(at: datetime, system: Actor) -> None:
    pk = actions.add_items([SHAMPOO], by=system, at=at)[0]
    before = actions.change_items({pk: {"price": 8800, "brand": "青"}}, by=system, at=at)
    assert before == {pk: {"price": 9900, "brand": ""}}
    assert actions.change_items(before, by=system, at=at)[pk]["price"] == 8800
    assert Item.objects.get(pk=pk).price == 9900


def test_an_account_holds_what_its_role_at_its_store_allows(
    at: datetime, system: Actor, store: Store
) -> None:
    user = actions.add_user(
        "anna", "correct horse", "Anna", Role.DESK, store=store, by=system, at=at
    )
    assert user.check_password("correct horse")
    assert "correct horse" not in user.password
    actor = user.actor()
    assert (actor.user_id, actor.name) == (user.pk, "Anna")
    assert actor.stores(Permission.SEE_SALES) == frozenset({store.pk})
    assert "correct" not in str(AuditEvent.objects.latest("pk").detail)


def test_the_same_grant_is_given_once(at: datetime, system: Actor) -> None:
    user = actions.add_user("anna", "correct horse", "Anna", Role.DESK, by=system, at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=user, role=Role.DESK)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=user, role="emperor")


@pytest.mark.django_db(transaction=True)
def test_a_grant_names_a_store_that_exists(at: datetime, system: Actor) -> None:
    user = actions.add_user("anna", "correct horse", "Anna", Role.DESK, by=system, at=at)
    with pytest.raises(IntegrityError):
        RoleGrant.objects.create(user=user, role=Role.DESK, store_id=999_999)


def test_managers_bring_in_items_and_only_owners_open_stores(at: datetime) -> None:
    manager = Actor(user_id=1, name="m", grants=(Grant(Role.MANAGER),))
    actions.add_items([SHAMPOO], by=manager, at=at)
    for call in (
        lambda: actions.add_store("x", "X", "UTC", by=manager, at=at),
        lambda: actions.add_staff("x", "X", by=manager, at=at),
        lambda: actions.add_user("x", "x", "X", Role.OWNER, by=manager, at=at),
        lambda: actions.change_price(1, 1, by=manager, at=at),
    ):
        with pytest.raises(PermissionDenied):
            call()
    assert not Store.objects.exists()
