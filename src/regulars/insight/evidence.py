"""An estimate and what stands behind it: the one type that carries a figure to the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Evidence(StrEnum):
    """How a figure is known, strongest first."""

    COUNTED = "counted"
    RANDOMISED = "randomised"
    QUASI_EXPERIMENTAL = "quasi_experimental"
    OBSERVED = "observed"
    RULE_OF_THUMB = "rule_of_thumb"


@dataclass(frozen=True)
class Missing:
    """What is lacking: ``what`` is "customers", "days" or "orders"; about so many more."""

    what: str
    about: int


@dataclass(frozen=True)
class Estimate:
    """A value with its evidence.

    Args:
        value: the figure; None when there is too little data, and then ``missing`` says why.
        kind: how it is known.
        low, high, level: interval and its level (0.8 for 80%); a counted figure needs none.
        n: how many cases stand behind it.
        detectable: the smallest effect the data could have shown, in the unit of the value.
        back_test: named measures of how well the method did on data it had not seen.

    Raises:
        ValueError: a value without cases or interval, or no value and nothing said to be missing.
    """

    value: float | None
    kind: Evidence
    low: float | None = None
    high: float | None = None
    level: float | None = None
    n: int | None = None
    detectable: float | None = None
    back_test: Mapping[str, float | None] = field(default_factory=dict)
    missing: Missing | None = None

    def __post_init__(self) -> None:
        if self.value is None:
            if self.missing is None:
                raise ValueError("An estimate without a value must say what is missing.")
            return
        if self.kind in (Evidence.COUNTED, Evidence.RULE_OF_THUMB):
            return
        if self.low is None or self.high is None or self.level is None or self.n is None:
            raise ValueError("An estimate needs an interval, its level and the number of cases.")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} lies outside its interval {self.low} to {self.high}.")

    def to_json(self) -> str:
        return json.dumps(asdict(self), allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Estimate:
        data: dict[str, Any] = json.loads(text)
        missing = data.pop("missing")
        kind = Evidence(data.pop("kind"))
        return cls(kind=kind, missing=Missing(**missing) if missing else None, **data)
