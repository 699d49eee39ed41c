"""The fitted value model: frozen, to JSON and back, scores every known customer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from regulars.insight.evidence import Missing
from regulars.insight.models.clv.cases import cases, windows_of
from regulars.insight.models.clv.margin import own_margins
from regulars.insight.models.clv.members import Period
from regulars.insight.models.clv.model import COLUMNS, Model, schema_of
from regulars.insight.shop import Shop


@dataclass(frozen=True)
class CustomerValue:
    """What customers may bring in the days ahead.

    Args:
        horizon_days: scored by default. level: of the intervals. n: customers learned from.
        model: what was learned; None when too little was known, and ``missing`` says what lacks.
    """

    as_of: date
    horizon_days: int
    seed: int
    level: float
    n: int
    versions: Mapping[str, str]
    model: Model | None
    missing: Missing | None

    @property
    def total_error(self) -> float:
        """How far a total may be off altogether, as a share; 0 when nothing was learned."""
        return self.model.trial.total_error if self.model else 0.0

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=date.isoformat)

    def told(self) -> dict[str, Any]:
        """What a reader wants to know of it as JSON data: everything but the trees."""
        data: dict[str, Any] = json.loads(self.to_json())
        if self.model is not None:
            del data["model"]["trees"]
            data["model"]["member"] = self.model.member
        return data

    @classmethod
    def from_json(cls, text: str) -> CustomerValue:
        data: dict[str, Any] = json.loads(text)
        data["as_of"] = date.fromisoformat(data["as_of"])
        data["missing"] = Missing(**data["missing"]) if data["missing"] else None
        data["model"] = Model.of(data["model"]) if data["model"] else None
        return cls(**data)

    def score(self, shop: Shop, *, as_of: date, horizon_days: int | None = None) -> Table:
        """One row per known customer; empty cells for those who never bought.

        Columns: p_alive (chance of still being a customer); expected_purchases (purchase days in
        the horizon) with _low, _high; expected_spend, _low, _high (minor units, net of returns)
        and expected_spend_sd; expected_margin (minor units, at the customer's own share, see
        ``margin``; empty without costs); value_next_on (when the next purchase is due at the
        customer's rate, if still a customer); clv_member (the member with the most weight).
        Intervals are predictive, at ``level``.
        """
        snapshot = shop.at(as_of)
        if self.model is None:
            return snapshot.customers.mutate(**_nothing())
        days, tested = horizon_days or self.horizon_days, self.model.tested_days
        buying = snapshot.purchase_days
        first = buying.day.min().to_pyarrow().as_py() or self.model.first_on
        told = cases(snapshot.day_totals, [as_of], windows_of(tested)).drop("at")
        told = self._with_margins(shop, told, as_of)
        period = Period(days, tested, max((as_of - first).days, 1))
        schema = schema_of(told.customer_id.type().to_pyarrow())
        scored = shop.engine.apply(told, self.model.batches(period, as_of), schema)
        return snapshot.per_customer(scored)

    def _with_margins(self, shop: Shop, told: Table, as_of: date) -> Table:
        own = own_margins(shop, as_of) if self.model and self.model.margin else None
        if own is None:
            return told
        joined = told.left_join(own, "customer_id").drop("customer_id_right")
        return joined.fill_null({"costed_amount": 0, "costed_margin": 0.0})


def _nothing() -> dict[str, Any]:
    kinds = {pa.float64(): "float64", pa.int64(): "int64", pa.date32(): "date"}
    return {name: ibis.null(kinds.get(kind, "string")) for name, kind in COLUMNS.items()}
