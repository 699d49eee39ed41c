"""Who may do what, and where."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.utils.translation import override

from regulars.kit.permissions import (
    ROLE_NAMES,
    ROLE_PERMISSIONS,
    SYSTEM,
    Actor,
    Grant,
    Permission,
    Role,
)


def actor(*grants: Grant) -> Actor:
    return Actor(user_id=7, name="x", grants=grants)


def test_every_role_has_a_name_and_permissions() -> None:
    assert set(ROLE_NAMES) == set(ROLE_PERMISSIONS) == set(Role)


@pytest.mark.parametrize(
    ("role", "permission", "allowed"),
    [
        (Role.OWNER, Permission.MANAGE_SETTINGS, True),
        (Role.MANAGER, Permission.IMPORT_DATA, True),
        (Role.MANAGER, Permission.SEE_AUDIT, False),
        (Role.MANAGER, Permission.EXPORT_CUSTOMERS, False),
        (Role.MARKETER, Permission.REVEAL_CONTACTS, False),
        (Role.ANALYST, Permission.SEE_CUSTOMERS, False),
        (Role.DESK, Permission.REVEAL_CONTACTS, True),
        (Role.DESK, Permission.SEE_INSIGHTS, False),
        (Role.STYLIST, Permission.EDIT_CUSTOMERS, False),
        (Role.STYLIST, Permission.SEE_SALES, False),
        (Role.AUDITOR, Permission.SEE_AUDIT, True),
        (Role.AUDITOR, Permission.SEE_CUSTOMERS, False),
    ],
)
def test_a_role_lets_its_people_do_their_work_and_no_more(
    role: Role, permission: Permission, allowed: bool
) -> None:
    assert actor(Grant(role)).may(permission) is allowed


def test_only_owners_manage_settings() -> None:
    holders = {role for role in Role if Permission.MANAGE_SETTINGS in ROLE_PERMISSIONS[role]}
    assert holders == {Role.OWNER}


def test_a_grant_at_a_store_reaches_that_store_only() -> None:
    desk = actor(Grant(Role.DESK, 1))
    assert desk.may(Permission.SEE_SALES, store_id=1)
    assert not desk.may(Permission.SEE_SALES, store_id=2)
    assert desk.may(Permission.SEE_SALES)
    assert desk.stores(Permission.SEE_SALES) == frozenset({1})


def test_a_grant_everywhere_wins_over_one_at_a_store() -> None:
    both = actor(Grant(Role.DESK, 1), Grant(Role.MANAGER))
    assert both.stores(Permission.SEE_SALES) is None
    assert both.may(Permission.SEE_SALES, store_id=99)


def test_grants_at_several_stores_add_up_for_what_each_allows() -> None:
    two = actor(Grant(Role.DESK, 1), Grant(Role.STYLIST, 2))
    assert two.stores(Permission.SEE_CUSTOMERS) == frozenset({1, 2})
    assert two.stores(Permission.SEE_SALES) == frozenset({1})


def test_without_grants_nothing_is_allowed() -> None:
    nobody = actor()
    assert not any(nobody.may(permission) for permission in Permission)
    assert nobody.stores(Permission.SEE_SALES) == frozenset()


def test_a_refusal_says_what_to_do() -> None:
    with override("en"), pytest.raises(PermissionDenied, match="Ask the owner"):
        actor(Grant(Role.DESK, 1)).must(Permission.SEE_SALES, store_id=2)
    actor(Grant(Role.DESK, 1)).must(Permission.SEE_SALES, store_id=1)


def test_the_system_may_do_everything() -> None:
    assert all(SYSTEM.may(permission, store_id=5) for permission in Permission)
