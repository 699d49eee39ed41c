"""Flows between the stages of the lifecycle, what is expected next, and what a stage is worth.

At the end of every month each customer stood in a stage (``features.lifecycle``, judged by what was
known then). The moves of the last months, seen together, are the chances of the moves to come: a
Markov chain with a Dirichlet prior (Jeffreys' weights), as in Pfeifer & Carraway (2000),
"Modeling customer relationships as Markov chains", Journal of Interactive Marketing 14(2). Whether
the last 3, 6 or 12 months tell them is chosen by how well each would have told the last months.

What a stage is worth is not told by the chain, which forgets who someone is: it is counted, as what
those who stood there a year ago have spent since.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from typing import Any

import numpy as np
import pyarrow as pa
from ibis.expr.types import Table

from regulars.insight.evidence import Missing
from regulars.insight.features.lifecycle import RULES, STAGES, LifecycleRules, lifecycle
from regulars.insight.features.rhythm import RULES as RHYTHM_RULES
from regulars.insight.features.rhythm import RhythmRules
from regulars.insight.models import chain
from regulars.insight.models.chain import ChainTest
from regulars.insight.models.stage_positions import (
    Flow,
    Since,
    distinct_customers,
    flows_of,
    month_ends,
    positions,
    since_of,
)
from regulars.insight.shop import Shop

MOST_MONTHS = 24
VALUE_MONTHS = 12
ENOUGH_VALUE_MONTHS = 3
MOST_CUSTOMERS = 100_000
"""With more customers the flows are those of a sample of about so many, scaled up."""
ENOUGH_CUSTOMERS = 30
ENOUGH_IN_A_STAGE = 10
ENOUGH_MONTHS = 3
SCORED_MONTHS = 3


@dataclass(frozen=True)
class Transitions:
    """Fitted flows between stages.

    Args:
        months: the month ends looked at; flows: who moved within each month between them.
        share: the part of the customers it was told from (1: all); flows are of that part.
        window: from how many of the last months the chances are told.
        distinct: stage -> customers seen in it in those months.
        since: what those in each stage spent since a past date, at most a year ago.
        missing: what is lacking for chances of moves; flows may be there all the same.
    """

    as_of: date
    seed: int
    share: float
    months: tuple[date, ...]
    flows: tuple[Flow, ...]
    window: int
    distinct: Mapping[str, int]
    since: tuple[Since, ...]
    back_test: ChainTest | None
    missing: Missing | None
    versions: Mapping[str, str]
    level: float = chain.LEVEL

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=date.isoformat)

    @classmethod
    def from_json(cls, text: str) -> Transitions:
        data = json.loads(text)
        data["as_of"] = date.fromisoformat(data["as_of"])
        data["months"] = tuple(date.fromisoformat(day) for day in data["months"])
        data["flows"] = tuple(
            Flow(**{**flow, "month": date.fromisoformat(flow["month"])}) for flow in data["flows"]
        )
        data["since"] = tuple(
            Since(**{**since, "by_month": tuple(since["by_month"])}) for since in data["since"]
        )
        data["back_test"] = ChainTest(**data["back_test"]) if data["back_test"] else None
        data["missing"] = Missing(**data["missing"]) if data["missing"] else None
        return cls(**data)

    @property
    def recent(self) -> list[Flow]:
        """The flows the chances are told from."""
        kept = sorted({flow.month for flow in self.flows})[-self.window :]
        return [flow for flow in self.flows if flow.month in kept]

    @property
    def evidence(self) -> np.ndarray:
        """Dirichlet parameters by stage (rows) and stage a month later, in ``STAGES`` order."""
        return chain.evidence_of(chain.counts_of(self.recent), self.distinct)

    def moves(self, months: int = 1) -> list[dict[str, Any]]:
        """Chances of each stage so many months later: from_stage, to_stage, p, low, high.

        ``customers`` counts those seen in the stage they start from; a stage with fewer than 10
        tells nothing. Empty while data is missing.
        """
        if self.missing:
            return []
        evidence = self.evidence
        mean = np.linalg.matrix_power(chain.matrix_of(evidence), months)
        draws = np.linalg.matrix_power(chain.draws_of(evidence, self.seed), months)
        low, high = chain.between(draws, mean)
        return [
            {
                "from_stage": start,
                "to_stage": to,
                "p": float(mean[row, column]),
                "low": float(low[row, column]),
                "high": float(high[row, column]),
                "customers": self.distinct.get(start, 0),
            }
            for row, start in enumerate(STAGES)
            for column, to in enumerate(STAGES)
            if self.tells(start)
        ]

    def tells(self, stage: str) -> bool:
        """Whether enough customers were seen in a stage to say where they go from there."""
        return not self.missing and self.distinct.get(stage, 0) >= ENOUGH_IN_A_STAGE

    def score(
        self,
        shop: Shop,
        *,
        as_of: date,
        months: int = SCORED_MONTHS,
        rules: LifecycleRules = RULES,
    ) -> Table:
        """One row per known customer: stage now and the chances of each ``months`` later.

        Columns: stage; p_stage_potential, p_stage_new, p_stage_mature, p_stage_at_risk,
        p_stage_lost (sum to 1); stage_next, the most likely of them, with stage_next_p,
        stage_next_low, stage_next_high (80% interval). All but stage are empty while data, or
        those seen in the stage, are too few. Everybody in a stage gets the same: it is the share
        of the stage, not of a person.
        """
        return self.score_stages(shop, lifecycle(shop, as_of=as_of, rules=rules), months=months)

    def score_stages(self, shop: Shop, standing: Table, *, months: int = SCORED_MONTHS) -> Table:
        """The same for a table with customer_id and stage."""
        told = shop.engine.read("stages", pa.Table.from_pylist(self._told(months), _TOLD))
        joined = standing.select("customer_id", "stage").left_join(told, "stage")
        return joined.drop("stage_right")

    def _told(self, months: int) -> list[dict[str, Any]]:
        moves = self.moves(months)
        rows = []
        for start in STAGES:
            own = [move for move in moves if move["from_stage"] == start]
            row = {"stage": start} | {f"p_stage_{move['to_stage']}": move["p"] for move in own}
            if own:
                best = max(own, key=lambda move: float(move["p"]))
                row |= {"stage_next": best["to_stage"], "stage_next_p": best["p"]}
                row |= {"stage_next_low": best["low"], "stage_next_high": best["high"]}
            rows.append(row)
        return rows


def fit(
    shop: Shop,
    *,
    as_of: date,
    seed: int = 0,
    most_customers: int = MOST_CUSTOMERS,
    rhythm_rules: RhythmRules = RHYTHM_RULES,
    rules: LifecycleRules = RULES,
) -> Transitions:
    """Flows of up to 24 months that were over by ``as_of``, and the chances of moves from them.

    Args:
        seed: of the sample and of the draws behind intervals.
        most_customers: a shop with more is told from a sample of about so many.
    """
    snapshot = shop.at(as_of)
    first = snapshot.purchase_days.day.min().to_pyarrow().as_py()
    known = int(snapshot.customers.count().to_pyarrow().as_py())
    share = min(1.0, most_customers / known) if known else 1.0
    dates = month_ends(first, as_of, MOST_MONTHS)
    flows: list[Flow] = []
    since: list[Since] = []
    distinct: dict[str, int] = {}
    window, back_test = chain.best_window(flows)
    if len(dates) > 1:
        options: dict[str, Any] = {"rhythm_rules": rhythm_rules, "rules": rules}
        stood = positions(shop, dates, as_of=as_of, share=share, seed=seed, **options)
        stood = shop.engine.hold(stood)
        flows = flows_of(stood, dates)
        window, back_test = chain.best_window(flows)
        distinct = distinct_customers(stood, dates[-window - 1 :][0])
        months = min(VALUE_MONTHS, len(dates) - 1)
        since = since_of(stood, dates, months) if months >= ENOUGH_VALUE_MONTHS else []
    return Transitions(
        as_of=as_of,
        seed=seed,
        share=share,
        months=tuple(dates),
        flows=tuple(flows),
        window=window,
        distinct=distinct,
        since=tuple(since),
        back_test=back_test,
        missing=_missing(dates, sum(distinct.get(stage, 0) for stage in STAGES[1:])),
        versions={package: version(package) for package in ("regulars", "numpy")},
    )


def _missing(dates: Sequence[date], customers: int) -> Missing | None:
    months = max(0, len(dates) - 1)
    if months < ENOUGH_MONTHS:
        return Missing("days", 31 * (ENOUGH_MONTHS - months))
    if customers < ENOUGH_CUSTOMERS:
        return Missing("customers", ENOUGH_CUSTOMERS - customers)
    return None


_TOLD = pa.schema(
    {
        "stage": pa.string(),
        **{f"p_stage_{stage}": pa.float64() for stage in STAGES},
        "stage_next": pa.string(),
        "stage_next_p": pa.float64(),
        "stage_next_low": pa.float64(),
        "stage_next_high": pa.float64(),
    }
)
