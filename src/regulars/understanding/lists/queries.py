"""Reads of saved lists."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from regulars.understanding.lists.models import ListMember, SavedList

KEPT_DELETED = timedelta(days=7)
"""How long a deleted list can come back."""


def standing() -> QuerySet[SavedList]:
    """All lists that are not deleted, the newest first."""
    return SavedList.objects.filter(deleted_at=None).order_by("-at", "-pk")


def names() -> list[tuple[int, str]]:
    """Ids and names, by name, to choose from."""
    return list(standing().order_by("name", "pk").values_list("pk", "name"))


def name_of(list_id: int) -> str:
    """The name of a list, deleted or not; a dash for one that is gone for good."""
    return SavedList.objects.filter(pk=list_id).values_list("name", flat=True).first() or "—"


def members_of(list_id: int) -> QuerySet[ListMember, int]:
    """The ids of the customers on a list."""
    return ListMember.objects.filter(saved=list_id).values_list("customer", flat=True)


def long_deleted(now: datetime) -> QuerySet[SavedList]:
    """Lists whose time to come back is over."""
    return SavedList.objects.filter(deleted_at__lt=now - KEPT_DELETED)
