"""The filters a list came from: kept, said in words, and asked again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from regulars.kit import clock
from regulars.offer.models import Store
from regulars.understanding.customers import chips, paging
from regulars.understanding.customers.filter_form import FilterForm
from regulars.understanding.customers.filters import (
    OF_MONEY,
    Filters,
    Stores,
    visible_to,
    with_results,
)
from regulars.understanding.lists.models import SavedList
from regulars.understanding.models import Run


def kept(query: QueryDict) -> dict[str, list[str]]:
    """The parameters of an address that can be kept: all filters but a searched text."""
    names = set(FilterForm().fields) - {"find"}
    return {name: query.getlist(name) for name in query if name in names and query.get(name)}


def query_of(saved: SavedList) -> QueryDict:
    """The address a list was saved from."""
    query = QueryDict(mutable=True)
    for name, values in saved.filters.items():
        query.setlist(name, values)
    return query


def origin(saved: SavedList) -> str:
    """Where a list came from, in words."""
    said = [one.text for one in chips.applied(FilterForm(query_of(saved)).filters())]
    said += [_("found by a search")] if saved.searched else []
    if saved.stores is not None:
        found = Store.objects.filter(pk__in=saved.stores).order_by("pk")
        stores = ", ".join(found.values_list("name", flat=True))
        said.append(_("customers of %(stores)s") % {"stores": stores})
    return " · ".join(said) or _("All customers")


@dataclass(frozen=True)
class Compared:
    """A list against those who meet its filters today; counts stop at `COUNTED_EXACTLY` + 1.

    Attributes:
        members: those on the list whom this person sees.
        today: those who meet the filters now; None where that cannot be asked again.
        both: on the list and meeting the filters.
        came: meeting the filters, not on the list.
    """

    members: int
    today: int | None = None
    both: int | None = None
    came: int | None = None

    @property
    def left(self) -> int | None:
        """On the list, no longer meeting the filters; None where counts are not exact."""
        if self.both is None or self.members > paging.COUNTED_EXACTLY:
            return None
        return self.members - self.both


def compare(saved: SavedList, run: Run | None, *, stores: Stores, sees_sales: bool) -> Compared:
    """How many a list holds and how many would be in it now, as far as `stores` see."""
    on_it = Filters(saved=saved.pk)
    members = _count([on_it], run, stores)
    form = FilterForm(query_of(saved))
    filters = form.filters()
    hidden = not sees_sales and bool(OF_MONEY & set(filters.used()))
    if saved.searched or hidden or form.errors:
        return Compared(members)
    within = _common(stores, saved.stores)
    return Compared(
        members,
        today=_count([filters], run, within),
        both=_count([filters, on_it], run, within),
        came=_count([filters, Filters(outside=saved.pk)], run, within),
    )


def _common(stores: Stores, of_list: Sequence[int] | None) -> Stores:
    if stores is None or of_list is None:
        return of_list if stores is None else stores
    return set(stores) & set(of_list)


def _count(all_of: Sequence[Filters], run: Run | None, stores: Stores) -> int:
    condition = Q(visible_to(stores))
    for filters in all_of:
        condition &= filters.condition(clock.today())
    return paging.count_up_to(with_results(run).filter(condition))


def newcomers(saved: SavedList) -> str:
    """The address of those who meet the filters now and are not on the list."""
    query = query_of(saved)
    query["outside"] = str(saved.pk)
    return f"?{query.urlencode()}"
