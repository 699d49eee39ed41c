"""Figures of customers' value, told from the customer table with the columns of ``models.clv``.

All are about customers who have bought; expected amounts are over the model's horizon, in minor
units, and empty tables where the model had too little to learn from.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.engines.functions import total
from regulars.insight.features.traits import TRAITS

STEPS = (1, 2, 5)
"""Bounds of the distribution: these times a power of ten."""
SMALLEST_POWER, LARGEST_POWER = 3, 9
POINTS = 50
COHORT_MONTHS = 3
MOST_COHORTS = 12
NORMAL_80 = 1.2815515655446004
"""Standard deviations on either side that hold 80% of a normal distribution."""

DIMENSIONS: Mapping[str, str] = {"stage": "stage", "segment": "segment"}
"""Column of the customer table -> dimension of ``value_by``, beside the traits."""


def value_figures(customers: Table, days: Table, total_error: float) -> dict[str, Table]:
    """All figures of this module, by name; see each for its columns."""
    return {
        "value_distribution": value_distribution(customers),
        "concentration": concentration(customers),
        "value_by": value_by(customers, total_error=total_error),
        "cohorts": cohorts(customers, days),
    }


def value_distribution(customers: Table) -> Table:
    """spend_from, spend_to (minor units, the last open), customers, expected_spend.

    Customers by what they are expected to spend; the first band is from nothing to ten whole units.
    """
    known = _valued(customers)
    bounds = [0] + [
        step * 10**power for power in range(SMALLEST_POWER, LARGEST_POWER + 1) for step in STEPS
    ]
    amount = known.expected_spend.clip(lower=0)
    cases = [(amount < high, ibis.literal(low, "int64")) for low, high in pairwise(bounds)]
    lower = ibis.cases(*cases, else_=bounds[-1])
    ends = dict(pairwise(bounds))
    banded = known.select("expected_spend", spend_from=lower.cast("int64"))
    counted = banded.group_by("spend_from").aggregate(
        customers=banded.count(), expected_spend=total(banded.expected_spend)
    )
    upper = ibis.cases(
        *((counted.spend_from == low, ibis.literal(high, "int64")) for low, high in ends.items()),
        else_=ibis.null("int64"),
    )
    return counted.select("spend_from", "customers", "expected_spend", spend_to=upper).order_by(
        "spend_from"
    )


def concentration(customers: Table) -> Table:
    """share_of_customers, share_of_expected, share_of_past: what the best so many hold.

    A curve of up to 50 steps: customers lined up from the most expected spend to the least, and
    for the past from the highest spend of the last 365 days to the lowest. Amounts below nothing
    count as nothing.
    """
    known = _valued(customers)
    expected = _curve(known, known.expected_spend.clip(lower=0))
    past = _curve(known, known.spend_365d.clip(lower=0))
    joined = expected.inner_join(past, "step")
    return joined.select(
        share_of_customers=joined.step / POINTS,
        share_of_expected=joined.share,
        share_of_past=joined.share_right,
    ).order_by("share_of_customers")


def _curve(known: Table, amount: Column) -> Table:
    """step (1 to 50) and the share of the sum that the first step / 50 of customers hold."""
    lined = known.select("customer_id", amount=amount)
    place = ibis.row_number().over(order_by=[lined.amount.desc(), lined.customer_id])
    placed = lined.mutate(place=place)
    everyone = lined.aggregate(n=lined.count(), whole=total(lined.amount))
    joined = placed.cross_join(everyone)
    step = ((joined.place * POINTS) / joined.n).floor().cast("int64") + 1
    stepped = joined.mutate(step=step)
    sums = stepped.group_by("step", "whole").aggregate(part=total(stepped.amount))
    so_far = sums.part.sum().over(ibis.window(order_by=sums.step, preceding=None, following=0))
    return sums.select("step", share=so_far / sums.whole.nullif(0))


def value_by(
    customers: Table, *, total_error: float, dimensions: Mapping[str, str] | None = None
) -> Table:
    """One row per group of customers, dimension by dimension.

    Args:
        total_error: how far a total may be off altogether, as a share (``Trial.total_error``).
        dimensions: column -> dimension; None takes ``DIMENSIONS`` and all traits that are there.

    Columns: dimension (the row of everybody has the dimension and value "all"), value, customers,
    spend_365d, expected_spend, low, high (80% interval of the sum: customers vary independently
    of each other, and the model may be off for all alike), expected_margin (empty without costs),
    expected_loss (empty without a churn model). Money in minor units.
    """
    chosen = {"everybody": "all", **(dimensions or {**TRAITS, **DIMENSIONS})}
    known = _valued(customers)
    known = known if "cohort" in known.columns else with_cohort(known)
    known = known.mutate(everybody=ibis.literal("all"))
    parts = [
        _grouped(known, column, dimension, total_error)
        for column, dimension in chosen.items()
        if column in known.columns
    ]
    return ibis.union(*parts, distinct=False).order_by("dimension", "value")


def _grouped(known: Table, column: str, dimension: str, total_error: float) -> Table:
    loss = known.expected_loss if "expected_loss" in known.columns else ibis.null("int64")
    table = known.select(
        "spend_365d",
        "expected_spend",
        "expected_margin",
        value=known[column].cast("string"),
        variance=known.expected_spend_sd * known.expected_spend_sd,
        loss=loss,
    )
    table = table.filter(table.value.notnull())
    sums = table.group_by("value").aggregate(
        customers=table.count(),
        spend_365d=total(table.spend_365d),
        expected_spend=total(table.expected_spend),
        variance=table.variance.sum(),
        expected_margin=total(table.expected_margin),
        expected_loss=total(table.loss),
    )
    # As floats: DuckDB takes a written 0.5 for a decimal, and its square for one too wide.
    common = sums.expected_spend.cast("float64") * total_error
    off = (sums.variance + common * common).sqrt() * NORMAL_80
    return sums.select(
        "value",
        "customers",
        "spend_365d",
        "expected_spend",
        "expected_margin",
        "expected_loss",
        dimension=ibis.literal(dimension),
        low=(sums.expected_spend - off).clip(lower=0).round().cast("int64"),
        high=(sums.expected_spend + off).round().cast("int64"),
    )


def with_cohort(customers: Table) -> Table:
    """The table with cohort: the quarter of the first purchase, such as "2025-Q3"."""
    first = customers.first_on
    quarter = ((first.month() + 2) / 3).floor().cast("int64").cast("string")
    return customers.mutate(cohort=first.year().cast("string") + "-Q" + quarter)


def cohorts(customers: Table, days: Table) -> Table:
    """What became of those who began together.

    Args:
        days: customer_id, day, amount, bought, as in ``Snapshot.day_totals``.

    Columns: cohort (quarter of the first purchase), age (quarters since that quarter), customers
    (of the cohort), buyers (those who bought in that quarter), spend (minor units, net). Only the
    newest twelve cohorts.
    """
    began = with_cohort(customers.filter(customers.first_on.notnull()))
    began = began.select("customer_id", "cohort", quarter=_quarter(began.first_on))
    sizes = began.group_by("cohort", "quarter").aggregate(customers=began.count())
    newest = sizes.aggregate(last=sizes.quarter.max())
    kept = sizes.cross_join(newest)
    kept = kept.filter(kept.quarter > kept["last"] - MOST_COHORTS).drop("last")
    joined = days.inner_join(began, "customer_id")
    told = joined.select(
        "customer_id", "cohort", "amount", "bought", age=_quarter(joined.day) - joined.quarter
    )
    told = told.filter(told.age >= 0)
    people = told.group_by("cohort", "age", "customer_id").aggregate(
        bought=told.bought.any(), amount=total(told.amount)
    )
    sums = people.group_by("cohort", "age").aggregate(
        buyers=people.count(where=people.bought), spend=total(people.amount)
    )
    shown = sums.inner_join(kept, "cohort")
    return shown.select("cohort", "age", "customers", "buyers", "spend").order_by("cohort", "age")


def _quarter(day: Column) -> Column:
    """Quarters counted from year 0."""
    return day.year().cast("int64") * 4 + ((day.month() - 1) / 3).floor().cast("int64")


def _valued(customers: Table) -> Table:
    return customers.filter(customers.expected_spend.notnull())
