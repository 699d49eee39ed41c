"""Arithmetic of a chain of stages: chances of a move, months ahead, and how it did.

A chain of the first order: where someone stands next month depends on where they stand now and on
nothing else. That is coarse for one person (see the churn model for that) and good enough for how
many will stand where.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from regulars.insight.features.lifecycle import STAGES
from regulars.insight.models.stage_positions import UNKNOWN, Flow

PRIOR = 0.5
"""Jeffreys' weight of each possible move before anything was seen, in customers."""
LEVEL = 0.8
DRAWS = 400
MONTHS_AHEAD = 12
WINDOWS = (3, 6, 12)
"""So many of the last months may tell the chances: a shop that changes is best told by a few."""
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
    """The last months told from those before each, one month ahead.

    Args:
        months: how many were told; n: customers standing at their ends, added up.
        misplaced: share of customers counted in another stage than they stood in, at the least.
        misplaced_if_unchanged: the same when everybody is said to stay where they are.
    """

    months: int
    n: int
    misplaced: float
    misplaced_if_unchanged: float


def chain_test(flows: Sequence[Flow], window: int) -> ChainTest | None:
    """Each month from at most ``window`` months before it; None without enough months."""
    months = sorted({flow.month for flow in flows})
    tested = months[ENOUGH_TO_TEST:][-TESTED_MONTHS:]
    wrong = unchanged = people = 0.0
    for month in tested:
        kept = [one for one in months if one < month][-window:]
        before = [flow for flow in flows if flow.month in kept]
        now = [flow for flow in flows if flow.month == month]
        start, seen = counts_of(now).sum(1), counts_of(now).sum(0) + inflow_of(now).sum(0)
        matrix = matrix_of(counts_of(before) + PRIOR * POSSIBLE)
        newcomers = inflow_of(before)[-INFLOW_MONTHS:].mean(0)
        wrong += np.abs(start @ matrix + newcomers - seen).sum() / 2
        unchanged += np.abs(start + newcomers - seen).sum() / 2
        people += seen.sum()
    if not tested or not people:
        return None
    return ChainTest(len(tested), int(people), float(wrong / people), float(unchanged / people))


def best_window(flows: Sequence[Flow]) -> tuple[int, ChainTest | None]:
    """The window that told the last months best, the longest of equals, and how well it did."""
    tests = {window: chain_test(flows, window) for window in WINDOWS}
    misplaced = {window: test.misplaced for window, test in tests.items() if test}
    window = min(misplaced, key=lambda one: (misplaced[one], -one)) if misplaced else WINDOWS[-1]
    return window, tests[window]
