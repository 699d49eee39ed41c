"""What the value model learned, and what it says of customers on a date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from regulars.insight.models.clv.bands import Band
from regulars.insight.models.clv.families import Floats
from regulars.insight.models.clv.learning import Learned, Trees, purchases, spend
from regulars.insight.models.clv.likelihood import FamilyFit
from regulars.insight.models.clv.margin import Margin
from regulars.insight.models.clv.members import WEEK, Columns, Period, histories, likeliest
from regulars.insight.models.clv.spending import SpendFit
from regulars.insight.models.clv.trial import Trial

LONGEST_WAIT_DAYS = 730

COLUMNS: Mapping[str, pa.DataType] = {
    "p_alive": pa.float64(),
    "expected_purchases": pa.float64(),
    "expected_purchases_low": pa.float64(),
    "expected_purchases_high": pa.float64(),
    "expected_spend": pa.int64(),
    "expected_spend_low": pa.int64(),
    "expected_spend_high": pa.int64(),
    "expected_spend_sd": pa.float64(),
    "expected_margin": pa.int64(),
    "value_next_on": pa.date32(),
    "clv_member": pa.string(),
}


def schema_of(customer_id: pa.DataType) -> pa.Schema:
    """The columns of a score beside the customer."""
    return pa.schema([("customer_id", customer_id), *COLUMNS.items()])


@dataclass(frozen=True)
class Model:
    """What was learned.

    Args:
        at: learned from the days before it. first_on: the first purchase day seen.
        tested_days: horizon of the back-test and of the recent windows.
        purchase_weights, spend_weights: the blend, by member.
        margin: what is left of spend after costs; None where no cost is known.
    """

    at: date
    first_on: date
    tested_days: int
    families: Mapping[str, FamilyFit]
    spending: SpendFit
    trees: Trees
    purchase_weights: Mapping[str, float]
    spend_weights: Mapping[str, float]
    purchase_band: Band
    spend_band: Band
    trial: Trial
    margin: Margin | None

    @classmethod
    def of(cls, data: dict[str, Any]) -> Model:
        """From its JSON form."""
        known = dict(data)
        for name in ("at", "first_on"):
            known[name] = date.fromisoformat(data[name])
        known["families"] = {
            code: FamilyFit(**_tuples(one)) for code, one in data["families"].items()
        }
        known["spending"] = SpendFit(**_tuples(data["spending"]))
        known["trees"] = Trees(**data["trees"])
        for name in ("purchase_band", "spend_band"):
            known[name] = Band(**_tuples(data[name]))
        known["margin"] = Margin(**data["margin"]) if data["margin"] else None
        known["trial"] = Trial.of(data["trial"])
        return cls(**known)

    @property
    def member(self) -> str:
        """The member with the most weight."""
        return max(self.purchase_weights.items(), key=lambda item: item[1])[0]

    @property
    def shape(self) -> FamilyFit:
        """The family that tells who is alive and when the next purchase is due."""
        return self.families[likeliest(self.families)]

    def batches(self, period: Period, as_of: date) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
        """A function for ``Engine.apply`` over ``cases.cases`` as of a date."""

        def scored(batch: pa.RecordBatch) -> pa.RecordBatch:
            ids = batch.column("customer_id")
            columns = {
                name: batch.column(name).to_numpy(zero_copy_only=False).astype(float)
                for name in batch.schema.names
                if name != "customer_id"
            }
            empty: dict[str, Any] = {name: [] for name in COLUMNS}
            found = self.value_of(columns, period, as_of) if len(ids) else empty
            return pa.RecordBatch.from_pydict({"customer_id": ids, **found}, schema_of(ids.type))

        return scored

    def value_of(self, columns: Columns, period: Period, as_of: date) -> dict[str, Any]:
        """``COLUMNS`` for cases as of a date; money in minor units."""
        learned = Learned(self.at, self.families, self.spending, self.trees)
        members = purchases(learned, columns, period, list(self.purchase_weights))
        expected = _blend(members, self.purchase_weights)
        amounts = spend(learned, expected, columns, period, list(self.spend_weights))
        money = _blend(amounts, self.spend_weights)
        stretch = period.horizon / self.tested_days
        low, high = self.purchase_band.bounds(expected, stretch)
        spend_low, spend_high = self.spend_band.bounds(money, stretch)
        return {
            "p_alive": self.shape.alive(histories(columns)),
            "expected_purchases": expected,
            "expected_purchases_low": low,
            "expected_purchases_high": high,
            "expected_spend": _minor(money),
            "expected_spend_low": _minor(np.maximum(spend_low, 0.0)),
            "expected_spend_high": _minor(spend_high),
            "expected_spend_sd": self.spend_band.spread(money, stretch),
            "expected_margin": self._margins(money, columns),
            "value_next_on": _next_on(_wait_weeks(self.shape, columns) * WEEK, as_of),
            "clv_member": [self.member] * len(money),
        }

    def _margins(self, money: Floats, columns: Columns) -> Any:
        if self.margin is None or "costed_amount" not in columns:
            return [None] * len(money)
        return _minor(money * self.margin.shares(columns))


def _next_on(wait_days: Floats, as_of: date) -> pa.Array:
    """The days on which purchases are due; empty where that is more than two years away."""
    days = np.ceil(wait_days)
    due = (as_of - date(1970, 1, 1)).days + np.minimum(days, LONGEST_WAIT_DAYS)
    return pa.array(due.astype(np.int32), mask=days > LONGEST_WAIT_DAYS).cast(pa.date32())


def _wait_weeks(fit: FamilyFit, columns: Columns) -> Floats:
    """Mean weeks to the next purchase of those still customers: stages left over their rate."""
    h, (r, alpha) = histories(columns), fit.parameters[:2]
    k = int(getattr(fit.family, "k", 1))
    rate = (r + k * h.x) / (alpha + h.T)
    passed = np.minimum(rate * (h.T - h.t_x), k - 1.0) if k > 1 else np.zeros_like(h.x)
    return np.asarray((k - passed) / rate)


def _blend(members: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """The weighted sum; the weight of trees that cannot be loaded here goes to the others."""
    there = {code: weight for code, weight in weights.items() if code in members}
    lost = sum(weights.values()) / max(sum(there.values()), 1e-9)
    first = next(iter(members.values()))
    return np.asarray(
        sum((weight * lost * members[code] for code, weight in there.items()), 0.0 * first)
    )


def _minor(amount: Floats) -> Any:
    return np.round(amount).astype(np.int64)


def _tuples(data: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
