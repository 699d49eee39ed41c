"""From a customer's columns to a chance, its interval and its reasons, batch by batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from regulars.insight.models.churn.back_test import Group
from regulars.insight.models.churn.blend import Blend, sigmoid
from regulars.insight.models.churn.columns import REASON_OF, REASONS, Floats, numbers
from regulars.insight.models.churn.members import Members

MOST_REASONS = 3
REASON = pa.struct({"code": pa.string(), "value": pa.float64(), "contribution": pa.float64()})
CHANCE = {
    "p_churn": pa.float64(),
    "p_churn_low": pa.float64(),
    "p_churn_high": pa.float64(),
    "p_churn_n": pa.int64(),
    "churn_horizon_days": pa.int64(),
}
BY_PROCESS = "overdue_ratio"
"""The reason under which the process counts: it is a matter of silence and rhythm."""

Batch = Callable[[pa.RecordBatch], pa.RecordBatch]


@dataclass(frozen=True)
class Scorer:
    """What a batch needs; small, so that it can travel to other machines.

    ``reach`` is how far months drift, in log-odds (see ``times``).
    """

    members: Members
    blend: Blend
    groups: tuple[Group, ...]
    reach: float

    def chances(self, id_type: pa.DataType) -> tuple[Batch, pa.Schema]:
        """A function for ``Engine.apply`` that answers customer_id and ``CHANCE``."""
        schema = pa.schema({"customer_id": id_type, **CHANCE})

        def tell(batch: pa.RecordBatch) -> pa.RecordBatch:
            columns = numbers(batch, self.members.needed)
            p = self.blend.chance(self.members.log_odds(columns)) if len(batch) else np.empty(0)
            low, high, n = intervals(p, self.groups, self.reach)
            horizon = columns["horizon_days"].astype("int64")
            arrays = [batch.column("customer_id").cast(id_type), p, low, high, n, horizon]
            return pa.record_batch([pa.array(one) for one in arrays], schema=schema)

        return tell, schema

    def reasons(self, id_type: pa.DataType) -> tuple[Batch, pa.Schema]:
        """A function for ``Engine.apply`` that answers customer_id and churn_reasons."""
        schema = pa.schema({"customer_id": id_type, "churn_reasons": pa.list_(REASON)})

        def tell(batch: pa.RecordBatch) -> pa.RecordBatch:
            told = self._reasons_of(batch)
            ids = batch.column("customer_id").cast(id_type)
            return pa.record_batch([ids, told], schema=schema)

        return tell, schema

    def contributions(self, batch: pa.RecordBatch | pa.Table) -> tuple[tuple[str, ...], Floats]:
        """Codes of reasons and the contribution of each to every row's log-odds."""
        columns = numbers(batch, self.members.needed)
        parts = self.members.parts(columns, np.array(self.blend.weights))
        used = [REASON_OF[name] for name in self.members.columns] + [BY_PROCESS]
        codes = tuple(code for code in REASONS if code in used)
        sums = np.zeros((len(parts), len(codes)))
        for place, code in enumerate(used):
            sums[:, codes.index(code)] += parts[:, place]
        return codes, sums

    def _reasons_of(self, batch: pa.RecordBatch) -> pa.ListArray:
        if not len(batch):
            return pa.array([], pa.list_(REASON))
        codes, sums = self.contributions(batch)
        values = self._values_of(batch, codes)
        most = min(MOST_REASONS, len(codes))
        top = np.argsort(-np.abs(sums), axis=1, kind="stable")[:, :most]
        rows = np.arange(len(sums))[:, None]
        flat = pa.StructArray.from_arrays(
            [
                pa.array(np.array(codes)[top].ravel(), pa.string()),
                pa.array(values[rows, top].ravel(), pa.float64(), from_pandas=True),
                pa.array(sums[rows, top].ravel().round(4), pa.float64()),
            ],
            fields=list(REASON),
        )
        offsets = pa.array(np.arange(0, len(sums) * most + 1, most), pa.int32())
        return pa.ListArray.from_arrays(offsets, flat)

    def _values_of(self, batch: pa.RecordBatch, codes: tuple[str, ...]) -> Floats:
        """What each reason shows: the first of its columns; of troubles their number."""
        known = set(batch.schema.names)
        told = []
        for code in codes:
            shown = SUMMED.get(code, REASONS[code][:1])
            found = numbers(batch, [name for name in shown if name in known])
            told.append(sum(found.values()) if found else np.full(len(batch), np.nan))
        return np.column_stack(told).round(4)


SUMMED = {"trouble": ("complaints_180d", "no_shows_180d", "cancellations_180d")}
"""Reasons whose value is the sum of several columns."""


def intervals(p: Floats, groups: tuple[Group, ...], reach: float) -> tuple[Floats, Floats, Floats]:
    """low, high and n of each chance: as far off as its group of the back-test and drift allow.

    A group that was predicted at 0.30 and seen at 0.34, surely between 0.31 and 0.37, moves the
    upper end of its members up by 0.07 and the lower end not at all. Drift shifts log-odds by
    ``reach`` either way. The two have nothing to do with each other, so their squares add up.
    """
    starts = np.array([group.start for group in groups])
    place = np.maximum(np.searchsorted(starts, p, side="right") - 1, 0)
    down = np.array([min(0.0, group.low - group.predicted) for group in groups])
    up = np.array([max(0.0, group.high - group.predicted) for group in groups])
    n = np.array([group.n for group in groups], dtype="int64")
    odds = np.log(np.clip(p, 1e-12, 1.0)) - np.log(np.clip(1.0 - p, 1e-12, 1.0))
    low = p - np.hypot(down[place], p - sigmoid(odds - reach))
    high = p + np.hypot(up[place], sigmoid(odds + reach) - p)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0), n[place]
