"""What changed a figure: contributions that sum exactly to the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.kit.money import allocate
from regulars.sales.buyers import Buyers
from regulars.sales.queries import Group, Totals

MOST_CATEGORIES = 6


@dataclass(frozen=True)
class Contribution:
    """What one cause added to a change or took from it; the unit is that of the figure."""

    cause: str
    amount: float


def turnover_change(now: Totals, before: Totals) -> list[Contribution]:
    """How far orders, the average order and returns moved the turnover, in minor units.

    Sold = orders × average order. The change of a product of two is shared by holding each at the
    mean of its two values while the other moves (Shapley's value for two causes), so the order of
    the causes does not matter.
    """
    sold = now.sold - before.sold
    by_orders = sold
    if now.orders and before.orders:
        averages = now.sold / now.orders + before.sold / before.orders
        by_orders = round((now.orders - before.orders) * averages / 2)
    return [
        Contribution("orders", by_orders),
        Contribution("average", sold - by_orders),
        Contribution("returns", now.returned - before.returned),
    ]


def average_change(now: Totals, before: Totals) -> list[Contribution]:
    """How far services and products moved the average order, in minor units."""
    new, old = average_parts(now), average_parts(before)
    return [Contribution(cause, new[cause] - old[cause]) for cause in new]


def average_parts(totals: Totals) -> dict[str, int]:
    """Services and products in the average order; they sum to it."""
    services, products = allocate(totals.average_order or 0, [totals.services, totals.products])
    return {"services": services, "products": products}


def orders_change(now: Buyers, before: Buyers) -> list[Contribution]:
    """How many orders more or less came from returning, new and unknown customers."""
    return [
        Contribution("returning", now.returning_orders - before.returning_orders),
        Contribution("first", now.first_orders - before.first_orders),
        Contribution("unknown", now.unknown_orders - before.unknown_orders),
    ]


def repeat_change(now: Buyers, before: Buyers) -> list[Contribution]:
    """How far returning and new customers moved the repeat share, as a difference of ratios.

    Shared as in `turnover_change`.
    """
    whole = _share(now.returning, now.first) - _share(before.returning, before.first)
    by_returning = (
        _share(now.returning, before.first)
        - _share(before.returning, before.first)
        + _share(now.returning, now.first)
        - _share(before.returning, now.first)
    ) / 2
    return [Contribution("returning", by_returning), Contribution("first", whole - by_returning)]


def _share(returning: int, first: int) -> float:
    return returning / (returning + first) if returning + first else 0.0


def category_change(now: Sequence[Group], before: Sequence[Group]) -> list[Contribution]:
    """How far each category moved the turnover; the smallest movers are one, called "others"."""
    new, old = _amounts(now), _amounts(before)
    moved = [Contribution(name, new.get(name, 0) - old.get(name, 0)) for name in new | old]
    moved = sorted((m for m in moved if m.amount), key=lambda m: (-abs(m.amount), m.cause))
    if len(moved) <= MOST_CATEGORIES:
        return moved
    rest = sum(contribution.amount for contribution in moved[MOST_CATEGORIES - 1 :])
    return [*moved[: MOST_CATEGORIES - 1], Contribution(OTHERS, rest)]


OTHERS = "\0others"  # no category can be called that


def _amounts(groups: Sequence[Group]) -> dict[str, int]:
    return {group.name: group.amount for group in groups}


def relative(now: float | None, before: float | None) -> float | None:
    """The change as a ratio of what was before; None when there was nothing to compare with."""
    if now is None or not before or before < 0:
        return None
    return now / before - 1
