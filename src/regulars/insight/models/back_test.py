"""How the return rates would have done: earlier dates fitted, the latest one held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from ibis.expr.types import Table

from regulars.insight.evaluation.probabilities import (
    CurvePoint,
    auc,
    brier,
    calibration_curve,
    calibration_error,
)
from regulars.insight.models.cells import estimate_cells


@dataclass(frozen=True)
class BackTest:
    """Results on the held-back date.

    brier, brier_of_share (always predicting the share of the earlier dates: the figure to beat);
    calibration_error; auc, auc_of_recency (ranking by days since the last purchase alone; None
    when everybody did the same); n customers; observed and predicted share of no return; curve,
    both shares for groups of rising predictions.
    """

    tested_on: date
    fitted_on: tuple[date, ...]
    n: int
    observed: float
    predicted: float
    brier: float
    brier_of_share: float
    calibration_error: float
    auc: float | None
    auc_of_recency: float | None
    curve: tuple[CurvePoint, ...]

    @classmethod
    def of(cls, data: dict[str, Any]) -> BackTest:
        """From its JSON form."""
        dates = tuple(date.fromisoformat(day) for day in data["fitted_on"])
        tested = date.fromisoformat(data["tested_on"])
        curve = tuple(CurvePoint(**point) for point in data["curve"])
        return cls(**{**data, "tested_on": tested, "fitted_on": dates, "curve": curve})


def back_test(
    seen: Table, windows: Sequence[date], horizon_days: int, level: float
) -> BackTest | None:
    """Fit on the dates whose outcome was known by the latest date, test on that one.

    None when there are no such dates, or too few customers on them.
    """
    tested_on = max(windows)
    known_by = tested_on - timedelta(days=horizon_days)
    earlier = [day for day in windows if day <= known_by]
    if not earlier:
        return None
    cells, lacking = estimate_cells(seen.filter(seen.window.isin(earlier)), level)
    if lacking:
        return None
    predictions: dict[tuple[int, ...], float] = {
        (cell.overdue_band, cell.purchase_band): cell.p_no_return for cell in cells
    }
    latest = seen.filter(seen.window == tested_on)
    bands, stayed_away, returned = _outcomes(latest, "overdue_band", "purchase_band")
    predicted = np.array([predictions[band] for band in bands])
    days, days_away, days_returned = _outcomes(latest, "recency_days")
    n = int(stayed_away.sum() + returned.sum())
    return BackTest(
        tested_on=tested_on,
        fitted_on=tuple(earlier),
        n=n,
        observed=float(stayed_away.sum() / n),
        predicted=float((predicted * (stayed_away + returned)).sum() / n),
        brier=brier(predicted, stayed_away, returned),
        brier_of_share=brier(
            np.full(len(bands), _share(seen.filter(seen.window.isin(earlier)))),
            stayed_away,
            returned,
        ),
        calibration_error=calibration_error(predicted, stayed_away, returned),
        auc=auc(predicted, stayed_away, returned),
        auc_of_recency=auc(np.array([day for (day,) in days]), days_away, days_returned),
        curve=calibration_curve(predicted, stayed_away, returned),
    )


def _outcomes(latest: Table, *columns: str) -> tuple[list[tuple[int, ...]], np.ndarray, np.ndarray]:
    counts = latest.group_by(*columns).aggregate(away=latest.no_return.sum(), cases=latest.count())
    rows = counts.order_by(*columns).to_pyarrow().to_pylist()
    away = np.array([row["away"] for row in rows])
    cases = np.array([row["cases"] for row in rows])
    return [tuple(row[column] for column in columns) for row in rows], away, cases - away


def _share(seen: Table) -> float:
    return float(seen.no_return.mean().to_pyarrow().as_py())
