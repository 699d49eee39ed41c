"""The customer table: every feature of a person side by side, and the figures told from it."""

from __future__ import annotations

from datetime import date

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
from regulars.insight.features.lifecycle import stages
from regulars.insight.features.occasions import occasion_lift
from regulars.insight.features.preference import SUBJECTS, preference
from regulars.insight.features.rfm import score
from regulars.insight.features.rhythm import held_rhythm
from regulars.insight.features.summary import known_history
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
from regulars.insight.fitted import Models
from regulars.insight.models.causes import with_causes
from regulars.insight.models.churn.figures import churn_drivers, churn_groups, churn_summary
from regulars.insight.models.clusters.figures import by_cluster
from regulars.insight.parameters import Parameters
from regulars.insight.segments import by_segment
from regulars.insight.shop import Shop


def customer_table(shop: Shop, models: Models, *, as_of: date, parameters: Parameters) -> Table:
    """One row per known customer with the columns of every feature and model, held by customer_id.

    See ``features.summary``, ``amount``, ``rhythm``, ``rfm``, ``lifecycle``, ``preference`` and
    ``timing`` for the columns, ``behaviour`` and ``models``; those of ``models.return_rates`` come
    as p_no_return, p_no_return_low, _high, _n, _cell and _reasons.
    """
    engine = shop.engine
    history = known_history(shop, as_of=as_of)
    rhythms = held_rhythm(shop, as_of=as_of, rules=parameters.rhythm)
    staged = engine.hold(stages(rhythms, parameters.lifecycle))
    worth = engine.hold(models.value.score(shop, as_of=as_of))
    counts = behaviour.held_counts(shop, as_of=as_of)
    # What reads orders and lines is computed once; the rest is told slice by slice as it is
    # put together, from tables held in the order of the customers.
    passes = (preference(shop, as_of=as_of), timing(shop, as_of=as_of))
    read = [engine.hold(part) for part in passes]
    told = [
        *(history, amount(shop, as_of=as_of), with_cycle(rhythms), score(history, models.cuts)),
        *(staged, *read, _risk(shop, models, rhythms)),
        *behaviour.columns(shop, counts, as_of=as_of),
        models.moves.score_stages(shop, staged),
        models.segments.columns(shop, staged),
        *(worth, _warned(shop, models, worth, as_of)),
    ]

    def finish(table: Table) -> Table:
        caused = with_causes(table, market=models.market)
        return with_traits(with_cohort(caused.drop("frequency")))

    customers = engine.beside(told, "customer_id", finish)
    for part in read:
        engine.drop(part)
    return customers


def _risk(shop: Shop, models: Models, rhythms: Table) -> Table:
    risk = models.rates.score_rhythms(shop, rhythms)
    return risk.rename(**{f"p_no_return_{name}": name for name in _RISK})


def _warned(shop: Shop, models: Models, worth: Table, as_of: date) -> Table:
    spend = worth if models.value.missing is None else None
    return models.warning.score(shop, as_of=as_of, spend=spend)


_RISK = ("low", "high", "n", "cell", "reasons")


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
