"""Where each customer stands, judged against their own rhythm, and which rule said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.features.rhythm import rhythm
from regulars.insight.shop import Shop

STAGES = ("potential", "new", "mature", "at_risk", "lost")


@dataclass(frozen=True)
class LifecycleRules:
    """When a customer changes stage.

    Someone is at risk (lost) once the days since their last purchase reach ``at_risk_ratio``
    (``lost_ratio``) times their usual gap, but never before

    * ``at_risk_floor_days`` (``lost_floor_days``): who buys daily is not lost after a long weekend;
    * ``at_risk_long_gaps`` (``lost_long_gaps``) times what is long for them, see ``rhythm``: who
      comes now weekly, now monthly is away for twice the usual gap in every fourth.

    When the shop has no rhythm yet, ``fixed_at_risk_days`` and ``fixed_lost_days`` decide. From
    ``mature_purchase_days`` purchase days on, a customer is no longer new.
    """

    at_risk_ratio: float = 2.0
    lost_ratio: float = 4.0
    at_risk_floor_days: int = 14
    lost_floor_days: int = 60
    at_risk_long_gaps: float = 1.0
    lost_long_gaps: float = 2.0
    fixed_at_risk_days: int = 90
    fixed_lost_days: int = 180
    mature_purchase_days: int = 3


RULES = LifecycleRules()


def lifecycle(shop: Shop, *, as_of: date, rules: LifecycleRules = RULES) -> Table:
    """One row per known customer.

    Columns: stage (one of ``STAGES``); stage_rule, the rule that decided: "no_purchase",
    "few_purchases", "within_rhythm", "late" or "very_late"; stage_basis, whose rhythm it was
    judged by: "own", "blended", "shop" or "fixed_days" (empty without a purchase).
    """
    return stages(rhythm(shop, as_of=as_of), rules)


def stages(rhythms: Table, rules: LifecycleRules = RULES, *keys: str) -> Table:
    """Stages for a table shaped like ``rhythm``; ``keys`` are kept beside customer_id."""
    never = rhythms.recency_days.isnull()
    late = _away(rhythms, rules.at_risk_ratio, rules.at_risk_floor_days, rules.at_risk_long_gaps)
    lost = _away(rhythms, rules.lost_ratio, rules.lost_floor_days, rules.lost_long_gaps)
    unknown = rhythms.overdue_ratio.isnull()
    late = unknown.ifelse(rhythms.recency_days >= rules.fixed_at_risk_days, late)
    lost = unknown.ifelse(rhythms.recency_days >= rules.fixed_lost_days, lost)
    few = rhythms.purchase_days < rules.mature_purchase_days
    return rhythms.select(
        *keys,
        "customer_id",
        stage=ibis.cases(
            (never, "potential"), (lost, "lost"), (late, "at_risk"), (few, "new"), else_="mature"
        ),
        stage_rule=ibis.cases(
            (never, "no_purchase"),
            (lost, "very_late"),
            (late, "late"),
            (few, "few_purchases"),
            else_="within_rhythm",
        ),
        stage_basis=never.ifelse(None, rhythms.rhythm_basis.fill_null("fixed_days")),
    )


def _away(rhythms: Table, ratio: float, floor_days: int, long_gaps: float) -> Column:
    long_for_them = (rhythms.long_gap_days * long_gaps).fill_null(0)
    return (
        (rhythms.overdue_ratio >= ratio)
        & (rhythms.recency_days >= floor_days)
        & (rhythms.recency_days >= long_for_them)
    )
