"""How likely a customer is not to come back, read off from what customers like them did before.

No model is fitted: at several past dates every customer stood in a cell, by how overdue they were
(days since the last purchase / usual gap) and how many purchase days they had. The share of the
cell that did not buy within the horizon is the estimate for those who stand in it today. A cell
with too few customers takes the estimate of its overdue band, that one the shop's.

A customer seen at several dates is several cases but one customer: the interval (Wilson) counts
customers, which is the careful side.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import rounded
from regulars.insight.evidence import Estimate, Evidence, Missing
from regulars.insight.features.rhythm import at_dates, dates_table, gapped, rhythm, shop_gap_days
from regulars.insight.features.sample import sampled
from regulars.insight.models.back_test import BackTest, back_test
from regulars.insight.models.cells import Cell, banded, estimate_cells
from regulars.insight.shop import Shop, Snapshot

SHORTEST_HORIZON_DAYS = 60
STEP_DAYS = 30
HISTORY_DAYS = 60
MOST_WINDOWS = 12
MOST_CUSTOMERS = 100_000
"""Shares of so many do not become surer by looking at more."""
LEVEL = 0.8


@dataclass(frozen=True)
class ReturnRates:
    """Observed shares of customers who did not come back; scores a shop with them.

    ``windows`` are the past dates the shares come from. ``missing`` says what is lacking when
    there is no estimate at all; ``back_test`` is None when there is not enough past to hold back.
    """

    as_of: date
    horizon_days: int
    windows: tuple[date, ...]
    cells: tuple[Cell, ...]
    back_test: BackTest | None
    missing: Missing | None
    level: float = LEVEL

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=date.isoformat)

    @classmethod
    def from_json(cls, text: str) -> ReturnRates:
        data = json.loads(text)
        data["as_of"] = date.fromisoformat(data["as_of"])
        data["windows"] = tuple(date.fromisoformat(day) for day in data["windows"])
        data["cells"] = tuple(Cell(**cell) for cell in data["cells"])
        data["back_test"] = BackTest.of(data["back_test"]) if data["back_test"] else None
        data["missing"] = Missing(**data["missing"]) if data["missing"] else None
        return cls(**data)

    def score(self, shop: Shop, *, as_of: date) -> Table:
        """One row per known customer; p_no_return is empty for those who never bought.

        Columns: p_no_return (chance of no purchase within ``horizon_days``), low, high (interval
        at ``level``), n (customers behind it), cell (such as "overdue 1.5–2 × 2–3 days",
        "overdue 1.5–2" or "shop"), reasons (list of code and value).
        """
        return self.score_rhythms(shop, rhythm(shop, as_of=as_of))

    def score_rhythms(self, shop: Shop, rhythms: Table) -> Table:
        """The same for a table shaped like ``rhythm``."""
        placed = banded(rhythms)
        known = shop.engine.read("cells", pa.Table.from_pylist(self._rows(), _CELLS))
        bands = ["overdue_band", "purchase_band"]
        joined = placed.left_join(known, bands)
        return joined.select(
            "customer_id", "p_no_return", "low", "high", "n", "cell", reasons=_reasons(joined)
        )

    def estimate(self, scored: Mapping[str, Any]) -> Estimate:
        """One customer's chance with its evidence, from a row of ``score``."""
        measures = ("brier", "calibration_error", "auc")
        test = {name: getattr(self.back_test, name) for name in measures} if self.back_test else {}
        if scored["p_no_return"] is None:
            lacking = self.missing or Missing("orders", 1)
            return Estimate(None, Evidence.OBSERVED, back_test=test, missing=lacking)
        return Estimate(
            value=scored["p_no_return"],
            kind=Evidence.OBSERVED,
            low=scored["low"],
            high=scored["high"],
            level=self.level,
            n=scored["n"],
            back_test=test,
        )

    def _rows(self) -> list[dict[str, object]]:
        return [asdict(cell) for cell in self.cells]


def fit(
    shop: Shop,
    *,
    as_of: date,
    horizon_days: int | None = None,
    most_windows: int = MOST_WINDOWS,
    seed: int = 0,
) -> ReturnRates:
    """Return rates from everything known before a date.

    Args:
        horizon_days: "did not come back" means no purchase within so many days; None takes
            twice the shop's usual gap, at least 60.
        most_windows: how many past dates to look at, thirty days apart, the latest first.
        seed: of the sample that a shop with more than ``MOST_CUSTOMERS`` customers is told from.
    """
    buying = _learned_from(shop.at(as_of), seed)
    if horizon_days is None:
        gap = shop_gap_days(buying) or 0
        horizon_days = max(SHORTEST_HORIZON_DAYS, round(2 * gap))
    first = buying.day.min().to_pyarrow().as_py()
    windows = past_dates(first, as_of, horizon_days, most_windows)
    if not windows:
        missing = Missing("days", _days_lacking(first, as_of, horizon_days))
        return ReturnRates(as_of, horizon_days, (), (), None, missing)
    seen = shop.engine.hold(observed(buying, windows, horizon_days))
    cells, lacking = estimate_cells(seen, LEVEL)
    return ReturnRates(
        as_of=as_of,
        horizon_days=horizon_days,
        windows=tuple(windows),
        cells=cells,
        back_test=back_test(seen, windows, horizon_days, LEVEL),
        missing=Missing("customers", lacking) if lacking else None,
    )


def _learned_from(snapshot: Snapshot, seed: int) -> Table:
    """The purchase days of all customers, or of a sample of very many."""
    buying = snapshot.purchase_days
    known = int(snapshot.customers.count().to_pyarrow().as_py())
    if known <= MOST_CUSTOMERS:
        return buying
    some = buying.filter(sampled(buying.customer_id, MOST_CUSTOMERS / known, seed=seed))
    return snapshot.shop.engine.hold(gapped(some))


def past_dates(
    first: date | None, as_of: date, horizon_days: int, most: int = MOST_WINDOWS
) -> list[date]:
    """Dates to look back from, latest first: their horizon is over by ``as_of``."""
    if first is None:
        return []
    latest = as_of - timedelta(days=horizon_days)
    dates = [latest - timedelta(days=STEP_DAYS * step) for step in range(most)]
    return [day for day in dates if (day - first).days >= HISTORY_DAYS]


def _days_lacking(first: date | None, as_of: date, horizon_days: int) -> int:
    known = (as_of - first).days if first else 0
    return horizon_days + HISTORY_DAYS - known


def observed(purchase_days: Table, windows: list[date], horizon_days: int) -> Table:
    """What was seen: one row per past date and customer known on it.

    Columns: window, customer_id, overdue_band, purchase_band, recency_days, no_return (bool).
    """
    return_days = purchase_days.select("customer_id", "day").cross_join(dates_table(windows))
    wait = return_days.day.delta(return_days["at"], unit="day")
    returned = return_days.filter((wait >= 0) & (wait < horizon_days))
    returned = returned.select("at", "customer_id").distinct()
    placed = banded(at_dates(purchase_days, windows))
    joined = placed.left_join(returned, ["at", "customer_id"])
    return joined.select(
        "customer_id",
        "overdue_band",
        "purchase_band",
        "recency_days",
        window=joined["at"],
        no_return=joined.customer_id_right.isnull(),
    )


def _reasons(placed: Table) -> Column:
    reasons = [
        ibis.struct({"code": code, "value": rounded(placed[code], 2)})
        for code in ("overdue_ratio", "purchase_days", "recency_days")
    ]
    return placed.p_no_return.isnull().ifelse(None, ibis.array(reasons))


_CELLS = pa.schema(
    {
        "overdue_band": pa.int8(),
        "purchase_band": pa.int8(),
        "cell": pa.string(),
        "p_no_return": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "n": pa.int64(),
        "cases": pa.int64(),
    }
)
