"""The answers for every customer who spends little, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa

from regulars.insight.models.potential.learning import Learned

REASONS = 3

_REASON = pa.struct(
    [("code", pa.string()), ("value", pa.float64()), ("contribution", pa.float64())]
)
ANSWERS = [
    *(("p_grow", pa.float64()), ("p_grow_low", pa.float64()), ("p_grow_high", pa.float64())),
    *(("p_grow_n", pa.int64()), ("potential", pa.string()), ("grow_reasons", pa.list_(_REASON))),
]
EMPTY = {
    "p_grow": "float64",
    "p_grow_low": "float64",
    "p_grow_high": "float64",
    "p_grow_n": "int64",
    "potential": "string",
    "grow_reasons": "array<struct<code: string, value: float64, contribution: float64>>",
}


def scoring(model: Learned, schema: pa.Schema) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    names = [one.feature for one in model.scalings]

    def tell(batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = {
            name: np.asarray(batch.column(name).to_numpy(zero_copy_only=False), dtype=float)
            for name in names
        }
        chance, parts = model.chances(columns)
        ends = np.array([group.upto for group in model.groups])
        place = np.minimum(np.searchsorted(ends, chance), len(ends) - 1)
        low = np.array([group.low for group in model.groups])[place]
        high = np.array([group.high for group in model.groups])[place]
        told = [
            pa.array(np.round(chance, 6)),
            pa.array(np.round(np.minimum(low, chance), 6)),
            pa.array(np.round(np.maximum(high, chance), 6)),
            pa.array(np.array([group.n for group in model.groups], dtype=np.int64)[place]),
            pa.array(["high" if one else None for one in chance >= model.high_from], pa.string()),
            _reasons(names, columns, parts),
        ]
        return pa.RecordBatch.from_arrays([batch.column("customer_id"), *told], schema=schema)

    return tell


def _reasons(
    names: Sequence[str], columns: Mapping[str, np.ndarray], parts: np.ndarray
) -> pa.Array:
    """The features that lift each row most, strongest first; ties by the order of the features."""
    most = min(REASONS, len(names))
    best = np.argsort(-parts, axis=1, kind="stable")[:, :most]
    values = np.column_stack([columns[name] for name in names])
    rows = np.arange(len(parts))[:, None]
    flat = pa.StructArray.from_arrays(
        [
            pa.array(np.array(names, dtype=object)[best].ravel(), pa.string()),
            pa.array(np.round(values[rows, best].ravel(), 4), from_pandas=True),
            pa.array(np.round(parts[rows, best].ravel(), 4)),
        ],
        fields=list(_REASON),
    )
    offsets = pa.array(np.arange(len(parts) + 1, dtype=np.int32) * most)
    return pa.ListArray.from_arrays(offsets, flat)
