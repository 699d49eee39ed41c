"""Figures about those who may leave, from the customer table."""

from __future__ import annotations

from ibis.expr.types import Table

from regulars.insight.engines.functions import total

WARNED_FROM = 0.5


def churn_groups(customers: Table) -> Table:
    """churn_cause, stage, customers, expected_loss, spend_365d: of those with p_churn ≥ 0.5.

    An empty cause stands for those whose signs were not looked up.
    """
    warned = customers.filter(customers.p_churn >= WARNED_FROM)
    return (
        warned.group_by("churn_cause", "stage")
        .aggregate(
            customers=warned.count(),
            expected_loss=total(warned.expected_loss).fill_null(0),
            spend_365d=total(warned.spend_365d).fill_null(0),
        )
        .order_by("churn_cause", "stage")
    )


def churn_drivers(customers: Table) -> Table:
    """code, customers, contribution, direction: what weighs most with those who may leave.

    Of everyone whose reasons are told: how often a reason is among their strongest, the mean size
    of its contribution to the log-odds where it is, and its mean with the sign (above 0: towards
    staying away).
    """
    told = customers.filter(customers.churn_reasons.notnull())
    reasons = told.select(one=told.churn_reasons.unnest())
    reasons = reasons.select(
        code=reasons.one["code"],
        # Whole numbers add up to the same whatever the order.
        parts=(reasons.one["contribution"] * PARTS).round().cast("int64"),
    )
    reasons = reasons.filter(reasons.parts.notnull())
    sums = reasons.group_by("code").aggregate(
        customers=reasons.count(), size=total(reasons.parts.abs()), signed=total(reasons.parts)
    )
    return sums.select(
        "code",
        "customers",
        contribution=sums["size"] / sums.customers / PARTS,
        direction=sums.signed / sums.customers / PARTS,
    ).order_by(sums.customers.desc(), "code")


PARTS = 10_000


def churn_summary(customers: Table) -> Table:
    """One row: customers (with a chance), warned, expected_loss (of all), warned_loss."""
    told = customers.filter(customers.p_churn.notnull())
    warned = told.p_churn >= WARNED_FROM
    return told.aggregate(
        customers=told.count(),
        warned=told.count(where=warned),
        expected_loss=total(told.expected_loss).fill_null(0),
        warned_loss=total(told.expected_loss, where=warned).fill_null(0),
        reasons_told=told.churn_reasons.count(),
    )
