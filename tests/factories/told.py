"""The small salon with a published run written by hand: for pages that only read results.

Hundreds of times faster than `analysed_salon`; what it says of a customer is plain, not estimated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db.models import Sum

from regulars.sales.models import Order
from regulars.understanding.models import CustomerResult, Run
from tests.factories.analysed import Analysed, let_people_in
from tests.factories.kept import kept
from tests.factories.salon import Salon, day, open_salon

STAGES = ((45, "mature", 5), (120, "at_risk", 3))
"""Days since the last purchase, up to which a stage and a recency score hold."""


@contextmanager
def told_salon(now: datetime) -> Iterator[Analysed]:
    """Committed, like `analysed_salon`; emptied afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "STANDING_CLOCK", now)
        try:
            salon = Salon.of(kept(f"sold-{now:%Y%m%dT%H%M}", lambda: open_salon(until=now).told()))
            let_people_in(salon, now)
            run = Run.objects.create(
                as_of=day(now),
                trigger="demand",
                state=Run.PUBLISHED,
                queued_at=now,
                published_at=now,
            )
            CustomerResult.objects.bulk_create(_results(run, salon))
            yield Analysed(salon, run, now)
        finally:
            call_command("flush", interactive=False, verbosity=0)


def _results(run: Run, salon: Salon) -> list[CustomerResult]:
    bought: dict[int, list[tuple[date, int]]] = defaultdict(list)
    orders = Order.objects.exclude(customer=None).annotate(amount=Sum("lines__amount"))
    for customer, at, amount in orders.values_list("customer", "ordered_at", "amount"):
        if day(at) < run.as_of:
            bought[customer].append((day(at), amount))
    return [_result(run, pk, sorted(bought[pk])) for pk in salon.customers]


def _result(run: Run, customer: int, bought: list[tuple[date, int]]) -> CustomerResult:
    days = [on for on, amount in bought if amount > 0]
    since = (run.as_of - days[-1]).days if days else None
    stage, score = "potential", None
    if since is not None:
        found = (known for known in STAGES if since <= known[0])
        _most, stage, score = next(found, (0, "lost", 1))
    return CustomerResult(
        run=run,
        customer_id=customer,
        first_on=days[0] if days else None,
        last_on=days[-1] if days else None,
        purchases=len(days),
        purchase_days=len(set(days)),
        spend=sum(amount for _on, amount in bought),
        spend_365d=sum(a for on, a in bought if on >= run.as_of - timedelta(days=365)),
        stage=stage,
        r_score=score,
    )
