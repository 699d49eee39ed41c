"""Fits the value model of a shop: back-test, weights, then everything learned anew up to today."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from typing import Any

from threadpoolctl import threadpool_limits

from regulars.insight.evidence import Missing
from regulars.insight.features.sample import sampled
from regulars.insight.models.clv import boosting
from regulars.insight.models.clv.learning import Source, learn
from regulars.insight.models.clv.margin import Margin, fit_margin
from regulars.insight.models.clv.model import Model
from regulars.insight.models.clv.trial import Outcome, attempt
from regulars.insight.models.clv.value import CustomerValue
from regulars.insight.shop import Shop

LEVEL = 0.8
MOST_CUSTOMERS = 25_000
FEWEST_CUSTOMERS = 30
FEWEST_RETURNS = 15
LEAST_DAYS = 60
LONGEST_TEST_DAYS = 365


def fit(
    shop: Shop,
    *,
    as_of: date,
    horizon_days: int = 365,
    seed: int = 0,
    member: str | None = None,
) -> CustomerValue:
    """Learn what customers may bring in the days after a date.

    Args:
        horizon_days: how far ahead. The back-test looks as far as half the known past allows.
        seed: of the sample of customers and of the trees.
        member: a code of ``members.MEMBERS`` to take alone instead of a blend.
    """
    snapshot = shop.at(as_of)
    days = snapshot.day_totals
    bought = days.filter(days.bought)
    people = bought.group_by("customer_id").aggregate(n=bought.count())
    counted = people.aggregate(customers=people.count(), returned=people.count(where=people.n > 1))
    counts: dict[str, Any] = counted.to_pyarrow().to_pylist()[0]
    first = days.day.min(where=days.bought).to_pyarrow().as_py()
    known_days = (as_of - first).days if first else 0
    n = min(counts["customers"], MOST_CUSTOMERS)
    missing = _missing(counts, known_days)
    model = None
    if not missing:
        share = min(1.0, MOST_CUSTOMERS / counts["customers"])
        drawn = days if share == 1.0 else days.filter(sampled(days.customer_id, share, seed=seed))
        tested = min(horizon_days, known_days // 2, LONGEST_TEST_DAYS)
        source = Source(shop.engine.hold(drawn), first, tested)
        margin = fit_margin(shop, as_of)
        # Vectors of four: threads of the linear algebra only wait for each other.
        with threadpool_limits(limits=1):
            outcome = attempt(source, as_of, seed=seed, level=LEVEL, member=member)
            model = _model(source, as_of, seed, outcome, margin)
    return CustomerValue(as_of, horizon_days, seed, LEVEL, n, _versions(), model, missing)


def _model(
    source: Source, as_of: date, seed: int, outcome: Outcome, margin: Margin | None
) -> Model:
    """Everything learned anew from all days, with the weights and intervals of the back-test."""
    learned = learn(source, as_of, seed)
    return Model(
        at=as_of,
        first_on=source.first,
        tested_days=source.tested,
        families=dict(learned.families),
        spending=learned.spending,
        trees=learned.trees,
        purchase_weights=dict(outcome.trial.purchases.weights),
        spend_weights=dict(outcome.trial.spend.weights),
        purchase_band=outcome.purchase_band,
        spend_band=outcome.spend_band,
        trial=outcome.trial,
        margin=margin,
    )


def _missing(counts: dict[str, Any], known_days: int) -> Missing | None:
    if known_days < LEAST_DAYS:
        return Missing("days", LEAST_DAYS - known_days)
    if counts["customers"] < FEWEST_CUSTOMERS:
        return Missing("customers", FEWEST_CUSTOMERS - counts["customers"])
    if counts["returned"] < FEWEST_RETURNS:
        return Missing("orders", FEWEST_RETURNS - counts["returned"])
    return None


def _versions() -> dict[str, str]:
    names = ("numpy", "scipy", *(("lightgbm",) if boosting.available() else ()))
    return {name: version(name) for name in names}
