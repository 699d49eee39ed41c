"""What someone may choose about a run."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from regulars.insight.features.lifecycle import LifecycleRules
from regulars.insight.features.rfm import RfmCuts
from regulars.insight.features.rhythm import RhythmRules


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
