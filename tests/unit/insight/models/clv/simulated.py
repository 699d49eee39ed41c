"""Shops simulated from the processes the families assume."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

FIRST = date(2024, 1, 1)


def purchase_days(
    customers: int, days: int, *, k: int = 1, leave: float = 0.1, seed: int = 1
) -> dict[int, list[int]]:
    """Day numbers per customer: Erlang-k gaps at own rates, leaving after any purchase."""
    random = np.random.default_rng(seed)
    found = {}
    for who in range(customers):
        rate = random.gamma(2.0, 1 / 50.0)
        chance = random.beta(1.0, 1.0 / leave - 1.0)
        day = float(random.uniform(0, days * 0.4))
        taken = []
        while day < days:
            taken.append(int(day))
            if random.uniform() < chance:
                break
            day += max(random.gamma(k, 1 / (rate * k)), 1.0)
        found[who] = taken
    return found


def lines(customers: int = 300, days: int = 540, *, seed: int = 1, text: bool = False) -> pa.Table:
    """Lines of a simulated shop; amounts vary around a mean of each customer."""
    random = np.random.default_rng(seed + 1)
    rows = []
    for who, taken in purchase_days(customers, days, seed=seed).items():
        mean = random.gamma(4.0, 2500.0)
        for number, day in enumerate(taken):
            rows.append(
                {
                    "customer_id": f"c{who}" if text else who,
                    "order_id": number,
                    "ordered_at": FIRST + timedelta(days=day),
                    "product_id": 1,
                    "quantity": 1.0,
                    "amount": int(mean * random.gamma(3.0, 1 / 3.0)) + 100,
                }
            )
    table = pa.Table.from_pylist(rows)
    at = table["ordered_at"].cast(pa.timestamp("us"))
    return table.set_column(2, "ordered_at", at)
