"""What pages show of the clusters: each with its size and worth, the map, and month after month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.evaluation.probabilities import wilson
from regulars.insight.features.sample import part_of
from regulars.insight.models.clusters.inputs import sampled_inputs
from regulars.insight.models.clusters.model import Clusters
from regulars.insight.models.clusters.scaling import scaled
from regulars.insight.shop import Shop

POINTS = 1_500
MONTHS = 12
FOLLOWED = 10_000
LEVEL = 0.8


def by_cluster(customers: Table) -> Table:
    """cluster, customers, spend, spend_365d, purchases, purchase_days, and expected_spend where
    the customer table has it: sums over the customers of each cluster; money in minor units.
    """
    placed = customers.filter(customers.cluster.notnull())
    summed = ["spend", "spend_365d", "purchases", "purchase_days"]
    if "expected_spend" in customers.columns:
        summed.append("expected_spend")
    counted = placed.group_by("cluster").aggregate(
        customers=placed.count(), **{name: total(placed[name]) for name in summed}
    )
    return counted.order_by("cluster")


def cluster_map(shop: Shop, model: Clusters, known: Table) -> Table:
    """cluster, x, y of at most 1,500 of the customers of ``inputs``; names nobody.

    x and y are the distances from the middle along the two directions of ``model.map``.
    """
    schema = pa.schema([("cluster", pa.int8()), ("x", pa.float64()), ("y", pa.float64())])
    if model.missing or model.map is None:
        return shop.engine.read("cluster_map", schema.empty_table())
    place = part_of(known.customer_id, seed=model.seed)
    some = known.mutate(place=place).order_by("place", "customer_id").limit(POINTS)
    arrow = some.select(**{one: some[one].cast("float64") for one in model.features}).to_pyarrow()
    columns = {
        name: np.asarray(arrow.column(name).to_numpy(zero_copy_only=False), dtype=float)
        for name in model.features
    }
    points = scaled(model.scalings, columns)
    numbers, _sure = model.assign(columns)
    x, y = points @ np.array(model.map.across), points @ np.array(model.map.up)
    order = np.lexsort((y, x, numbers))
    drawn = {
        "cluster": numbers[order].astype(np.int8),
        "x": np.round(x[order], 3),
        "y": np.round(y[order], 3),
    }
    return shop.engine.read("cluster_map", pa.table(drawn, schema=schema))


def month_starts(first: date | None, as_of: date) -> list[date]:
    """The beginnings of the last twelve months the shop lived through, and ``as_of`` itself."""
    found = [as_of]
    month = as_of.replace(day=1)
    while first is not None and len(found) <= MONTHS and month > first:
        if month not in found:
            found.append(month)
        month = (
            date(month.year - 1, 12, 1)
            if month.month == 1
            else date(month.year, month.month - 1, 1)
        )
    return sorted(found)


def cluster_months(shop: Shop, model: Clusters, *, as_of: date) -> Table:
    """How large each cluster was at the beginning of each month, told by today's clusters.

    Columns: month (the date), cluster, customers (scaled up when told from a sample), share (of
    the buyers of that date) with low and high (80%, Wilson; the share itself when everybody was
    counted), spend_30d (minor units, scaled up), arrived (of its customers, who stood elsewhere
    or were unknown a month before), left (who stood here a month before and do so no more; both
    empty for the first date). At most about 10,000 customers are followed.
    """
    days = shop.at(as_of).day_totals
    bought = days.filter(days.bought)
    seen = bought.aggregate(first=bought.day.min(), buyers=bought.customer_id.nunique())
    first, buyers = seen.to_pyarrow().to_pylist()[0].values()
    if model.missing or not buyers:
        return shop.engine.read("cluster_months", _MONTHS.empty_table())
    dates = month_starts(first, as_of)
    share = min(1.0, FOLLOWED / buyers)
    told = sampled_inputs(shop, dates, share=share, seed=model.seed, as_of=as_of)
    known = shop.engine.hold(told)
    spent = known.select("at", "customer_id", "spend_30d")
    placed = model.placed(shop, known).join(spent, ["at", "customer_id"])
    numbers = [one.number for one in model.profiles]
    rows = _followed(placed, dates, numbers, share)
    return shop.engine.read("cluster_months", pa.Table.from_pylist(rows, _MONTHS))


_MONTHS = pa.schema(
    [
        *(("month", pa.date32()), ("cluster", pa.int8()), ("customers", pa.int64())),
        *(("share", pa.float64()), ("low", pa.float64()), ("high", pa.float64())),
        *(("spend_30d", pa.int64()), ("arrived", pa.int64()), ("left", pa.int64())),
    ]
)


def _followed(
    placed: Table, dates: Sequence[date], numbers: Sequence[int], share: float
) -> list[dict[str, Any]]:
    counts, moves = _counts(placed), _moves(placed)
    rows = []
    for step, day in enumerate(dates):
        whole = sum(counts.get((day, number), (0, 0))[0] for number in numbers)
        for number in numbers:
            people, spend = counts.get((day, number), (0, 0))
            part = people / whole if whole else 0.0
            low, high = wilson(part, whole, LEVEL) if whole and share < 1 else (part, part)
            row = {"month": day, "cluster": number, "share": part, "low": low, "high": high}
            row |= {"customers": round(people / share), "spend_30d": round(spend / share)}
            if step:
                arrived, left = moves.get((day, number), (0, 0))
                row |= {"arrived": round(arrived / share), "left": round(left / share)}
            rows.append(row)
    return rows


def _counts(placed: Table) -> dict[tuple[date, int], tuple[int, int]]:
    grouped = placed.group_by("at", "cluster").aggregate(
        people=placed.count(), spend=total(placed.spend_30d)
    )
    rows = grouped.to_pyarrow().to_pylist()
    return {(row["at"], row["cluster"]): (row["people"], row["spend"]) for row in rows}


def _moves(placed: Table) -> dict[tuple[date, int], tuple[int, int]]:
    """(date, cluster) -> who arrived since the date before, and who left.

    Once a buyer always one: everybody known on a date is known on all later ones.
    """
    before = placed.cluster.lag().over(group_by="customer_id", order_by="at")
    moved = placed.select("at", here=placed.cluster, was=before)
    moved = moved.filter(moved.was.fill_null(0) != moved.here)
    pairs = moved.group_by("at", "was", "here").aggregate(people=moved.count())
    found: dict[tuple[date, int], tuple[int, int]] = {}
    for row in pairs.to_pyarrow().to_pylist():
        arrived, left = found.get((row["at"], row["here"]), (0, 0))
        found[row["at"], row["here"]] = arrived + row["people"], left
        if row["was"] is not None:
            arrived, left = found.get((row["at"], row["was"]), (0, 0))
            found[row["at"], row["was"]] = arrived, left + row["people"]
    return found
