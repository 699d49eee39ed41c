"""The lifecycle over time as figures: counts, flows, chances, what is expected, what it brings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.features.lifecycle import STAGES
from regulars.insight.models import chain
from regulars.insight.models.transitions import Transitions
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
    next 365 days by the value model; empty without one); value_ahead, what one customer of the
    stage may spend in the next 12 months if all goes on as in the last twelve, with low and high
    (80% interval of that mean); acquisition_cost as given and payback_months, the month in which
    the expected spend of a new customer has passed it (empty when not within 12).
    """
    value, low, high = (None, None, None) if fitted.missing else _value(fitted)
    rows = []
    for at, stage in enumerate(STAGES):
        row: dict[str, Any] = {"stage": stage, "customers": 0, "spend_365d": 0}
        row |= standing.get(stage, {})
        if value is not None and low is not None and high is not None and fitted.tells(stage):
            row |= {"value_ahead": round(value[at])}
            row |= {"value_low": round(low[at]), "value_high": round(high[at])}
        if stage == "new" and acquisition_cost is not None:
            row |= {"acquisition_cost": acquisition_cost}
            row |= {"payback_months": _payback(fitted, acquisition_cost)}
        rows.append(row)
    return rows


def _value(fitted: Transitions) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    evidence = fitted.evidence
    spending = chain.spending_of(fitted.recent, fitted.distinct)
    mean = chain.value_ahead(chain.matrix_of(evidence), spending.mean)
    draws = chain.draws_of(evidence, fitted.seed)
    noise = np.random.default_rng(fitted.seed).standard_normal((len(draws), len(STAGES)))
    drawn = np.maximum(0.0, spending.mean + noise * spending.error)
    return mean, *chain.between(chain.value_ahead(draws, drawn), mean)


def _payback(fitted: Transitions, cost: int) -> int | None:
    if not fitted.tells("new"):
        return None
    matrix = chain.matrix_of(fitted.evidence)
    mean = chain.spending_of(fitted.recent, fitted.distinct).mean
    for months in range(1, chain.MONTHS_AHEAD + 1):
        if chain.value_ahead(matrix, mean, months)[STAGES.index("new")] >= cost:
            return months
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
        "value_ahead": pa.int64(),
        "value_low": pa.int64(),
        "value_high": pa.int64(),
        "acquisition_cost": pa.int64(),
        "payback_months": pa.int64(),
    }
)
