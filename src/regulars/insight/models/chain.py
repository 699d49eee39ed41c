"""Arithmetic of a chain of stages: chances of a move, months ahead, value, and how it did.

A chain of the first order: where someone stands next month depends on where they stand now and on
nothing else. That is coarse for one person (see the churn model for that) and good enough for how
many will stand where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from regulars.insight.features.lifecycle import STAGES
from regulars.insight.models.stage_positions import SPEND_UNIT, UNKNOWN, Flow

PRIOR = 0.5
"""Jeffreys' weight of each possible move before anything was seen, in customers."""
LEVEL = 0.8
DRAWS = 400
MONTHS_AHEAD = 12
TESTED_MONTHS = 6
ENOUGH_TO_TEST = 3
INFLOW_MONTHS = 3
PLACE = {stage: at for at, stage in enumerate(STAGES)}
POSSIBLE = np.array(
    [[not (to == "potential" and start != "potential") for to in STAGES] for start in STAGES]
)
"""Who has bought is never again someone who has not."""


def counts_of(flows: Sequence[Flow]) -> np.ndarray:
    """Customer-months by stage at the start (rows) and at the end (columns)."""
    table = np.zeros((len(STAGES), len(STAGES)))
    for flow in flows:
        if flow.from_stage != UNKNOWN:
            table[PLACE[flow.from_stage], PLACE[flow.to_stage]] += flow.customers
    return table


def inflow_of(flows: Sequence[Flow]) -> np.ndarray:
    """Newcomers by stage at the end, one row per month, in the order of time."""
    months = sorted({flow.month for flow in flows})
    table = np.zeros((len(months), len(STAGES)))
    for flow in flows:
        if flow.from_stage == UNKNOWN:
            table[months.index(flow.month), PLACE[flow.to_stage]] += flow.customers
    return table


def evidence_of(counts: np.ndarray, distinct: Mapping[str, int]) -> np.ndarray:
    """The parameters of each row's Dirichlet distribution.

    Someone seen in a stage for ten months is ten cases but one customer: cases are scaled down to
    the distinct customers, which is the careful side.
    """
    cases = counts.sum(1)
    people = np.array([distinct.get(stage, 0) for stage in STAGES], float)
    scale = np.where(cases > 0, np.minimum(people, cases) / np.maximum(cases, 1), 0.0)
    return np.asarray(counts * scale[:, None] + PRIOR * POSSIBLE)


def matrix_of(evidence: np.ndarray) -> np.ndarray:
    """Mean chances of each move: rows sum to one."""
    return np.asarray(evidence / evidence.sum(1, keepdims=True))


def draws_of(evidence: np.ndarray, seed: int, n: int = DRAWS) -> np.ndarray:
    """n matrices from the Dirichlet distributions, the same for the same seed."""
    random = np.random.default_rng(seed)
    drawn = np.zeros((n, *evidence.shape))
    for row, weights in enumerate(evidence):
        possible = weights > 0
        drawn[:, row, possible] = random.dirichlet(weights[possible], n)
    return drawn


def between(draws: np.ndarray, around: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The interval at ``LEVEL`` over the first axis, never leaving out the figure itself."""
    low, high = np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return np.minimum(low, around), np.maximum(high, around)


@dataclass(frozen=True)
class Spending:
    """What customers spend in a month by the stage they begin it in: mean and its error."""

    mean: np.ndarray
    error: np.ndarray


def spending_of(flows: Sequence[Flow], distinct: Mapping[str, int]) -> Spending:
    """Minor units per customer and month; the error counts customers, not customer-months."""
    cases, spend, squares = (np.zeros(len(STAGES)) for _ in range(3))
    for flow in flows:
        if flow.from_stage != UNKNOWN:
            at = PLACE[flow.from_stage]
            cases[at] += flow.customers
            spend[at] += flow.spend
            squares[at] += flow.squares
    mean = spend / np.maximum(cases, 1)
    second = squares * SPEND_UNIT**2 / np.maximum(cases, 1)
    people = np.array([distinct.get(stage, 0) for stage in STAGES], float)
    spread = np.sqrt(np.maximum(0.0, second - mean**2))
    return Spending(mean, spread / np.sqrt(np.maximum(1, np.minimum(people, cases))))


def value_ahead(matrix: np.ndarray, mean: np.ndarray, months: int = MONTHS_AHEAD) -> np.ndarray:
    """Expected spend over the next months of one customer in each stage, minor units.

    Both arguments may carry further leading axes of draws.
    """
    # Spend is told by the stage at the start of a month, so the first month is that of today.
    value, ahead = np.zeros_like(mean), mean[..., None]
    for _ in range(months):
        value = value + ahead[..., 0]
        ahead = matrix @ ahead
    return value


def counts_ahead(
    evidence: np.ndarray, start: np.ndarray, inflow: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers by stage 1 to 12 months ahead (rows): expected, low, high.

    Newcomers come as in the last months; what is not known about the chances, about newcomers and
    about each customer's own luck is in the interval.
    """
    matrix = matrix_of(evidence)
    recent = inflow[-INFLOW_MONTHS:] if len(inflow) else np.zeros((1, len(STAGES)))
    expected, counts = [], start.astype(float)
    for _ in range(MONTHS_AHEAD):
        counts = counts @ matrix + recent.mean(0)
        expected.append(counts)
    random = np.random.default_rng(seed)
    paths = np.zeros((DRAWS, MONTHS_AHEAD, len(STAGES)))
    for draw, chances in enumerate(draws_of(evidence, seed)):
        standing = np.rint(start).astype("int64")
        for month in range(MONTHS_AHEAD):
            moved = random.multinomial(standing, chances).sum(0)
            newcomers = np.rint(recent[random.integers(len(recent))]).astype("int64")
            standing = moved + newcomers
            paths[draw, month] = standing
    around = np.array(expected)
    return around, *between(paths, around)


@dataclass(frozen=True)
class ChainTest:
    """The last months told from those before each.

    Args:
        months: how many were told; n: customers standing at their ends, added up.
        misplaced: share of customers counted in another stage than they stood in, at the least.
        misplaced_if_unchanged: the same when the counts of the month before are told again.
        spend_error: mean of |told − spent| / spent over the months; None when nothing was spent.
    """

    months: int
    n: int
    misplaced: float
    misplaced_if_unchanged: float
    spend_error: float | None


def chain_test(flows: Sequence[Flow], most: int) -> ChainTest | None:
    """One month ahead from at most ``most`` months before it; None without enough months."""
    months = sorted({flow.month for flow in flows})
    tested = months[ENOUGH_TO_TEST:][-TESTED_MONTHS:]
    wrong = unchanged = people = 0.0
    errors = []
    for month in tested:
        before = _within(flows, months, month, most)
        now = [flow for flow in flows if flow.month == month]
        start, seen = counts_of(now).sum(1), counts_of(now).sum(0) + inflow_of(now).sum(0)
        matrix = matrix_of(counts_of(before) + PRIOR * POSSIBLE)
        newcomers = inflow_of(before)[-INFLOW_MONTHS:].mean(0)
        wrong += np.abs(start @ matrix + newcomers - seen).sum() / 2
        unchanged += np.abs(start + newcomers - seen).sum() / 2
        people += seen.sum()
        spent = sum(flow.spend for flow in now if flow.from_stage != UNKNOWN)
        if spent > 0:
            errors.append(abs(float(start @ spending_of(before, {}).mean) - spent) / spent)
    if not tested or not people:
        return None
    spend_error = float(np.mean(errors)) if errors else None
    shares = (float(wrong / people), float(unchanged / people))
    return ChainTest(len(tested), int(people), *shares, spend_error)


def _within(flows: Sequence[Flow], months: Sequence[date], month: date, most: int) -> list[Flow]:
    kept = [one for one in months if one < month][-most:]
    return [flow for flow in flows if flow.month in kept]
