"""The fitted churn warning.

Three members look at each customer: a process of buying and leaving (``process``), a logistic
regression (``logistic``) and gradient boosted trees (``trees``), learned from several past dates;
``blend`` weighs them on a date they had not seen and makes a chance of them. A shop too small for
that gets the shares of ``models.return_rates``; one too small for those is told what is missing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import version
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr.types import Table
from threadpoolctl import threadpool_limits

from regulars.insight.evidence import Estimate, Evidence, Missing
from regulars.insight.features.history import PARTS, thorough
from regulars.insight.features.rhythm import held_rhythm
from regulars.insight.models import return_rates
from regulars.insight.models.churn import trees
from regulars.insight.models.churn.back_test import BackTest, Group
from regulars.insight.models.churn.blend import Blend
from regulars.insight.models.churn.learning import ENOUGH_CUSTOMERS, Learned, collected, learn
from regulars.insight.models.churn.logistic import Logistic
from regulars.insight.models.churn.members import Members
from regulars.insight.models.churn.scoring import Scorer
from regulars.insight.models.churn.signals import signals
from regulars.insight.models.churn.target import HorizonRule, past_dates, scored, seen
from regulars.insight.models.churn.times import Times, with_season
from regulars.insight.models.clv.likelihood import FamilyFit
from regulars.insight.models.return_rates import ReturnRates
from regulars.insight.shop import Shop

LEVEL = 0.8
MOST_CUSTOMERS = 12_000
REASONS_FOR = 20_000
PACKAGES = ("numpy", "scipy", "lightgbm")


@dataclass(frozen=True)
class ChurnWarning:
    """What was learned. Exactly one of ``learned``, ``cells`` and ``missing`` is there.

    ``windows`` are the past dates looked at; ``left_out`` names members that are not there and
    why; ``cells`` are the return rates that stand in when too few customers were seen.
    """

    as_of: date
    seed: int
    rule: HorizonRule
    parts: tuple[str, ...]
    windows: tuple[date, ...]
    customers: int
    learned: Learned | None
    cells: ReturnRates | None
    missing: Missing | None
    left_out: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    level: float = LEVEL

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=date.isoformat)

    @classmethod
    def from_json(cls, text: str) -> ChurnWarning:
        data = json.loads(text)
        cells = data["cells"]
        return cls(
            **{
                **data,
                "as_of": date.fromisoformat(data["as_of"]),
                "rule": HorizonRule(**data["rule"]),
                "parts": tuple(data["parts"]),
                "windows": tuple(date.fromisoformat(day) for day in data["windows"]),
                "learned": _learned(data["learned"]) if data["learned"] else None,
                "cells": ReturnRates.from_json(json.dumps(cells)) if cells else None,
                "missing": Missing(**data["missing"]) if data["missing"] else None,
            }
        )

    def told(self) -> dict[str, Any]:
        """What a manifest says of it: everything but the members and cells themselves."""
        data: dict[str, Any] = json.loads(self.to_json())
        learned, cells = data.pop("learned"), data.pop("cells")
        method = "missing" if self.missing else "members" if learned else "cells"
        if learned:
            data |= {name: learned[name] for name in ("blend", "groups", "back_test", "times")}
            data["members"] = list(self.scorer.members.names)
        horizon = cells["horizon_days"] if cells else None
        return {**data, "method": method, "cells_horizon_days": horizon}

    def score(
        self,
        shop: Shop,
        *,
        as_of: date,
        spend: Table | None = None,
        rhythms: Table | None = None,
        reasons_for: int = REASONS_FOR,
    ) -> Table:
        """One row per known customer; all columns empty for those who never bought.

        Args:
            spend: customer_id and expected_spend, what they may spend in the year to come (minor
                units). None takes what they spent in the last 365 days.
            rhythms: what ``features.rhythm`` says on that date, where it is known already.
            reasons_for: at most so many customers, those with the highest expected loss, are told
                why; contributions cost much more than chances.

        Columns: p_churn (chance of no purchase within churn_horizon_days), p_churn_low,
        p_churn_high (at ``level``: how far off such chances were in the back-test and how far
        months drift), p_churn_n (customers behind the interval), churn_horizon_days,
        churn_reasons (at most three, each code, value and contribution to the log-odds, the
        strongest first), expected_loss (minor units: p_churn × expected spend, never below 0); and
        where there are reasons, what stands around the silence, see ``signals``.
        """
        if rhythms is None:
            rhythms = held_rhythm(shop, as_of=as_of)
        if self.learned is None:
            told = self._by_cells(shop, rhythms)
        else:
            told = self._by_members(shop, as_of, rhythms)
        worth = spend if spend is not None else _run_rate(shop, as_of)
        told = shop.engine.hold(_with_loss(told, worth))
        if self.learned is not None:
            told = self._with_reasons(shop, as_of, told, rhythms, reasons_for)
        return shop.at(as_of).per_customer(told)

    def estimate(self, row: dict[str, Any]) -> Estimate:
        """One customer's chance with its evidence, from a row of ``score``."""
        blend = self.learned.back_test.scores[0] if self.learned else None
        measures = ("auc", "average_precision", "lift", "brier", "calibration_error")
        test = {name: getattr(blend, name) for name in measures} if blend else {}
        if row["p_churn"] is None:
            lacking = self.missing or Missing("orders", 1)
            return Estimate(None, Evidence.OBSERVED, back_test=test, missing=lacking)
        low, high, n = (row[f"p_churn_{name}"] for name in ("low", "high", "n"))
        return Estimate(row["p_churn"], Evidence.OBSERVED, low, high, self.level, n, None, test)

    @property
    def scorer(self) -> Scorer:
        """What tells a customer's chance and reasons from their columns.

        Raises:
            ValueError: nothing was learned.
        """
        if self.learned is None:
            raise ValueError("Nothing was learned; see missing and cells.")
        known = self.learned
        reach = known.times.reach(self.level)
        return Scorer(known.members, known.blend, known.groups, reach)

    def _by_members(self, shop: Shop, as_of: date, rhythms: Table) -> Table:
        table = scored(shop, self.rule, as_of=as_of, parts=self.parts, rhythms=rhythms)
        needed = table.select("customer_id", *self.scorer.members.needed)
        tell, schema = self.scorer.chances(_id_type(table))
        return shop.engine.apply(needed, tell, schema)

    def _with_reasons(
        self, shop: Shop, as_of: date, told: Table, rhythms: Table, most: int
    ) -> Table:
        order = [ibis.desc("expected_loss"), ibis.desc("p_churn"), ibis.asc("customer_id")]
        first = told.order_by(order).limit(most).select("customer_id")
        people = shop.engine.hold(first)
        table = shop.engine.hold(
            scored(shop, self.rule, as_of=as_of, parts=self.parts, rhythms=rhythms, among=people)
        )
        tell, schema = self.scorer.reasons(_id_type(table))
        needed = table.select("customer_id", *self.scorer.members.needed)
        why = shop.engine.apply(needed, tell, schema)
        around = signals(shop, table, as_of=as_of)
        for part in (why, around):
            told = told.left_join(part, "customer_id").drop("customer_id_right")
        return told

    def _by_cells(self, shop: Shop, rhythms: Table) -> Table:
        nobody = ReturnRates(self.as_of, self.rule.longest, (), (), None, self.missing)
        known = self.cells or nobody
        rates = known.score_rhythms(shop, rhythms)
        some = rates.filter(rates.p_no_return.notnull())
        reasons = some.reasons.map(
            lambda one: ibis.struct(
                {"code": one["code"], "value": one["value"], "contribution": ibis.null("float64")}
            )
        )
        return some.select(
            "customer_id",
            p_churn=some.p_no_return,
            p_churn_low=some.low,
            p_churn_high=some.high,
            p_churn_n=some.n,
            churn_horizon_days=ibis.literal(known.horizon_days, "int64"),
            churn_reasons=reasons,
        )


def fit(
    shop: Shop,
    *,
    as_of: date,
    seed: int = 0,
    horizon_days: int | None = None,
    rule: HorizonRule | None = None,
    parts: Sequence[str] | None = None,
    most_customers: int = MOST_CUSTOMERS,
) -> ChurnWarning:
    """Learn from everything known before a date.

    Args:
        seed: of the sample and of the trees.
        horizon_days: the same horizon for everyone instead of ``rule``.
        rule: how long is too long for a person; None takes ``HorizonRule()``, shortened where the
            records are short.
        parts: of ``features.history`` to look at; None takes all of them up to
            ``history.THOROUGH_LINES`` lines and only the events above.
        most_customers: learn from a sample of about so many.
    """
    buying = shop.at(as_of).purchase_days
    told = buying.aggregate(first=buying.day.min(), customers=buying.customer_id.nunique())
    known = told.to_pyarrow().to_pylist()[0]
    days = (as_of - known["first"]).days if known["first"] else 0
    wanted = HorizonRule.fixed(horizon_days) if horizon_days else (rule or HorizonRule())
    wanted = wanted.within(days)
    past = past_dates(known["first"], as_of, wanted.longest)
    windows = with_season(past, known["first"], as_of)
    chosen = (PARTS if thorough(shop) else ("events",)) if parts is None else tuple(parts)
    blank = ChurnWarning(as_of, seed, wanted, chosen, windows, known["customers"], None, None, None)
    learned = None
    if windows and known["customers"] >= ENOUGH_CUSTOMERS:
        share = min(1.0, most_customers / known["customers"])
        table = seen(shop, windows, wanted, as_of=as_of, share=share, seed=seed, parts=chosen)
        cases = collected(table, windows)
        if cases.enough:
            # Matrices this small are not worth threads of the linear algebra.
            with threadpool_limits(limits=1):
                learned = learn(cases, as_of=as_of, opened=known["first"], level=LEVEL, seed=seed)
    return _finished(shop, blank, learned)


def _finished(shop: Shop, blank: ChurnWarning, learned: Learned | None) -> ChurnWarning:
    left_out = {} if trees.available() else {"trees": "LightGBM could not be loaded"}
    kept = _fields(blank) | {"versions": {one: version(one) for one in PACKAGES}}
    if learned is not None:
        if not learned.members.trees and not left_out:
            left_out = {"trees": "too few cases"}
        return ChurnWarning(**{**kept, "learned": learned, "left_out": left_out})
    rates = return_rates.fit(shop, as_of=blank.as_of)
    if rates.missing is not None:
        return ChurnWarning(**{**kept, "missing": rates.missing})
    return ChurnWarning(**{**kept, "cells": rates})


def _fields(warning: ChurnWarning) -> dict[str, Any]:
    return {name: getattr(warning, name) for name in warning.__dataclass_fields__}


def _learned(data: dict[str, Any]) -> Learned:
    members = data["members"]
    process, logistic = members["process"], members["logistic"]
    return Learned(
        members=Members(
            columns=tuple(members["columns"]),
            process=FamilyFit(**{**process, "parameters": tuple(process["parameters"])}),
            usual_process=members["usual_process"],
            logistic=Logistic.of(logistic),
            trees=members["trees"],
        ),
        blend=Blend(data["blend"]["intercept"], tuple(data["blend"]["weights"])),
        groups=tuple(Group(**group) for group in data["groups"]),
        back_test=BackTest.of(data["back_test"]),
        times=Times(**data["times"]),
    )


def _id_type(table: Table) -> pa.DataType:
    return table.schema()["customer_id"].to_pyarrow()


def _run_rate(shop: Shop, as_of: date) -> Table:
    days = shop.at(as_of).day_totals
    age = shop.at(as_of).today.delta(days.day, unit="day")
    spent = days.amount.sum(where=age <= 365)
    return days.group_by("customer_id").aggregate(expected_spend=spent.cast("int64").fill_null(0))


def _with_loss(told: Table, worth: Table) -> Table:
    joined = told.left_join(worth.select("customer_id", "expected_spend"), "customer_id")
    spend = joined.expected_spend.fill_null(0).clip(lower=0)
    loss = (joined.p_churn * spend + 0.5).floor().cast("int64")
    return joined.mutate(expected_loss=loss).drop("customer_id_right", "expected_spend")
