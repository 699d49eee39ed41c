"""Writes on saved lists: each in one transaction, each leaving one audit event."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kit import audit, formats
from regulars.kit.permissions import Actor, Permission
from regulars.people.models import Customer
from regulars.people.rules import normalise_name
from regulars.understanding.lists import queries
from regulars.understanding.lists.models import ListMember, SavedList
from regulars.understanding.models import Run

MOST_MEMBERS = 200_000
MOST_LISTS = 500
LONGEST_NAME, LONGEST_NOTE = 60, 300


@dataclass(frozen=True)
class ListDraft:
    """A list to save: see `SavedList` for its parts."""

    name: str
    note: str = ""
    filters: dict[str, list[str]] = field(default_factory=dict)
    searched: bool = False
    stores: Collection[int] | None = None
    run: Run | None = None


@transaction.atomic
def save_list(draft: ListDraft, customers: QuerySet[Customer], *, by: Actor, at: datetime) -> int:
    """Saves these customers under a name and returns the id of the list.

    Args:
        customers: no more than whom this person may see; each once.

    Raises:
        ValidationError: nobody is in it, too many are, the name is taken or unfit.
    """
    by.must(Permission.EDIT_CUSTOMERS)
    if queries.standing().count() >= MOST_LISTS:
        words = _("There are %(most)s lists already. Delete one that nobody needs any more.")
        raise ValidationError(words % {"most": formats.count(MOST_LISTS)})
    with _name_is_free():
        saved = SavedList.objects.create(
            name=_fit_name(draft.name),
            note=draft.note.strip()[:LONGEST_NOTE],
            filters=draft.filters,
            searched=draft.searched,
            stores=None if draft.stores is None else sorted(draft.stores),
            size=1,
            run=draft.run,
            at=at,
            by_id=by.user_id,
            by_name=by.name,
        )
    saved.size = _fill(saved, customers)
    saved.save(update_fields=["size"])
    _record("save_list", saved, by=by, at=at, count=saved.size, filters=sorted(draft.filters))
    return saved.pk


def _fill(saved: SavedList, customers: QuerySet[Customer]) -> int:
    """Copies the ids inside the database; returns how many."""
    wanted = customers.order_by().values("pk")[: MOST_MEMBERS + 1]
    statement, parameters = wanted.query.sql_with_params()
    table = ListMember._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (saved_id, customer_id)"
            f" SELECT %s, picked.id FROM ({statement}) AS picked (id)",
            [saved.pk, *parameters],
        )
        count: int = cursor.rowcount
    if not count:
        raise ValidationError(_("Nobody fits these filters, so there is nobody to save."))
    if count > MOST_MEMBERS:
        words = _("A list holds up to %(most)s customers. Narrow the filters a little.")
        raise ValidationError(words % {"most": formats.count(MOST_MEMBERS)})
    return count


@transaction.atomic
def change_list(list_id: int, name: str, note: str, *, by: Actor, at: datetime) -> None:
    """Gives a list another name and note.

    Raises:
        ValidationError: the name is taken or unfit.
    """
    saved = _own(list_id, by)
    saved.name, saved.note = _fit_name(name), note.strip()[:LONGEST_NOTE]
    with _name_is_free():
        saved.save(update_fields=["name", "note"])
    _record("change_list", saved, by=by, at=at)


@transaction.atomic
def delete_list(list_id: int, *, by: Actor, at: datetime) -> None:
    """Takes a list away; for `queries.KEPT_DELETED` it can come back."""
    saved = _own(list_id, by)
    saved.deleted_at = at
    saved.save(update_fields=["deleted_at"])
    _record("delete_list", saved, by=by, at=at)


@transaction.atomic
def restore_list(list_id: int, *, by: Actor, at: datetime) -> None:
    """Brings a deleted list back.

    Raises:
        ValidationError: another list has its name by now.
    """
    saved = _own(list_id, by, deleted=True)
    saved.deleted_at = None
    with _name_is_free():
        saved.save(update_fields=["deleted_at"])
    _record("restore_list", saved, by=by, at=at)


@transaction.atomic
def forget_deleted(*, by: Actor, at: datetime) -> int:
    """Deletes for good what was deleted long enough ago; returns how many lists."""
    old = queries.long_deleted(at)
    count = old.count()
    if count:
        old.delete()
        audit.record(
            "understanding.forget_lists", "list:many", by=by, at=at, detail={"count": count}
        )
    return count


def may_change(saved: SavedList, actor: Actor) -> bool:
    """Whoever saved a list may change it, and whoever looks after customers of all stores."""
    if not actor.may(Permission.EDIT_CUSTOMERS):
        return False
    everywhere = actor.stores(Permission.EDIT_CUSTOMERS) is None
    return everywhere or (saved.by_id is not None and saved.by_id == actor.user_id)


def _own(list_id: int, by: Actor, *, deleted: bool = False) -> SavedList:
    by.must(Permission.EDIT_CUSTOMERS)
    found = SavedList.objects.select_for_update().filter(deleted_at__isnull=not deleted)
    saved = found.get(pk=list_id)
    if not may_change(saved, by):
        raise PermissionDenied(_("Someone else saved this list. Ask them, or the owner."))
    return saved


def _fit_name(text: str) -> str:
    name = normalise_name(text.replace("\x00", ""))
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ValidationError(
            {"name": _("A name has 1 to %(most)s characters.") % {"most": LONGEST_NAME}}
        )
    return name


@contextmanager
def _name_is_free() -> Iterator[None]:
    """Turns the refusal of the database into words; the transaction around it lives on."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refused = getattr(error.__cause__, "diag", None)
        if refused is None or refused.constraint_name != "one_list_a_name":
            raise
        words = _("There is a list of this name already. Choose another name.")
        raise ValidationError({"name": words}) from error


def _record(verb: str, saved: SavedList, *, by: Actor, at: datetime, **detail: object) -> None:
    audit.record(f"understanding.{verb}", f"list:{saved.pk}", by=by, at=at, detail=detail)
