"""Who may leave, ranked by what may be lost with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, FloatField, OuterRef, QuerySet, Sum
from django.db.models.functions import Cast

from regulars.people.models import Customer
from regulars.understanding.customers.filters import Stores, visible_to
from regulars.understanding.models import CustomerResult
from regulars.understanding.warnings import rules
from regulars.understanding.warnings.models import FollowUp

NOBODY = "nobody"


@dataclass(frozen=True)
class Asked:
    """What the ranking is narrowed to; an empty field narrows nothing.

    Attributes:
        state: a standing state of a follow-up, or `NOBODY` for those nobody looks after.
        owner: who looks after them.
    """

    cause: str = ""
    stage: str = ""
    state: str = ""
    owner: int | None = None

    @property
    def narrowed(self) -> bool:
        return self != Asked()

    @property
    def by_follow_up(self) -> bool:
        """Whether it asks for what only follow-ups know."""
        return bool(self.state or self.owner)


LOST = "lost"


def warned(results: QuerySet[CustomerResult]) -> QuerySet[CustomerResult]:
    """Those more likely than not to stay away who can still be kept, the greatest loss first.

    Who counts as lost by the lifecycle is no warning any more; see `gone`.
    """
    return _likely(results).exclude(stage=LOST)


def gone(results: QuerySet[CustomerResult]) -> QuerySet[CustomerResult]:
    """Those who count as lost and are likely to stay away, the greatest loss first."""
    return _likely(results).filter(stage=LOST)


def _likely(results: QuerySet[CustomerResult]) -> QuerySet[CustomerResult]:
    likely = results.filter(no_return__gte=rules.WARNED_FROM, expected_loss__isnull=False)
    return likely.order_by("-expected_loss", "-customer")


def narrowed(results: QuerySet[CustomerResult], asked: Asked) -> QuerySet[CustomerResult]:
    """Those that are asked for."""
    if asked.cause:
        results = results.filter(cause=asked.cause)
    if asked.stage:
        results = results.filter(stage=asked.stage)
    standing = FollowUp.objects.filter(customer=OuterRef("customer"), state__in=FollowUp.STANDING)
    if asked.state == NOBODY:
        results = results.filter(~Exists(standing))
    elif asked.state:
        results = results.filter(Exists(standing.filter(state=asked.state)))
    if asked.owner:
        results = results.filter(Exists(standing.filter(owner=asked.owner)))
    return results


def seen_by(results: QuerySet[CustomerResult], stores: Stores) -> QuerySet[CustomerResult]:
    """Those whose customers someone bound to `stores` may see; all for None."""
    if stores is None:
        return results
    return results.filter(customer__in=Customer.objects.filter(visible_to(stores)))


@dataclass(frozen=True)
class AtRisk:
    """How many may leave and what may be lost with them, in minor units.

    `low` and `high` are the sums with every chance at the lower, and at the upper, end of its
    interval: wider than chance alone would make them, because errors of a method go together.
    """

    customers: int
    loss: int
    low: int
    high: int


def at_risk(results: QuerySet[CustomerResult]) -> AtRisk:
    """The sums over some results."""
    loss = Cast("expected_loss", FloatField())
    sums = results.aggregate(
        customers=Count("pk"),
        loss=Sum("expected_loss"),
        low=Sum(loss * F("no_return_low") / F("no_return")),
        high=Sum(loss * F("no_return_high") / F("no_return")),
    )
    rounded = {name: round(sums[name] or 0) for name in ("loss", "low", "high")}
    return AtRisk(sums["customers"], **rounded)


def by_cause(results: QuerySet[CustomerResult]) -> list[dict[str, Any]]:
    """cause (empty where no signs were looked up), customers, loss; the greatest loss first."""
    rows: Iterable[Any] = (
        results.order_by()
        .values("cause")
        .annotate(customers=Count("pk"), loss=Sum("expected_loss"))
    )
    return sorted(rows, key=lambda row: (-row["loss"], row["cause"] or ""))
