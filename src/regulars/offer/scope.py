"""Whose figures a page shows: all stores someone may see, or the one they chose."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from regulars.kit.permissions import Actor, Permission
from regulars.offer.models import Store

SESSION_KEY = "store"


@dataclass(frozen=True)
class Scope:
    """The stores someone may see under a permission, and the one they look at.

    Attributes:
        allowed: ids; None means every store of the business.
        stores: those that may be chosen, by name.
        chosen: None while all allowed ones are shown together.
    """

    allowed: frozenset[int] | None
    stores: list[Store]
    chosen: Store | None

    @property
    def ids(self) -> frozenset[int] | None:
        """The stores to show; None for all."""
        return self.allowed if self.chosen is None else frozenset({self.chosen.pk})

    @property
    def switchable(self) -> bool:
        return len(self.stores) > 1


def scope_of(actor: Actor, permission: Permission, session: MutableMapping[str, Any]) -> Scope:
    """The scope of a signed-in user; a chosen store they may no longer see is forgotten."""
    allowed = actor.stores(permission)
    found = Store.objects.filter(active=True).order_by("name", "pk")
    stores = list(found if allowed is None else found.filter(pk__in=allowed))
    chosen = next((store for store in stores if store.pk == session.get(SESSION_KEY)), None)
    if chosen is None and len(stores) == 1:
        chosen = stores[0]
    return Scope(allowed, stores, chosen)


def choose(store_id: int | None, session: MutableMapping[str, Any]) -> None:
    """Remembers the store someone looks at; None for all. Whether they may is asked on reading."""
    session[SESSION_KEY] = store_id
