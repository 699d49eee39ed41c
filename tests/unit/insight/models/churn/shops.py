"""A shop whose customers come at gaps of their own and stop some day."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from tests.unit.insight.shops import AS_OF, line


def leaving(people: int, seed: int = 5) -> list[dict]:
    """Lines of customers who come every 6 to 40 days since up to two years and may be gone."""
    random = Random(seed)
    rows = []
    for person in range(people):
        gap = random.uniform(6, 40)
        day = AS_OF - timedelta(days=random.randint(60, 700))
        stop = day + timedelta(days=random.expovariate(1 / 250))
        while day < min(AS_OF, stop):
            amount = random.randint(50, 400)
            rows.append(
                line(f"p{person}", day, amount, order_id=len(rows), product_id=random.randint(1, 4))
            )
            day += timedelta(days=max(1, round(random.gauss(gap, gap / 3))))
    return rows
