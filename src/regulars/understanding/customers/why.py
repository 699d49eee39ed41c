"""Where a customer's figures come from: definition, parts that add up, the orders behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from regulars.sales.models import Order
from regulars.sales.queries import Stores, orders_of
from regulars.understanding.customers.profile import Profile

YEAR_DAYS = 365


@dataclass(frozen=True)
class Part:
    """One order or one gap. `value` is in minor units or days."""

    label: date
    value: int
    order: Order | None = None


@dataclass(frozen=True)
class Why:
    """One figure opened.

    Attributes:
        name: one of `FIGURES`.
        first, last: the days that were counted, both included.
        parts: what the figure is made of, latest first.
        later: orders made after the analysis, not counted in it.
        elsewhere: counted orders at stores this person does not see.
    """

    name: str
    value: Any
    first: date | None
    last: date
    parts: list[Part] = field(default_factory=list)
    later: int = 0
    elsewhere: int = 0

    @property
    def total(self) -> int:
        return sum(part.value for part in self.parts)


FIGURES = ("year", "visits", "average", "gap", "expected", "risk", "value")


def why(name: str, profile: Profile, *, stores: Stores = None) -> Why:
    """Opens the figure `name` of a customer whom a run knows.

    Args:
        stores: those whose orders may be shown; None for all.
    """
    assert profile.run is not None  # noqa: S101  the caller shows what is missing instead
    assert profile.result is not None  # noqa: S101
    result, as_of = profile.result, profile.run.as_of
    values = {
        "year": result.spend_365d,
        "visits": result.purchase_days,
        "average": result.average_order,
        "gap": result.usual_gap_days,
        "expected": result.expected_next_on,
        "risk": result.no_return,
        "value": result.expected_spend,
    }
    first = as_of - timedelta(days=YEAR_DAYS) if name == "year" else None
    everything = [(day_of(order), order) for order in orders_of(profile.customer.pk)]
    counted = [
        order for day, order in everything if day < as_of and (first is None or day >= first)
    ]
    shown = [order for order in counted if stores is None or order.store_id in stores]
    return Why(
        name=name,
        value=values[name],
        first=first,
        last=as_of - timedelta(days=1),
        parts=_gaps(shown) if name in ("gap", "expected") else _orders(shown, name),
        later=sum(day >= as_of for day, _ in everything),
        elsewhere=len(counted) - len(shown),
    )


def _orders(orders: list[Order], name: str) -> list[Part]:
    # Returns lower what was spent; they are no visit and no part of the average.
    return [
        Part(day_of(order), order.amount or 0, order)  # type: ignore[attr-defined]
        for order in orders
        if name == "year" or (order.amount or 0) > 0  # type: ignore[attr-defined]
    ]


def _gaps(orders: list[Order]) -> list[Part]:
    days = sorted({part.label for part in _orders(orders, "visits")}, reverse=True)
    return [Part(later, (later - earlier).days) for later, earlier in pairwise(days)]


def day_of(order: Order) -> date:
    """The day of an order by the clock on the wall of its store."""
    return order.ordered_at.astimezone(ZoneInfo(order.store.time_zone)).date()
