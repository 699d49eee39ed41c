"""What is suggested, when it is due, and what counts as having come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from regulars.insight.evaluation.probabilities import wilson

SUGGESTED: Mapping[str, str] = {
    "service": "make_good",
    "price": "offer",
    "need": "show_new",
    "competitor": "invite",
    "personal": "keep_in_touch",
}
"""Cause -> what to do first; a rule of thumb, not an estimate."""
ASK = "ask"

DUE_AFTER = timedelta(days=3)
HORIZON_DAYS = 60
"""Where the analysis names no horizon of its own."""
LANDMARK = timedelta(days=14)
"""How long after a warning a follow-up may begin to be counted as one on that warning."""
LEVEL = 0.8
WARNED_FROM = 0.5
"""From which chance of staying away on a customer is warned of: more likely than not."""
MOST_WARNED = 1000
"""How many customers, the greatest losses first, an analysis warns of at most."""
WATCHED_EVERY = timedelta(days=7)


def suggested(cause: str | None) -> str:
    """What to do first; where no cause is seen, to ask."""
    return SUGGESTED.get(cause or "", ASK)


def due_on(today: date) -> date:
    """By when something should be done about a follow-up taken today."""
    return today + DUE_AFTER


@dataclass(frozen=True)
class Outcome:
    """What became of some warned customers; counted, not estimated.

    Attributes:
        customers: whose horizon is over.
        came_back: how many of them bought between the landmark and the end of their horizon.
        spend: what they bought for in that time, returns taken off, in minor units.
    """

    customers: int
    came_back: int
    spend: int

    @property
    def share(self) -> float | None:
        return self.came_back / self.customers if self.customers else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson interval of the share, at `LEVEL`."""
        share = self.share
        return None if share is None else wilson(share, self.customers, LEVEL)

    @property
    def average_spend(self) -> int | None:
        return round(self.spend / self.customers) if self.customers else None
