"""The models of a run, fitted one after the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

from regulars.insight import segments
from regulars.insight.features import market
from regulars.insight.features.market import Month
from regulars.insight.features.rfm import RfmCuts, cuts_of
from regulars.insight.features.summary import known_history
from regulars.insight.models import churn, clv, return_rates, transitions
from regulars.insight.models.causes import Market
from regulars.insight.models.churn import ChurnWarning
from regulars.insight.models.clv import CustomerValue
from regulars.insight.models.return_rates import ReturnRates
from regulars.insight.models.transitions import Transitions
from regulars.insight.parameters import Parameters
from regulars.insight.segments import Segments
from regulars.insight.shop import Shop

Step = Callable[[str], AbstractContextManager[None]]
"""Told the name of what is done within it."""


@dataclass(frozen=True)
class Models:
    """Everything that was learned of a shop on a date; ``months`` is what its market did."""

    rates: ReturnRates
    segments: Segments
    moves: Transitions
    value: CustomerValue
    warning: ChurnWarning
    cuts: RfmCuts
    months: tuple[Month, ...]

    @property
    def market(self) -> Market:
        """What changed for everyone of late."""
        return Market(*market.changes(self.months))

    def told(self) -> dict[str, Any]:
        """For the manifest: what a reader wants to know of each, as JSON data."""
        return {
            "cuts": json.loads(self.cuts.to_json()),
            "return_rates": json.loads(self.rates.to_json()),
            "clv": self.value.told(),
            "churn": self.warning.told(),
            "transitions": json.loads(self.moves.to_json()),
            **self.segments.as_data(),
        }


def fit(
    shop: Shop,
    *,
    as_of: date,
    parameters: Parameters,
    step: Step,
    before: Mapping[str, Any] | None = None,
) -> Models:
    """Fit every model.

    Args:
        before: the manifest of an earlier run, whose clusters keep their numbers.
    """
    known: dict[str, Any] = {"as_of": as_of, "seed": parameters.seed}
    horizon, rhythm = parameters.horizon_days, parameters.rhythm
    with step("return rates"):
        rates = return_rates.fit(shop, as_of=as_of, horizon_days=horizon)
    with step("segments"):
        parted = segments.fit(shop, **known, rules=rhythm, before=before)
    with step("transitions"):
        moves = transitions.fit(shop, **known, rhythm_rules=rhythm, rules=parameters.lifecycle)
    with step("customer value"):
        value = clv.fit(shop, **known)
    with step("churn"):
        warning = churn.fit(shop, **known, horizon_days=horizon)
        months = tuple(market.months(shop, as_of=as_of))
    cuts = parameters.cuts or cuts_of(known_history(shop, as_of=as_of))
    return Models(rates, parted, moves, value, warning, cuts, months)
