"""Reads for the insight pages: the published figures of the business or of one store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count, QuerySet, Sum

from regulars.offer.models import Item, Staff, Store
from regulars.offer.scope import Scope
from regulars.understanding import attention
from regulars.understanding.insights.rules import Row
from regulars.understanding.models import CustomerResult, Figure, Run

ACTIVE_DAYS = 365
TOP_SHARE = 5
"""One in so many buyers makes the “top” of the concentration."""


@dataclass
class Findings:
    """What one run found, as one person may see it.

    Attributes:
        store: whose figures are shown; None for the whole business.
        bound: the person may not see the whole business, and several stores have no common
            figures: the first is shown.
    """

    run: Run
    store: Store | None
    bound: bool = False
    _figures: dict[str, list[Row]] = field(default_factory=dict, repr=False)

    def figure(self, name: str) -> list[Row]:
        """The rows of one figure; empty when the run has none."""
        if not self._figures:
            found = Figure.objects.filter(run=self.run, store=self.store)
            if self.store is None:
                found = Figure.objects.filter(run=self.run, store__isnull=True)
            self._figures = dict(found.values_list("name", "rows"))
        return self._figures.get(name, [])

    @property
    def customers(self) -> QuerySet[CustomerResult]:
        """The results of everybody these figures are about who ever bought."""
        results = CustomerResult.objects.filter(run=self.run, r_score__isnull=False)
        return attention.of_stores(results, None if self.store is None else [self.store.pk])


def findings(run: Run, scope: Scope) -> Findings | None:
    """What someone may see of a run; None when it has no figures for their stores."""
    store = scope.chosen
    bound = scope.allowed is not None
    if store is None and bound:
        store = scope.stores[0] if scope.stores else None
        if store is None:
            return None
    if store is not None and not Figure.objects.filter(run=run, store=store).exists():
        # With a single store the whole business is that store; with very many, none has its own.
        return Findings(run, None) if not bound or _only_store(store) else None
    return Findings(run, store, bound and len(scope.stores) > 1)


def _only_store(store: Store) -> bool:
    return not Store.objects.exclude(pk=store.pk).exists()


@dataclass(frozen=True)
class Concentration:
    """How much of the last twelve months' spend the top fifth of buyers brought; minor units."""

    top: int
    top_spend: int
    spend: int

    @property
    def share(self) -> float | None:
        return self.top_spend / self.spend if self.spend > 0 else None


def concentration(found: Findings) -> Concentration:
    """Counted over everybody with spend in the last 365 days before `as_of`."""
    spending = found.customers.filter(spend_365d__gt=0)
    whole = spending.aggregate(customers=Count("pk"), spend=Sum("spend_365d"))
    top = -(-whole["customers"] // TOP_SHARE)
    best = spending.order_by("-spend_365d", "-customer")[:top]
    top_spend = best.aggregate(spend=Sum("spend_365d"))["spend"] or 0
    return Concentration(top, top_spend, whole["spend"] or 0)


def active(found: Findings) -> int:
    """How many bought in the 365 days before `as_of`."""
    since = found.run.as_of - timedelta(days=ACTIVE_DAYS)
    return found.customers.filter(last_on__gte=since).count()


def cell_customers(found: Findings, r: int, f: int) -> QuerySet[CustomerResult]:
    """Who stands in a cell of the RFM grid, the most valuable first."""
    standing = found.customers.filter(r_score=r, f_score=f)
    return standing.select_related("customer").order_by("-spend_365d", "-customer")


def names_of(subject: str, values: Iterable[str]) -> dict[str, str]:
    """What the ids of a preference are called: items, staff and stores; others name themselves."""
    models: dict[str, type[Item | Staff | Store]] = {
        "product": Item,
        "staff": Staff,
        "store": Store,
    }
    if subject not in models:
        return {}
    ids = [int(value) for value in values]
    found = models[subject].objects.filter(pk__in=ids).values_list("pk", "name")
    return {str(pk): name for pk, name in found}
