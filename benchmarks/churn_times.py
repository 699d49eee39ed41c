"""Prints what the season of a year ago and the drift of months do to the churn warning.

``python -m benchmarks.churn_times``: shops simulated with a season, with months that drift, both,
or neither; on eight days two months apart, chances with and without the season are held against
what followed, and so is whether the interval of the day's level held it. Public sets are too short
to have the same weeks of a year before with half a year of records before those.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

FIRST, DAYS, PEOPLE, HORIZON = date(2022, 1, 1), 3 * 365, 2500, 60
KINDS = ("calm", "drift", "season", "season and growth", "season and drift")
AS_OF = tuple(date(2024, 11, 1) - timedelta(days=60 * step) for step in range(8))


def lines(kind: str, seed: int) -> Any:
    """Customers at rates of their own, thinned by the calendar, who may leave at any visit."""
    import pyarrow as pa

    random = np.random.default_rng(seed)
    level = _level(kind, random)
    most = float(np.exp(level.max()))
    rows: list[tuple[int, int]] = []
    for who in range(PEOPLE):
        rate, leave, day = random.gamma(1.5, 1 / 50), random.beta(1.0, 16.0), random.uniform(0, 985)
        rows.append((who, int(day)))
        while (day := day + random.exponential(1 / (rate * most))) < DAYS:
            if random.random() < np.exp(level[int(day)]) / most:
                rows.append((who, int(day)))
                if random.random() < leave:
                    break
    customers, days = zip(*rows, strict=True)
    moments = pa.array([FIRST + timedelta(days=day) for day in days], pa.date32())
    return pa.table(
        {
            "customer_id": customers,
            "order_id": range(len(rows)),
            "ordered_at": moments.cast(pa.timestamp("us")),
            "product_id": [1] * len(rows),
            "quantity": [1.0] * len(rows),
            "amount": [1000] * len(rows),
        }
    )


def _level(kind: str, random: np.random.Generator) -> np.ndarray:
    """Log of how many times the usual rate each day has."""
    day = np.arange(DAYS)
    level = np.zeros(DAYS)
    if "season" in kind:
        level += 0.5 * np.cos(2 * np.pi * (day - 340) / 365)
        level += 0.4 * np.exp(-(((day % 365 - 345) / 18.0) ** 2))
    if "growth" in kind:
        level += 0.25 * (day / 365 - 1)
    if "drift" in kind:
        month = np.zeros(38)
        for n in range(1, len(month)):
            month[n] = 0.8 * month[n - 1] + random.normal(0, 0.2)
        level += month[day // 30]
    return level


def judged(kind: str, seed: int) -> tuple[float, float, float, int]:
    """Mean calibration error without the season and with it, share of days held, their number."""
    from regulars import insight
    from regulars.insight.models import churn

    found = []
    with insight.open_shop({"lines": lines(kind, seed)}) as shop:
        for day in AS_OF:
            warning = churn.fit(shop, as_of=day, horizon_days=HORIZON, parts=())
            if warning.learned is None:
                continue
            told = warning.score(shop, as_of=day, reasons_for=1).select("customer_id", "p_churn")
            rows = told.order_by("customer_id").to_pyarrow()
            later = shop.at(day + timedelta(days=HORIZON)).purchase_days
            came = later.filter(later.day >= day).select("customer_id").distinct().to_pyarrow()
            back = set(came["customer_id"].to_pylist())
            away = np.array([float(who not in back) for who in rows["customer_id"].to_pylist()])
            found.append(_of_day(rows["p_churn"].to_numpy(), away, warning.learned.times))
    without, with_, held = np.array(found).T
    return float(without.mean()), float(with_.mean()), float(held.mean()), len(found)


def _of_day(p: np.ndarray, away: np.ndarray, times: Any) -> tuple[float, float, float]:
    from regulars.insight.models.churn.back_test import judge
    from regulars.insight.models.churn.blend import intercept_for, sigmoid

    odds = np.log(p) - np.log1p(-p)
    plain = sigmoid(odds - times.season)
    errors = [judge("", one, away, chance=True).calibration_error or 0.0 for one in (plain, p)]
    off = abs(intercept_for(odds, float(away.mean())))
    return errors[0], errors[1], float(off <= times.reach(0.8))


def main() -> None:
    print("| shop | calibration error without | with the season | interval held | days |")
    print("|---|---:|---:|---:|---:|")
    for seed, kind in enumerate(KINDS, start=1):
        without, with_, held, n = judged(kind, seed)
        print(f"| {kind} | {without:.3f} | {with_:.3f} | {held:.0%} | {n} |", flush=True)


if __name__ == "__main__":
    main()
