"""A shop of three kinds of customers that anybody would tell apart."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from tests.unit.insight.shops import AS_OF, line

KINDS = ("often", "dear", "gone")


def kind_of(customer: str) -> str:
    return customer.split("-")[0]


def three_kinds(each: int = 40, seed: int = 5, shift: int = 0) -> list[dict]:
    """``often``: weekly, 30 a time, one category. ``dear``: every two months, 500 a time, several
    categories. ``gone``: twice a year ago, 100 a time, at a discount.
    """
    random = Random(seed)
    rows: list[dict] = []

    def buy(who: str, days_ago: int, amount: int, **more: object) -> None:
        day = AS_OF - timedelta(days=max(1, days_ago - shift))
        rows.append(line(who, day, amount, order_id=len(rows), discount=0) | more)

    for n in range(each):
        late = random.randint(0, 4)
        for week in range(12):
            buy(f"often-{n}", 3 + 7 * week + late, random.randint(2500, 3500))
        for visit in range(4):
            amount = random.randint(40_000, 60_000)
            buy(f"dear-{n}", 20 + 60 * visit + late, amount, product_id=(1, 3)[visit % 2])
        for visit in range(2):
            amount = random.randint(8000, 12_000)
            buy(f"gone-{n}", 330 + 30 * visit + late, amount, discount=amount // 2)
    return rows
