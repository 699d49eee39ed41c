"""Who may do what, and where.

A user holds grants: a role, for one store or for all of them. A role is a fixed set of
permissions, the least that lets its people do their work. Actions and pages ask an `Actor`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    SEE_TODAY = "see_today"
    SEE_CUSTOMERS = "see_customers"
    EDIT_CUSTOMERS = "edit_customers"
    REVEAL_CONTACTS = "reveal_contacts"
    EXPORT_CUSTOMERS = "export_customers"
    SEE_BOOKINGS = "see_bookings"
    MAKE_BOOKINGS = "make_bookings"
    DOUBLE_BOOK = "double_book"
    MANAGE_ROSTER = "manage_roster"
    SEE_SALES = "see_sales"
    SEE_INSIGHTS = "see_insights"
    RUN_ANALYSIS = "run_analysis"
    IMPORT_DATA = "import_data"
    SHAPE_BUSINESS = "shape_business"
    SEE_AUDIT = "see_audit"
    MANAGE_SETTINGS = "manage_settings"


class Role(StrEnum):
    OWNER = "owner"
    MANAGER = "manager"
    MARKETER = "marketer"
    ANALYST = "analyst"
    DESK = "desk"
    STYLIST = "stylist"
    AUDITOR = "auditor"


ROLE_NAMES = {
    Role.OWNER: _("Owner"),
    Role.MANAGER: _("Store manager"),
    Role.MARKETER: _("Marketer"),
    Role.ANALYST: _("Analyst"),
    Role.DESK: _("Front desk"),
    Role.STYLIST: _("Stylist"),
    Role.AUDITOR: _("Auditor"),
}

_P = Permission
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: frozenset(Permission) - {_P.SEE_AUDIT, _P.MANAGE_SETTINGS, _P.EXPORT_CUSTOMERS},
    Role.MARKETER: frozenset(
        {_P.SEE_TODAY, _P.SEE_CUSTOMERS, _P.EDIT_CUSTOMERS, _P.SEE_SALES, _P.SEE_INSIGHTS}
        | {_P.EXPORT_CUSTOMERS, _P.RUN_ANALYSIS, _P.SEE_BOOKINGS}
    ),
    Role.ANALYST: frozenset({_P.SEE_TODAY, _P.SEE_SALES, _P.SEE_INSIGHTS, _P.RUN_ANALYSIS}),
    Role.DESK: frozenset(
        {_P.SEE_TODAY, _P.SEE_CUSTOMERS, _P.EDIT_CUSTOMERS, _P.REVEAL_CONTACTS, _P.SEE_SALES}
        | {_P.SEE_BOOKINGS, _P.MAKE_BOOKINGS}
    ),
    Role.STYLIST: frozenset({_P.SEE_TODAY, _P.SEE_CUSTOMERS, _P.SEE_BOOKINGS, _P.MAKE_BOOKINGS}),
    Role.AUDITOR: frozenset({_P.SEE_TODAY, _P.SEE_AUDIT, _P.SEE_SALES}),
}


BUSINESS_WIDE = frozenset({_P.SHAPE_BUSINESS})
"""What counts for every store, so that a grant at one of them is not enough."""


@dataclass(frozen=True)
class Grant:
    """A role, at one store or (`store_id` None) at all of them."""

    role: Role
    store_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """Who does something: a signed-in user, or the system itself (`user_id` None)."""

    user_id: int | None
    name: str
    grants: tuple[Grant, ...] = ()

    def may(self, permission: Permission, *, store_id: int | None = None) -> bool:
        """Whether the permission is held: at `store_id`, or anywhere when none is named."""
        stores = self.stores(permission)
        return stores is None or (bool(stores) if store_id is None else store_id in stores)

    def stores(self, permission: Permission) -> frozenset[int] | None:
        """The stores where the permission is held; None means all stores of the business."""
        holding = [grant for grant in self.grants if permission in ROLE_PERMISSIONS[grant.role]]
        if any(grant.store_id is None for grant in holding):
            return None
        if permission in BUSINESS_WIDE:
            return frozenset()
        return frozenset(grant.store_id for grant in holding if grant.store_id is not None)

    def must(self, permission: Permission, *, store_id: int | None = None) -> None:
        """Raises `PermissionDenied` with a sentence for people when the permission is missing."""
        if not self.may(permission, store_id=store_id):
            raise PermissionDenied(_("Your role does not allow this. Ask the owner to grant it."))


SYSTEM = Actor(user_id=None, name="system", grants=(Grant(Role.OWNER),))
