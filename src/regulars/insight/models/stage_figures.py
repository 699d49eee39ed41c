"""The lifecycle over time as figures: counts, flows, chances, what is expected, what it brings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pyarrow as pa
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.features.lifecycle import STAGES
from regulars.insight.models import chain
from regulars.insight.models.stage_positions import SPEND_UNIT, Since
from regulars.insight.models.transitions import ENOUGH_IN_A_STAGE, Transitions
from regulars.insight.shop import Shop


def stage_figures(
    shop: Shop, customers: Table, fitted: Transitions, *, acquisition_cost: int | None = None
) -> dict[str, Table]:
    """The figures by name, each with the columns of the function that makes its rows.

    Args:
        customers: the customer table.
        acquisition_cost: what winning one new customer costs the shop, minor units; None: unknown.
    """
    standing = _standing(customers)
    rows = {
        "stage_months": (stage_months(fitted), _MONTHS),
        "stage_flows": (stage_flows(fitted), _FLOWS),
        "stage_moves": (fitted.moves(), _MOVES),
        "stage_expected": (stage_expected(fitted, standing), _EXPECTED),
        "stage_value": (stage_value(fitted, standing, acquisition_cost), _VALUE),
    }
    return {
        name: shop.engine.read(name, pa.Table.from_pylist(found, schema))
        for name, (found, schema) in rows.items()
    }


def _standing(customers: Table) -> dict[str, Mapping[str, Any]]:
    """Stage -> customers, spend_365d, discount_365d, expected_spend (None without a model)."""
    sums = {"spend_365d": total(customers.spend_365d)}
    for name in ("discount_365d", "expected_spend"):
        if name in customers.columns:
            sums[name] = total(customers[name])
    counted = customers.group_by("stage").aggregate(customers=customers.count(), **sums)
    return {row["stage"]: row for row in counted.to_pyarrow().to_pylist()}


def _whole(fitted: Transitions, sampled: float) -> int:
    return round(sampled / fitted.share)


def stage_months(fitted: Transitions) -> list[dict[str, Any]]:
    """month (its first day), stage at its end, customers, spend (theirs within the month)."""
    sums: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0])
    for flow in fitted.flows:
        one = sums[flow.month, flow.to_stage]
        one[0] += flow.customers
        one[1] += flow.spend
    return [
        {
            "month": month,
            "stage": stage,
            "customers": _whole(fitted, sums[month, stage][0]),
            "spend": _whole(fitted, sums[month, stage][1]),
        }
        for month in sorted({flow.month for flow in fitted.flows})
        for stage in STAGES
    ]


def stage_flows(fitted: Transitions) -> list[dict[str, Any]]:
    """month, from_stage ("unknown": not known a month before), to_stage, customers, spend."""
    return [
        {
            "month": flow.month,
            "from_stage": flow.from_stage,
            "to_stage": flow.to_stage,
            "customers": _whole(fitted, flow.customers),
            "spend": _whole(fitted, flow.spend),
        }
        for flow in fitted.flows
    ]


def stage_expected(
    fitted: Transitions, standing: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """months_ahead (0 is today), stage, customers, low, high (80% interval), newcomers included."""
    start = np.array([standing.get(stage, {}).get("customers", 0) for stage in STAGES])
    rows = [_expected_row(0, at, float(n), float(n), float(n)) for at, n in enumerate(start)]
    if fitted.missing:
        return rows
    inflow = chain.inflow_of(fitted.recent) / fitted.share
    around, low, high = chain.counts_ahead(fitted.evidence, start, inflow, fitted.seed)
    return rows + [
        _expected_row(month + 1, at, around[month, at], low[month, at], high[month, at])
        for month in range(len(around))
        for at in range(len(STAGES))
    ]


def _expected_row(months: int, at: int, n: float, low: float, high: float) -> dict[str, Any]:
    told = {"customers": float(n), "low": float(low), "high": float(high)}
    return {"months_ahead": months, "stage": STAGES[at], **told}


def stage_value(
    fitted: Transitions, standing: Mapping[str, Mapping[str, Any]], acquisition_cost: int | None
) -> list[dict[str, Any]]:
    """What a stage brings and costs, one row per stage, money in minor units.

    Columns: customers, spend_365d, discount_365d (taken off for them), expected_spend (sum over the
    next 365 days by the value model; empty without one); mean_since, what those who stood in the
    stage ``months_since`` months before the last month's end have spent since, each on average,
    with since_low and since_high (80% interval of the mean) and since_n customers; empty for fewer
    than 10 of them; acquisition_cost as given and payback_months, the month by whose end those who
    were new then had spent it (empty when they have not).
    """
    since = {one.stage: one for one in fitted.since if one.customers >= ENOUGH_IN_A_STAGE}
    rows = []
    for stage in STAGES:
        row: dict[str, Any] = {"stage": stage, "customers": 0, "spend_365d": 0}
        row |= standing.get(stage, {})
        if stage in since:
            row |= _mean_since(since[stage])
        if stage == "new" and acquisition_cost is not None:
            row |= {"acquisition_cost": acquisition_cost}
            row |= {"payback_months": _payback(since.get(stage), acquisition_cost)}
        rows.append(row)
    return rows


def _mean_since(since: Since) -> dict[str, Any]:
    n, rough = since.customers, since.spend / SPEND_UNIT
    spread = sqrt(max(0.0, (since.squares - rough * rough / n) / (n - 1)))
    half = NormalDist().inv_cdf((1 + chain.LEVEL) / 2) * SPEND_UNIT * spread / sqrt(n)
    mean = since.spend / n
    return {
        "mean_since": round(mean),
        "since_low": round(mean - half),
        "since_high": round(mean + half),
        "since_n": n,
        "months_since": since.months,
    }


def _payback(since: Since | None, cost: int) -> int | None:
    spent = 0
    for month, spend in enumerate(since.by_month if since else (), start=1):
        spent += spend
        if since and spent >= cost * since.customers:
            return month
    return None


_MONTHS = pa.schema(
    {"month": pa.date32(), "stage": pa.string(), "customers": pa.int64(), "spend": pa.int64()}
)
_FLOWS = pa.schema(
    {
        "month": pa.date32(),
        "from_stage": pa.string(),
        "to_stage": pa.string(),
        "customers": pa.int64(),
        "spend": pa.int64(),
    }
)
_MOVES = pa.schema(
    {
        "from_stage": pa.string(),
        "to_stage": pa.string(),
        "p": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "customers": pa.int64(),
    }
)
_EXPECTED = pa.schema(
    {
        "months_ahead": pa.int64(),
        "stage": pa.string(),
        "customers": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
    }
)
_VALUE = pa.schema(
    {
        "stage": pa.string(),
        "customers": pa.int64(),
        "spend_365d": pa.int64(),
        "discount_365d": pa.int64(),
        "expected_spend": pa.int64(),
        "mean_since": pa.int64(),
        "since_low": pa.int64(),
        "since_high": pa.int64(),
        "since_n": pa.int64(),
        "months_since": pa.int64(),
        "acquisition_cost": pa.int64(),
        "payback_months": pa.int64(),
    }
)
