"""Cells of customers alike in how overdue they are and how often they bought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ibis.expr.types import Column, Table

from regulars.insight.evaluation.probabilities import wilson

OVERDUE_FROM = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 13.0)
"""Where each overdue band begins, in usual gaps; band −1 is for an unknown rhythm."""

PURCHASE_DAYS_FROM = (1, 2, 4, 7, 11)
"""Where each purchase-days band begins."""

ENOUGH_CUSTOMERS = 30
"""Below so many customers a cell borrows from the coarser one."""


@dataclass(frozen=True)
class Cell:
    """The estimate for one overdue band and one purchase-days band.

    ``cell`` names whose share it is: the cell's own, its overdue band's or the shop's. ``n`` counts
    customers, ``cases`` customers times dates.
    """

    overdue_band: int
    purchase_band: int
    cell: str
    p_no_return: float
    low: float
    high: float
    n: int
    cases: int


class Count(NamedTuple):
    """cases: customers times dates; no_return: of these not back in time; customers: distinct."""

    cases: int
    no_return: int
    customers: int


def banded(rhythms: Table) -> Table:
    """A rhythm table of customers with a purchase or without, with overdue_band, purchase_band."""
    overdue = _band(rhythms.overdue_ratio, OVERDUE_FROM).fill_null(-1)
    return rhythms.mutate(
        overdue_band=rhythms.recency_days.isnull().ifelse(None, overdue).cast("int8"),
        purchase_band=_band(rhythms.purchase_days, PURCHASE_DAYS_FROM).cast("int8"),
    )


def _band(value: Column, starts: Sequence[float]) -> Column:
    reached = [(value >= start).cast("int8") for start in starts]
    return sum(reached[1:], start=reached[0]) - 1


def estimate_cells(seen: Table, level: float) -> tuple[tuple[Cell, ...], int]:
    """The whole grid of cells from observations, and how many customers are lacking for it.

    ``seen`` as made by ``return_rates.observed``. With too few customers in the whole shop there
    are no cells and the second figure is above zero.
    """
    fine = _counts(seen, "overdue_band", "purchase_band")
    coarse = _counts(seen, "overdue_band")
    shop = _counts(seen).get((), Count(0, 0, 0))
    if shop.customers < ENOUGH_CUSTOMERS:
        return (), ENOUGH_CUSTOMERS - shop.customers
    grid = (
        (overdue, often)
        for overdue in range(-1, len(OVERDUE_FROM))
        for often in range(len(PURCHASE_DAYS_FROM))
    )
    return tuple(_cell(overdue, often, fine, coarse, shop, level) for overdue, often in grid), 0


def _counts(seen: Table, *bands: str) -> Mapping[tuple[int, ...], Count]:
    measures = {
        "cases": seen.count(),
        "no_return": seen.no_return.sum(),
        "customers": seen.customer_id.nunique(),
    }
    rows = seen.group_by(*bands).aggregate(**measures) if bands else seen.aggregate(**measures)
    return {
        tuple(row[band] for band in bands): Count(
            row["cases"], row["no_return"] or 0, row["customers"]
        )
        for row in rows.to_pyarrow().to_pylist()
    }


def _cell(
    overdue: int,
    often: int,
    fine: Mapping[tuple[int, ...], Count],
    coarse: Mapping[tuple[int, ...], Count],
    shop: Count,
    level: float,
) -> Cell:
    overdue_name = f"overdue {_name(OVERDUE_FROM, overdue)}"
    often_name = f"purchase days {_name(PURCHASE_DAYS_FROM, often)}"
    levels: Iterable[tuple[str, Count | None]] = (
        (f"{overdue_name}, {often_name}", fine.get((overdue, often))),
        (overdue_name, coarse.get((overdue,))),
        ("shop", shop),
    )
    name, count = next(
        (name, count) for name, count in levels if count and count.customers >= ENOUGH_CUSTOMERS
    )
    share = count.no_return / count.cases
    low, high = wilson(share, count.customers, level)
    return Cell(overdue, often, name, share, low, high, count.customers, count.cases)


def _name(starts: Sequence[float], band: int) -> str:
    """Overdue bands end where the next begins; whole-number bands end one before."""
    if band < 0:
        return "unknown"
    start = starts[band]
    if band + 1 == len(starts):
        return f"{start:g}+"
    end = starts[band + 1]
    if isinstance(start, int):
        return f"{start}" if end - 1 == start else f"{start}-{end - 1}"
    return f"{start:g}-{end:g}"
