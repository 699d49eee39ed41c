"""Every feature and every model of the library. Who adds one adds a line here: the contract suite
and the parity of the engines take it up from these tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from regulars.insight.features import (
    adoption,
    amount,
    habits,
    history,
    lifecycle,
    novelty,
    preference,
    price,
    rfm,
    rhythm,
    segmentations,
    summary,
    timing,
    trends,
    who,
)
from regulars.insight.models import churn, clusters, clv, potential, return_rates, transitions
from tests.unit.insight.shops import AS_OF, Feature, line

PAST = (AS_OF - timedelta(days=200), AS_OF - timedelta(days=90), AS_OF)


def _past(shop: Any, *, as_of: date) -> Any:
    return history.history(shop, [day for day in PAST if day <= as_of])


FEATURES: Mapping[str, Feature] = {
    "summary": summary.summary,
    "amount": amount.amount,
    "rfm": rfm.rfm,
    "rhythm": rhythm.rhythm,
    "lifecycle": lifecycle.lifecycle,
    "preference": preference.preference,
    "timing": timing.timing,
    "who": who.who,
    "trends": trends.trends,
    "price": price.price,
    "novelty": novelty.novelty,
    "habits": habits.habits,
    "adoption": adoption.adoption,
    "segmentations": segmentations.segmentations,
    "history": _past,
}
"""Name -> feature: a shop and a date to a table with one row per customer (history: and date)."""

MODELS: Mapping[str, Any] = {
    "return_rates": return_rates,
    "transitions": transitions,
    "clv": clv,
    "churn": churn,
    "clusters": clusters,
    "potential": potential,
}
"""Name -> module with ``fit``."""


@cache
def lively_rows(customers: int = 240, seed: int = 11) -> tuple[dict, ...]:
    """Lines of a shop that every model can learn from: some come like clockwork, some at random,
    some stop; most come to a few favourite things; three years."""
    random = Random(seed)
    rows = []
    for who_ in range(customers):
        gap, steady = random.choice((20, 45, 90)), random.random() < 0.5
        day = datetime(2023, 1, 5) + timedelta(days=random.randrange(700))
        leaves = random.random() < 0.4
        while day.date() < AS_OF:
            rows += _visit(random, f"c{who_:03d}", day, len(rows))
            wait = random.gauss(gap, gap / 6) if steady else random.expovariate(1 / gap)
            day += timedelta(days=max(1, round(wait)))
            if leaves and random.random() < 0.15:
                break
    return tuple(rows)


def _visit(random: Random, customer: str, day: datetime, order: int) -> list[dict]:
    at = day.replace(hour=random.choice((0, 10, 14, 19)))
    who_ = random.choice((customer,) * 9 + (None,))
    return [
        line(
            who_,
            at.date(),
            random.choice((80, 100, 100, 250, 900, -50)),
            order_id=order,
            ordered_at=at,
            product_id=random.randint(1, 4),
            discount=random.choice((None, 0, 20)),
            staff_id=random.choice((None, "x", "y")),
            store_id=random.randint(1, 2),
            channel=random.choice(("store", "web")),
        )
        for _ in range(random.randint(1, 2))
    ]
