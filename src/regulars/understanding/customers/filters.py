"""What narrows the list of customers."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import (
    BooleanField,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from regulars.people import queries as people
from regulars.people.birthdays import celebrated_between
from regulars.people.models import Customer
from regulars.sales.models import Order
from regulars.understanding.lists.queries import members_of
from regulars.understanding.models import Run
from regulars.understanding.warnings.rules import WARNED_FROM

OF_MONEY = frozenset({"spend_from", "spend_to", "value_from", "value_to", "loss_from", "loss_to"})
"""Filters that would tell amounts to those who may not see sales."""

VALUABLE_FROM = 4
"""The spend score from which a customer counts as valuable: the upper two fifths."""

Stores = Collection[int] | None


@dataclass(frozen=True)
class Filters:
    """Each field left at its default narrows nothing; all others must hold together.

    Attributes:
        text: as typed: see `people.queries.found_by`.
        r, f: RFM scores, 1 to 5.
        watch: customers at risk whose spend score is at least `VALUABLE_FROM`.
        leaving: likelier than not to leave, and not yet lost (`warnings.ranked`).
        birthday: whose birthday is in the month of today.
        tag, store: ids; a store picks those who bought there.
        spend_from, spend_to: of the last 365 days, minor units, both included.
        traits: codes of groups (`CustomerResult.traits`); all must hold.
        cause: why they may be leaving.
        value_from, value_to: expected spend of the next 365 days, minor units, both included.
        loss_from, loss_to: expected loss, minor units, both included.
        risk_from, risk_to: chance of not coming back, in percent, both included.
        saved, outside: ids of saved lists: who is in the one, who is not in the other.
    """

    text: str = ""
    stage: str = ""
    segment: str = ""
    r: int | None = None
    f: int | None = None
    watch: bool = False
    leaving: bool = False
    birthday: bool = False
    tag: int | None = None
    store: int | None = None
    joined_since: date | None = None
    last_from: date | None = None
    last_to: date | None = None
    spend_from: int | None = None
    spend_to: int | None = None
    traits: tuple[str, ...] = ()
    cause: str = ""
    value_from: int | None = None
    value_to: int | None = None
    loss_from: int | None = None
    loss_to: int | None = None
    risk_from: int | None = None
    risk_to: int | None = None
    saved: int | None = None
    outside: int | None = None

    def used(self) -> list[str]:
        """The names of the fields that narrow something."""
        return [field.name for field in fields(self) if getattr(self, field.name) != field.default]

    def without(self, *names: str) -> Filters:
        """The same with some fields back at their defaults."""
        defaults: dict[str, Any] = {
            field.name: field.default for field in fields(self) if field.name in names
        }
        return replace(self, **defaults)

    def condition(self, today: date) -> Q:
        """The condition on customers as returned by `with_results`."""
        condition = people.found_by(self.text)
        for lookup, value in self._lookups():
            if value not in (None, ""):
                condition &= Q(**{lookup: value})
        if self.watch:
            condition &= Q(result__stage="at_risk", result__m_score__gte=VALUABLE_FROM)
        if self.leaving:
            condition &= Q(result__no_return__gte=WARNED_FROM) & ~Q(result__stage="lost")
        if self.birthday:
            first, last = today.replace(day=1), monthrange(today.year, today.month)[1]
            condition &= celebrated_between(first, today.replace(day=last))
        if self.traits:
            condition &= Q(result__traits__contains=list(self.traits))
        if self.saved:
            condition &= Q(pk__in=members_of(self.saved))
        if self.outside:
            condition &= ~Q(pk__in=members_of(self.outside))
        if self.store:
            condition &= _bought_at([self.store], without_orders=False)
        return condition

    def _lookups(self) -> list[tuple[str, object]]:
        return [
            ("result__stage", self.stage),
            ("result__segment", self.segment),
            ("result__r_score", self.r),
            ("result__f_score", self.f),
            ("tagged__tag", self.tag),
            ("joined_on__gte", self.joined_since),
            ("result__last_on__gte", self.last_from),
            ("result__last_on__lte", self.last_to),
            ("result__spend_365d__gte", self.spend_from),
            ("result__spend_365d__lte", self.spend_to),
            ("result__cause", self.cause),
            ("result__expected_spend__gte", self.value_from),
            ("result__expected_spend__lte", self.value_to),
            ("result__expected_loss__gte", self.loss_from),
            ("result__expected_loss__lte", self.loss_to),
            ("result__no_return__gte", _ratio(self.risk_from)),
            ("result__no_return__lte", _ratio(self.risk_to)),
        ]


def _ratio(percent: int | None) -> float | None:
    return None if percent is None else percent / 100


def with_results(run: Run | None) -> QuerySet[Customer]:
    """The known customers, each joined as `result` to what `run` found, if it found anything."""
    of_run = Q(results__run=run.pk if run else 0)
    return people.known().annotate(result=FilteredRelation("results", condition=of_run))


def visible_to(stores: Stores) -> Q:
    """Those someone bound to `stores` may see: who bought there, and who bought nowhere yet."""
    return Q() if stores is None else _bought_at(stores, without_orders=True)


def _bought_at(stores: Collection[int], *, without_orders: bool) -> Q:
    # One value a customer, looked up row by row: with EXISTS the planner reads all orders first.
    orders = Order.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
    here = orders.annotate(here=BoolOr(Q(store__in=sorted(stores)))).values("here")
    return Q(Coalesce(Subquery(here), Value(without_orders), output_field=BooleanField()))
