"""Whom to look after, by the last published run: at risk, expected, overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum

from regulars.kit import clock
from regulars.sales.models import Order
from regulars.sales.queries import Stores
from regulars.understanding.customers.filters import VALUABLE_FROM
from regulars.understanding.models import CustomerResult, Run


@dataclass(frozen=True)
class Group:
    """Some customers and what they spent in the last twelve months, in minor units."""

    customers: int
    spend_365d: int


def of_stores(results: QuerySet[CustomerResult], stores: Stores) -> QuerySet[CustomerResult]:
    """Those who ever bought at one of the stores; everybody for None."""
    if stores is None:
        return results
    bought = Order.objects.filter(customer=OuterRef("customer"), store__in=list(stores))
    return results.filter(Exists(bought))


def valuable_at_risk(run: Run, *, stores: Stores = None) -> Group:
    """The customers at risk among the upper two fifths by spend: what `?watch=1` lists."""
    found = CustomerResult.objects.filter(run=run, stage="at_risk", m_score__gte=VALUABLE_FROM)
    sums = of_stores(found, stores).aggregate(customers=Count("pk"), spend=Sum("spend_365d"))
    return Group(sums["customers"], sums["spend"] or 0)


def expected_between(
    run: Run, first: date, last: date, *, stores: Stores = None
) -> QuerySet[CustomerResult]:
    """Who, by their own rhythm, comes between two days; the most valuable first."""
    due = CustomerResult.objects.filter(run=run, expected_next_on__range=(first, last))
    return _still_due(due, run, stores).order_by("-spend_365d", "customer")


def overdue(run: Run, today: date, *, stores: Stores = None) -> QuerySet[CustomerResult]:
    """Who should have come by now and is not yet at risk; the most valuable first."""
    late = CustomerResult.objects.filter(
        run=run, expected_next_on__lt=today, stage__in=["new", "mature"]
    )
    return _still_due(late, run, stores).order_by("-spend_365d", "customer")


def _still_due(
    results: QuerySet[CustomerResult], run: Run, stores: Stores
) -> QuerySet[CustomerResult]:
    counted_to = datetime.combine(run.as_of, time.min, clock.zone())
    came = Order.objects.filter(customer=OuterRef("customer"), ordered_at__gte=counted_to)
    return of_stores(results, stores).filter(~Exists(came)).select_related("customer")
