"""Says what customers should do or know before a service."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from regulars.kit import audit
from regulars.kit.permissions import Actor, Permission
from regulars.offer.models import Item
from regulars.portal.models import Preparation


@transaction.atomic
def set_preparation(item_id: int, text: str, *, by: Actor, at: datetime) -> None:
    """Sets what stands on the confirmation of a service; an empty text takes it away."""
    by.must(Permission.MANAGE_SETTINGS)
    item = Item.objects.select_for_update().get(pk=item_id, kind=Item.SERVICE)
    if text.strip():
        Preparation.objects.update_or_create(item=item, defaults={"text": text.strip()})
    else:
        Preparation.objects.filter(item=item).delete()
    audit.record("portal.set_preparation", f"item:{item_id}", by=by, at=at)
