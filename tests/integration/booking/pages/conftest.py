"""Somebody at the desk of the salon, signed in."""

from __future__ import annotations

import pytest
from django.conf import LazySettings as Settings
from django.test import Client

from regulars.kit.models import RoleGrant, User
from regulars.kit.permissions import Role
from tests.conftest import NOON
from tests.factories.day import NOW, Day, a_day


@pytest.fixture
def day(db: None, settings: Settings) -> Day:
    """The salon at 14:24 on a busy day."""
    settings.STANDING_CLOCK = NOW
    return a_day(at=NOON)


def signed_in(role: Role, store_id: int | None = None) -> Client:
    user = User.objects.create_user(f"{role}-{store_id}", "a long password", name=role)
    RoleGrant.objects.create(user=user, role=role, store_id=store_id)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(day: Day) -> Client:
    """The front desk of this store."""
    return signed_in(Role.DESK, day.salon.store.pk)


@pytest.fixture
def manager(day: Day) -> Client:
    return signed_in(Role.MANAGER)
