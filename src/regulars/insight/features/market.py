"""What changes for everyone at once: prices, discounts, how many come, the season."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from math import exp, log
from typing import Any

import pyarrow as pa
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.features.line_counts import QUANTITY_PARTS, sold_lines
from regulars.insight.shop import Shop

MOST_ITEMS = 2000
SHORT, LONG = 6, 12
ENOUGH_MONTHS = 24
FIRST_DAYS = 3


@dataclass(frozen=True)
class Month:
    """One whole month of the shop.

    purchase_days and customers count known buyers; price_index is 100 in the first month with
    prices to compare (see ``market``), empty before; discount_share is discount / price before
    discount; trend is purchase days per day of the last three months over those of the three
    before; season_factor is the month of the year's purchase days per day over the mean of its
    year, from two years on.
    """

    month: date
    days: int
    purchase_days: int
    customers: int
    spend: int
    price_index: float | None
    discount_share: float | None
    trend: float | None
    season_factor: float | None


def market(shop: Shop, *, as_of: date) -> Table:
    """One row per whole month before ``as_of``, oldest first; columns as in ``Month``.

    The price index is chained: from month to month the mean log change of the price paid per
    unit, weighted by an item's mean share of the spend in both months, over items sold in both
    (Törnqvist 1936), of the 2,000 items with the highest spend. A price paid includes discounts.
    """
    return table(shop, months(shop, as_of=as_of))


def table(shop: Shop, told: Sequence[Month]) -> Table:
    """Months as a table of the shop's engine."""
    rows = [asdict(one) for one in told]
    return shop.engine.read("market", pa.Table.from_pylist(rows, _MONTHS))


def months(shop: Shop, *, as_of: date) -> list[Month]:
    """The same in Python."""
    visits = {row["month"]: row for row in _visits(shop, as_of)}
    sales = _sales(shop, as_of)
    numbers = sorted(visits)
    index = _price_index(sales, numbers)
    per_day = {n: visits[n]["purchase_days"] / _days(n) for n in numbers}
    season = _seasons(per_day)
    told = []
    for place, n in enumerate(numbers):
        sold = sales.get(n, {})
        full = sum(one["full"] for one in sold.values())
        discount = sum(one["discount"] for one in sold.values())
        told.append(
            Month(
                month=_first_day(n),
                days=_days(n),
                purchase_days=visits[n]["purchase_days"],
                customers=visits[n]["customers"],
                spend=round(sum(one["amount"] for one in sold.values())),
                price_index=index.get(n),
                discount_share=discount / full if full and discount else None,
                trend=_trend([per_day[m] for m in numbers[max(0, place - 5) : place + 1]]),
                season_factor=season.get(n % 12),
            )
        )
    return told


def changes(told: Sequence[Month]) -> tuple[float | None, float | None]:
    """Rise of prices over the last six months, and the discount share of the last three months
    over that of the twelve before; None where they cannot be told."""
    priced = [one.price_index for one in told[-SHORT - 1 :] if one.price_index]
    rise = priced[-1] / priced[0] - 1 if len(priced) == SHORT + 1 else None
    lately = [one.discount_share or 0.0 for one in told[-3:]]
    before = [one.discount_share or 0.0 for one in told[-3 - LONG : -3]]
    if len(before) < LONG or not sum(before):
        return rise, None
    return rise, (sum(lately) / len(lately)) / (sum(before) / len(before))


def _visits(shop: Shop, as_of: date) -> list[dict[str, Any]]:
    days = shop.at(as_of).purchase_days
    number = days.day.year() * 12 + days.day.month() - 1
    told = days.group_by(month=number).aggregate(
        purchase_days=days.count(), customers=days.customer_id.nunique(), first_on=days.day.min()
    )
    now = as_of.year * 12 + as_of.month - 1
    rows: list[dict[str, Any]] = told.filter(told.month < now).to_pyarrow().to_pylist()
    opened = min((row["first_on"] for row in rows), default=None)
    # Records that begin in the middle of a month would make it look like a bad one.
    return [row for row in rows if row["first_on"] != opened or opened.day <= FIRST_DAYS]


def _sales(shop: Shop, as_of: date) -> dict[int, dict[Any, dict[str, float]]]:
    """Month number -> item -> units, amount, discount and full price of what was sold."""
    sold = sold_lines(shop.at(as_of))
    parts = (sold.quantity * QUANTITY_PARTS).round().cast("int64")
    sums = sold.group_by("product_id", "month").aggregate(
        parts=total(parts), amount=total(sold.amount), discount=total(sold.discount)
    )
    spent = sums.group_by("product_id").aggregate(whole=total(sums.amount))
    top = spent.filter(spent.product_id.notnull())
    ranked = top.order_by([top.whole.desc(), top.product_id.asc()]).limit(MOST_ITEMS)
    kept = sums.semi_join(ranked, "product_id").order_by("month", "product_id")
    found: dict[int, dict[Any, dict[str, float]]] = {}
    for row in kept.to_pyarrow().to_pylist():
        row["full"] = row["amount"] + row["discount"]
        found.setdefault(row.pop("month"), {})[row.pop("product_id")] = row
    return found


def _price_index(
    sales: dict[int, dict[Any, dict[str, float]]], numbers: list[int]
) -> dict[int, float]:
    level = 100.0
    index: dict[int, float] = {}
    for earlier, later in pairwise(numbers):
        change = _price_change(sales.get(earlier, {}), sales.get(later, {}))
        if change is None:
            continue
        index.setdefault(earlier, level)
        level *= exp(change)
        index[later] = level
    return index


def _price_change(
    before: dict[Any, dict[str, float]], after: dict[Any, dict[str, float]]
) -> float | None:
    """Mean log change of unit prices, weighted by the items' mean share of both months."""
    both = sorted(before.keys() & after.keys(), key=str)
    if not both:
        return None
    first = sum(before[item]["amount"] for item in both)
    second = sum(after[item]["amount"] for item in both)
    return sum(
        (before[item]["amount"] / first + after[item]["amount"] / second)
        / 2
        * log(_unit(after[item]) / _unit(before[item]))
        for item in both
    )


def _unit(sold: dict[str, float]) -> float:
    return sold["amount"] / sold["parts"]


def _trend(per_day: list[float]) -> float | None:
    if len(per_day) < 6 or not sum(per_day[:3]):
        return None
    return sum(per_day[3:]) / sum(per_day[:3])


def _seasons(per_day: dict[int, float]) -> dict[int, float]:
    """Month of the year (0 January) -> its part of the mean of its own twelve months."""
    numbers = sorted(per_day)
    if len(numbers) < ENOUGH_MONTHS:
        return {}
    whole = numbers[len(numbers) % LONG :]
    found: dict[int, list[float]] = {}
    for start in range(0, len(whole), LONG):
        year = whole[start : start + LONG]
        mean = sum(per_day[n] for n in year) / LONG
        for n in year:
            found.setdefault(n % 12, []).append(per_day[n] / mean if mean else 1.0)
    return {month: sum(values) / len(values) for month, values in found.items()}


def _first_day(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _days(number: int) -> int:
    return (_first_day(number + 1) - _first_day(number)).days


_MONTHS = pa.schema(
    {
        "month": pa.date32(),
        "days": pa.int64(),
        "purchase_days": pa.int64(),
        "customers": pa.int64(),
        "spend": pa.int64(),
        "price_index": pa.float64(),
        "discount_share": pa.float64(),
        "trend": pa.float64(),
        "season_factor": pa.float64(),
    }
)
