"""The customer table: every feature of a person side by side, and the figures told from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import ibis
from ibis.expr.types import Table

from regulars.insight import behaviour
from regulars.insight.engines.functions import total
from regulars.insight.features.amount import amount
from regulars.insight.features.cycle import with_cycle
from regulars.insight.features.distributions import (
    amount_distribution,
    frequency_distribution,
    top,
)
from regulars.insight.features.lifecycle import LifecycleRules, stages
from regulars.insight.features.occasions import occasion_lift
from regulars.insight.features.preference import SUBJECTS, preference
from regulars.insight.features.rfm import RfmCuts, cuts_of, score
from regulars.insight.features.rhythm import RhythmRules, held_rhythm
from regulars.insight.features.summary import summary
from regulars.insight.features.timing import (
    daily,
    monthly,
    seasons,
    timing,
    weekday_hours,
    weekdays,
)
from regulars.insight.features.traits import with_traits
from regulars.insight.features.value import with_cohort
from regulars.insight.models.causes import NOWHERE, Market, with_causes
from regulars.insight.models.churn import ChurnWarning
from regulars.insight.models.churn.figures import churn_drivers, churn_groups, churn_summary
from regulars.insight.models.clusters.figures import by_cluster
from regulars.insight.models.clv import CustomerValue
from regulars.insight.models.return_rates import ReturnRates
from regulars.insight.models.transitions import Transitions
from regulars.insight.segments import Segments, by_segment
from regulars.insight.shop import Shop


@dataclass(frozen=True)
class Parameters:
    """Everything about a run that someone may choose; the rest is declared in the features.

    Args:
        country: whose holidays count, see ``features.occasions.COUNTRIES``; "" for none.
        cuts: RFM cut-offs; None takes the shop's own.
        horizon_days: after how long someone counts as having stayed away; None takes each
            person's own (``models.churn``), and of the return rates twice the shop's usual gap.
        most: how many rows the figures of top products and so on have.
        seed: for steps that draw at random.
        acquisition_cost: what winning one new customer costs, minor units; None when unknown.
    """

    country: str = "CN"
    cuts: RfmCuts | None = None
    horizon_days: int | None = None
    most: int = 50
    seed: int = 0
    acquisition_cost: int | None = None
    rhythm: RhythmRules = field(default_factory=RhythmRules)
    lifecycle: LifecycleRules = field(default_factory=LifecycleRules)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def customer_table(
    shop: Shop,
    *,
    as_of: date,
    parameters: Parameters,
    cuts: RfmCuts,
    rates: ReturnRates,
    segments: Segments | None = None,
    moves: Transitions | None = None,
    value: CustomerValue | None = None,
    warning: ChurnWarning | None = None,
    market: Market = NOWHERE,
) -> Table:
    """One row per known customer with the columns of every feature, held by customer_id.

    See ``features.summary``, ``amount``, ``rhythm``, ``rfm``, ``lifecycle``, ``preference`` and
    ``timing`` for the columns; those of ``models.return_rates`` come as p_no_return,
    p_no_return_low, _high, _n, _cell and _reasons; those of ``segments`` and of
    ``models.transitions`` and ``models.churn`` when they are given (then those of ``models.causes``
    too, with what ``market`` knows); those of ``behaviour`` always.
    """
    engine = shop.engine
    history = known_history(shop, as_of=as_of)
    rhythms = held_rhythm(shop, as_of=as_of, rules=parameters.rhythm)
    risk = rates.score_rhythms(shop, rhythms)
    risk = risk.rename(**{f"p_no_return_{name}": name for name in _RISK})
    staged = engine.hold(stages(rhythms, parameters.lifecycle))
    worth = engine.hold(value.score(shop, as_of=as_of)) if value else None
    spend = worth if value and value.missing is None else None
    counts = behaviour.held_counts(shop, as_of=as_of)
    # What reads orders and lines is computed once; the rest is told slice by slice as it is
    # put together, from tables held in the order of the customers.
    read = [
        engine.hold(part) for part in (preference(shop, as_of=as_of), timing(shop, as_of=as_of))
    ]
    told: list[Table] = [
        *(amount(shop, as_of=as_of), with_cycle(rhythms), score(history, cuts), staged),
        *(*read, risk),
        *behaviour.columns(shop, counts, as_of=as_of),
        *([moves.score_stages(shop, staged)] if moves else []),
        *([segments.columns(shop, staged)] if segments else []),
        *([worth] if worth is not None else []),
        *([warning.score(shop, as_of=as_of, spend=spend)] if warning else []),
    ]

    def finish(table: Table) -> Table:
        caused = with_causes(table, market=market) if warning else table
        return with_traits(with_cohort(caused.drop("frequency")))

    customers = engine.beside([history, *told], "customer_id", finish)
    for part in read:
        engine.drop(part)
    return customers


def known_history(shop: Shop, *, as_of: date) -> Table:
    """``summary`` of a date, held: many figures start from it."""
    return shop.at(as_of).kept("summary", lambda: summary(shop, as_of=as_of))


_RISK = ("low", "high", "n", "cell", "reasons")


def shop_cuts(shop: Shop, *, as_of: date, parameters: Parameters) -> RfmCuts:
    """The cut-offs of a run: the given ones, else the shop's own."""
    return parameters.cuts or cuts_of(known_history(shop, as_of=as_of))


def figures(
    shop: Shop, customers: Table, *, as_of: date, parameters: Parameters
) -> dict[str, Table]:
    """Every figure about the shop as a whole, by name; ``customers`` is the customer table."""
    tables = {
        "days": daily(shop, as_of=as_of),
        "months": monthly(shop, as_of=as_of),
        "weekdays": weekdays(shop, as_of=as_of),
        "seasons": seasons(shop, as_of=as_of),
        "weekday_hours": weekday_hours(shop, as_of=as_of),
        "occasions": occasion_lift(shop, as_of=as_of, country=parameters.country),
        "frequency": frequency_distribution(shop, as_of=as_of),
        "amounts": amount_distribution(shop, as_of=as_of),
        "rfm_grid": rfm_grid(customers),
        "stages": by_stage(customers),
    }
    tables |= behaviour.figures(shop, customers, as_of=as_of, seed=parameters.seed)
    for subject in SUBJECTS:
        tables[f"top_{subject}"] = top(shop, subject, as_of=as_of, most=parameters.most)
    if "churn_cause" in customers.columns:
        tables |= {
            "churn_groups": churn_groups(customers),
            "churn_drivers": churn_drivers(customers),
            "churn_summary": churn_summary(customers),
        }
    if "cluster" in customers.columns:
        tables |= {"clusters": by_cluster(customers), "segmentations": by_segment(customers)}
    return tables


def rfm_grid(customers: Table) -> Table:
    """r_score, f_score, segment, customers, spend, spend_365d: the cells someone stands in."""
    scored = customers.filter(customers.r_score.notnull())
    return _counted(scored, "r_score", "f_score", "segment").order_by(
        ibis.desc("r_score"), "f_score"
    )


def by_stage(customers: Table) -> Table:
    """stage, customers, spend, spend_365d."""
    return _counted(customers, "stage").order_by("stage")


def _counted(customers: Table, *columns: str) -> Table:
    return customers.group_by(*columns).aggregate(
        customers=customers.count(),
        spend=total(customers.spend),
        spend_365d=total(customers.spend_365d),
    )
