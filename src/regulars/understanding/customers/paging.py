"""Pages of a list of any length: each begins where the one before ended.

A page is asked for by the id of the customer it follows or precedes, so that an address holds
nothing about a person, and a page deep in the list costs no more than the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]
    Tuple,
    TupleGreaterThan,
    TupleLessThan,
)

from regulars.people.models import Customer

SIZE = 50
COUNTED_EXACTLY = 10_000


@dataclass(frozen=True)
class Order:
    """How a list is sorted: by `column`, then `tie`, which together are an index and unique.

    Customers without a value in `column` (None, or the empty text) come last whichever way the
    list runs, by `rest`: newest first, unless said otherwise.
    """

    column: str
    tie: str
    descending: bool
    empty: str | None = None
    rest: str = "-pk"

    def known(self) -> Q:
        if self.empty is None:
            return Q(**{f"{self.column}__isnull": False})
        return Q(**{f"{self.column}__gt": self.empty})

    def unknown(self) -> Q:
        return Q(**{self.column: self.empty})


@dataclass(frozen=True)
class Page:
    """Ids in order, and whether there is more on either side."""

    ids: list[int]
    before: int | None
    after: int | None


def page(
    customers: QuerySet[Customer],
    wanted: Q,
    order: Order,
    *,
    after: int | None = None,
    before: int | None = None,
    size: int = SIZE,
) -> Page:
    """The page that follows the customer `after`, or precedes `before`, or the first one.

    A customer who has disappeared since begins the list anew. `wanted` is a condition of its own
    because Django joins `result` once a call of `filter`: all that is asked of it goes into one.
    """
    if before is not None:
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
    customers: QuerySet[Customer],
    wanted: Q,
    order: Order,
    at: int | None,
    most: int,
    *,
    backwards: bool = False,
) -> list[int]:
    parts = [_known(customers, order, at, backwards), _rest(customers, order, at, backwards)]
    found: list[int] = []
    for part in parts[::-1] if backwards else parts:
        if part is not None and len(found) < most:
            condition, sorting = part
            ids = customers.filter(wanted & condition).order_by(*sorting)
            found.extend(ids[: most - len(found)].values_list("pk", flat=True))
    return found


Part = tuple[Q, list[str]]


def _known(
    customers: QuerySet[Customer], order: Order, at: int | None, backwards: bool
) -> Part | None:
    """Those with a value to sort by, from the boundary on; None when the boundary is past them."""
    descending = order.descending != backwards
    sign = "-" if descending else ""
    sorting = [sign + order.column, sign + order.tie]
    boundary = _values(customers, at, order.column, order.tie)
    if boundary is None:
        return order.known(), sorting
    if boundary[0] == order.empty:
        return (order.known(), sorting) if backwards else None
    beyond = TupleLessThan if descending else TupleGreaterThan
    return order.known() & Q(beyond(Tuple(order.column, order.tie), boundary)), sorting


def _rest(
    customers: QuerySet[Customer], order: Order, at: int | None, backwards: bool
) -> Part | None:
    column = order.rest.lstrip("-")
    descending = order.rest.startswith("-") != backwards
    sorting = [f"-{column}" if descending else column]
    boundary = _values(customers, at, order.column, column)
    if boundary is None:
        return order.unknown(), sorting
    if boundary[0] != order.empty:
        return None if backwards else (order.unknown(), sorting)
    beyond = {f"{column}__{'lt' if descending else 'gt'}": boundary[1]}
    return order.unknown() & Q(**beyond), sorting


def _values(customers: QuerySet[Customer], at: int | None, *columns: str) -> tuple[Any, ...] | None:
    return None if at is None else customers.order_by().values_list(*columns).filter(pk=at).first()


def count_up_to(customers: QuerySet[Customer], most: int = COUNTED_EXACTLY) -> int:
    """How many there are; `most` + 1 stands for more than `most`."""
    return customers.order_by().values("pk")[: most + 1].count()
