"""Pages of a list of any length.

A page is asked for by the id of the customer it follows or precedes, so that an address holds
nothing about a person, and a page deep in the list costs no more than the first. Up to
`COUNTED_EXACTLY` customers are sorted whole, which also tells their number; a longer list is
walked along an index from where the page before ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.fields.tuple_lookups import (
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)

from regulars.people.models import Customer

SIZE = 50
COUNTED_EXACTLY = 10_000

Customers = QuerySet[Customer]


@dataclass(frozen=True)
class Order:
    """How a list is sorted: by `column`, then `tie`, which together are an index and unique.

    Customers without a value in `column` (None, or the empty text) come last whichever way the
    list runs, by `rest`: newest first, unless said otherwise. `clustered` says that what someone
    searches for stands together in this order, perhaps far from its beginning.
    """

    column: str
    tie: str
    descending: bool
    empty: str | None = None
    rest: str = "-pk"
    clustered: bool = False

    def known(self) -> Q:
        if self.empty is None:
            return Q(**{f"{self.column}__isnull": False})
        return Q(**{f"{self.column}__gt": self.empty})

    def unknown(self) -> Q:
        return Q(**{self.column: self.empty})


@dataclass(frozen=True)
class Page:
    """Ids in order, what to ask for to go on or back, and, in a list counted exactly, `total` and
    how many stand before the page."""

    ids: list[int]
    before: int | None
    after: int | None
    total: int | None = None
    skipped: int | None = None


def page(
    customers: Customers,
    wanted: Q,
    order: Order,
    *,
    after: int | None = None,
    before: int | None = None,
    size: int = SIZE,
) -> Page:
    """The page that follows the customer `after`, or precedes `before`, or the first one.

    A customer who is no longer in the list begins it anew. `wanted` is a condition of its own
    because Django joins `result` once a call of `filter`: all that is asked of it goes into one.
    """
    if count_up_to(customers.filter(wanted)) <= COUNTED_EXACTLY:
        return _cut(_sorted(customers.filter(wanted), order), after, before, size)
    if order.clustered:
        return _walked(customers, wanted, order, after, before, size)
    with _walking():
        return _walked(customers, wanted, order, after, before, size)


def count_up_to(customers: Customers) -> int:
    """How many there are; `COUNTED_EXACTLY` + 1 stands for more."""
    return customers.order_by()[: COUNTED_EXACTLY + 1].count()


def _cut(ids: list[int], after: int | None, before: int | None, size: int) -> Page:
    places = {pk: place for place, pk in enumerate(ids)}
    start = 0
    if after in places:
        start = places[after] + 1
    elif before in places:
        start = max(places[before] - size, 0)
    shown = ids[start : start + size]
    more = start + size < len(ids)
    return Page(
        shown, shown[0] if start and shown else None, shown[-1] if more else None, len(ids), start
    )


def _sorted(customers: Customers, order: Order) -> list[int]:
    """All ids in order, sorted here: the database need not be asked for each of the two parts."""
    columns = ("pk", order.column, order.tie, order.rest.lstrip("-"))
    found = list(customers.order_by().values_list(*columns))
    known = [row for row in found if row[1] not in (None, order.empty)]
    rest = [row for row in found if row[1] in (None, order.empty)]
    known.sort(key=lambda row: (row[1], row[2]), reverse=order.descending)
    rest.sort(key=lambda row: row[3], reverse=order.rest.startswith("-"))
    return [row[0] for row in (*known, *rest)]


@contextmanager
def _walking() -> Iterator[None]:
    # The planner cannot count name prefixes, and might sort them all for one page.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        yield
        cursor.execute("SET LOCAL enable_sort = on")


def _walked(
    customers: Customers, wanted: Q, order: Order, after: int | None, before: int | None, size: int
) -> Page:
    if before is not None and customers.filter(pk=before).exists():
        ids = _ids(customers, wanted, order, before, size + 1, backwards=True)
        if len(ids) >= size:
            more = len(ids) > size
            ids = ids[:size][::-1]
            return Page(ids, ids[0] if more else None, ids[-1])
        after = None
    ids = _ids(customers, wanted, order, after, size + 1)
    more, ids = len(ids) > size, ids[:size]
    return Page(ids, ids[0] if after and ids else None, ids[-1] if more else None)


def _ids(
    customers: Customers,
    wanted: Q,
    order: Order,
    at: int | None,
    most: int,
    *,
    backwards: bool = False,
) -> list[int]:
    parts = [
        _known(customers, order, at, backwards=backwards),
        _rest(customers, order, at, backwards=backwards),
    ]
    found: list[int] = []
    for condition, sorting in parts[::-1] if backwards else parts:
        if len(found) < most:
            ids = customers.filter(wanted & condition).order_by(*sorting)
            found.extend(ids[: most - len(found)].values_list("pk", flat=True))
    return found


Part = tuple[Q, list[str]]
NOBODY = Q(pk__in=[])


def _known(customers: Customers, order: Order, at: int | None, *, backwards: bool = False) -> Part:
    """Those with a value to sort by, from the customer `at` on; nobody when that one has none."""
    descending = order.descending != backwards
    sign = "-" if descending else ""
    sorting = [sign + order.column, sign + order.tie]
    boundary = _values(customers, at, order.column, order.tie)
    if boundary is None:
        return order.known(), sorting
    if boundary[0] == order.empty:
        return order.known() if backwards else NOBODY, sorting
    beyond = TupleLessThan if descending else TupleGreaterThan
    return order.known() & Q(beyond(Tuple(order.column, order.tie), boundary)), sorting


def _rest(customers: Customers, order: Order, at: int | None, *, backwards: bool = False) -> Part:
    """Those without such a value, from the customer `at` on."""
    column = order.rest.lstrip("-")
    descending = order.rest.startswith("-") != backwards
    sorting = [f"-{column}" if descending else column]
    boundary = _values(customers, at, order.column, column)
    if boundary is None:
        return order.unknown(), sorting
    if boundary[0] != order.empty:
        return NOBODY if backwards else order.unknown(), sorting
    beyond = {f"{column}__{'lt' if descending else 'gt'}": boundary[1]}
    return order.unknown() & Q(**beyond), sorting


def _values(customers: Customers, at: int | None, *columns: str) -> tuple[Any, ...] | None:
    return None if at is None else customers.order_by().values_list(*columns).filter(pk=at).first()
