"""Does a purchase process of its own for each cohort pay? ``python -m benchmarks.clv_cohorts``

MBG/NBD fitted for everyone, and for each group with a prior around everyone's (a standard deviation
of 0.3 on log-parameters). Groups are the quarter of the first purchase, and the channel in two
simulated shops whose channels are alike and are not. Prints the mean absolute error
of purchase days in the hold-out, and on a date before it, where a choice would have to be made.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from benchmarks import churn_times
from benchmarks.sets import SETS, RetailSet, end_of

FAMILY, SPREAD, QUARTER_DAYS, WEEK = "mbg_nbd", 0.3, 91, 7
SPLIT = date(2025, 7, 1)


def channels(other_leave: float, other_rate: float) -> Any:
    """4,000 customers of two channels (odd and even ids) who leave and buy at own rates."""
    import pyarrow as pa

    random = np.random.default_rng(8)
    rows: list[tuple[int, int]] = []
    for who in range(4000):
        leave, rate = (other_leave, other_rate) if who % 2 else (0.06, 1 / 40)
        rate, chance = random.gamma(1.5, rate / 1.5), random.beta(1.0, 1 / leave - 1)
        day = random.uniform(0, 500)
        while day < 730:
            rows.append((who, int(day)))
            if random.uniform() < chance:
                break
            day += max(random.exponential(1 / rate), 1.0)
    customers, days = zip(*rows, strict=True)
    moments = pa.array([date(2024, 1, 1) + timedelta(days=day) for day in days], pa.date32())
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


GROWING = RetailSet(
    "Simulated season and growth",
    date(2024, 1, 1),
    182,
    lambda: churn_times.lines("season and growth", 71),
)
CHANNELS = (
    RetailSet("Two channels alike", SPLIT, 183, lambda: channels(0.06, 1 / 40)),
    RetailSet("Two channels apart", SPLIT, 183, lambda: channels(0.35, 1 / 80)),
)


def errors(one: RetailSet, at: date, horizon: int) -> tuple[float, float, float, int]:
    """MAE of everyone's process, of the groups', of the trees without the group, and groups."""
    from regulars import insight
    from regulars.insight.models.clv.learning import Source, learn, purchases
    from regulars.insight.models.clv.members import TREES, Period

    with insight.open_shop({"lines": one.lines()}) as shop:
        days = shop.at(end_of(one)).day_totals
        first = days.day.min(where=days.bought).to_pyarrow().as_py()
        source = Source(shop.engine.hold(days), first, horizon)
        known = source.seen([at], horizon)
        group = (known["first_days"].max() - known["first_days"]) // QUARTER_DAYS
        if one in CHANNELS:
            ids = days.filter(days.bought & (days.day < at)).select("customer_id").distinct()
            # Cases stand in the order of their ids.
            group = ids.order_by("customer_id").to_pyarrow()["customer_id"].to_numpy() % 2
        learned = learn(source, at, 0, now=known)
        told = purchases(learned, known, Period(horizon, horizon, source.known(at)))
    told["groups"] = by_group(known, learned.families[FAMILY].values, group, horizon)
    off = {code: float(np.abs(said - known["bought_days"]).mean()) for code, said in told.items()}
    return off[FAMILY], off["groups"], off.get(TREES, float("nan")), len(np.unique(group))


def by_group(known: Mapping[str, Any], centre: Any, group: Any, horizon: int) -> Any:
    """Purchase days ahead by a process of each group's own."""
    from regulars.insight.models.clv.families import FAMILIES, Histories
    from regulars.insight.models.clv.members import distinct, histories

    whole, expected = histories(known), np.zeros(len(group))
    for code in np.unique(group):
        here = group == code
        own = Histories(whole.x[here], whole.t_x[here], whole.T[here], whole.n[here])
        parameters = _fit(distinct(own), np.log(centre))
        expected[here] = FAMILIES[FAMILY].ahead(parameters, own, horizon / WEEK)
    return expected


def _fit(h: Any, centre: Any) -> Any:
    from scipy.optimize import minimize

    from regulars.insight.models.clv.families import FAMILIES

    def cost(logs: Any) -> float:
        value = float(FAMILIES[FAMILY].log_likelihood(np.exp(logs), h) @ h.n)
        value -= float(((logs - centre) ** 2).sum()) / (2 * SPREAD**2)
        return -value / h.customers if np.isfinite(value) else 1e10

    return np.exp(minimize(cost, centre, method="L-BFGS-B", bounds=[(-9, 12)] * len(centre)).x)


def main() -> None:
    print("| shop | groups | everyone's | by group | trees | a horizon earlier | by group |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for one in (*SETS, GROWING, *CHANNELS):
        if one.lines() is None:
            continue
        opened = one.lines()["ordered_at"].combine_chunks()
        known = (one.split - min(opened.to_pylist()).date()).days
        back = min(one.horizon_days, known // 2)
        everyone, groups, trees, n = errors(one, one.split, one.horizon_days)
        before, groups_before, *_ = errors(one, one.split - timedelta(days=back), back)
        print(
            f"| {one.name} | {n} | {everyone:.4f} | {groups:.4f} | {trees:.4f} | {before:.4f}"
            f" | {groups_before:.4f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
