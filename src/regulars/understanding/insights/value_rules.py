"""What customers may bring, as the page shows it: arithmetic over the figures of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.understanding.insights.rules import Row

WHOLE = "all"
TOP_TENTH = 0.1
MOST_AGES = 8
FEWEST_IN_COHORT = 10


@dataclass(frozen=True)
class Sum:
    """What a group of customers may spend over the horizon, with its interval; minor units."""

    dimension: str
    value: str
    customers: int
    spend_365d: int
    expected_spend: int
    low: int
    high: int
    expected_margin: int | None = None
    expected_loss: int | None = None

    @property
    def each(self) -> float:
        """Expected spend of one customer on average."""
        return self.expected_spend / self.customers

    @property
    def each_low(self) -> float:
        return self.low / self.customers

    @property
    def each_high(self) -> float:
        return self.high / self.customers


def sums(rows: Sequence[Row], dimension: str) -> list[Sum]:
    """The groups of one dimension, those worth most a head first."""
    own = [Sum(**row) for row in rows if row["dimension"] == dimension and row["customers"]]
    return sorted(own, key=lambda one: (-one.each, one.value))


def whole(rows: Sequence[Row]) -> Sum | None:
    """Everybody together."""
    return next(iter(sums(rows, WHOLE)), None)


def dimensions(rows: Sequence[Row]) -> list[str]:
    """What customers are parted by, where it makes at least two groups."""
    counted: dict[str, int] = {}
    for row in rows:
        counted[row["dimension"]] = counted.get(row["dimension"], 0) + 1
    return [name for name, groups in counted.items() if groups > 1]


def top_share(rows: Sequence[Row]) -> float | None:
    """What share of the expected spend the best tenth of customers holds."""
    found = [row for row in rows if abs(row["share_of_customers"] - TOP_TENTH) < 1e-9]
    share = found[0]["share_of_expected"] if found else None
    return None if share is None else float(share)


@dataclass(frozen=True)
class Cohort:
    """Those who began in one quarter: per quarter of age the share who bought, None when ahead."""

    name: str
    customers: int
    spend: int
    returning: tuple[float | None, ...]


def cohorts(rows: Sequence[Row]) -> list[Cohort]:
    """The newest first; ages from 1 quarter on, because at age 0 all bought."""
    found: dict[str, dict[int, Row]] = {}
    for row in rows:
        found.setdefault(row["cohort"], {})[row["age"]] = row
    oldest = max((max(ages) for ages in found.values()), default=0)
    last = {name: _last_age(name, found, oldest) for name in found}
    told = []
    for name, ages in sorted(found.items(), reverse=True):
        customers = next(iter(ages.values()))["customers"]
        if customers < FEWEST_IN_COHORT:
            continue
        shares = tuple(
            (ages[age]["buyers"] / customers if age in ages else 0.0) if age <= last[name] else None
            for age in range(1, min(oldest, MOST_AGES) + 1)
        )
        told.append(Cohort(name, customers, sum(row["spend"] for row in ages.values()), shares))
    return told


def _last_age(name: str, found: Mapping[str, Mapping[int, Row]], oldest: int) -> int:
    """The age a cohort has reached: quarters up to the newest one in which anybody bought."""
    newest = max(_quarter(cohort) + max(ages) for cohort, ages in found.items())
    return min(newest - _quarter(name), oldest)


def _quarter(cohort: str) -> int:
    year, quarter = cohort.split("-Q")
    return int(year) * 4 + int(quarter) - 1


@dataclass(frozen=True)
class Check:
    """How the last test came out: how far a total may be off, as a share; share covered."""

    total_error: float
    covered: float
    days: int
    n: int


def check(model: Mapping[str, Any]) -> Check:
    """From the manifest's `clv.model`."""
    trial = model["trial"]
    covered = trial["spend"]["covered"]
    return Check(trial["total_error"], covered, trial["horizon_days"], trial["n"])


@dataclass(frozen=True)
class Member:
    """One way of telling beside the others: its weight in the blend, its error in the test."""

    code: str
    weight: float
    mae: float
    total: float | None


def members(model: Mapping[str, Any]) -> list[Member]:
    """All that were tried for purchases, those with the most weight first."""
    judged = model["trial"]["purchases"]
    found = [
        Member(code, model["purchase_weights"].get(code, 0.0), one["mae"], one["total"])
        for code, one in judged["members"].items()
    ]
    return sorted(found, key=lambda one: (-one.weight, one.mae, one.code))
