"""The fitted model of who may grow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from typing import Any

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.evaluation.probabilities import CurvePoint
from regulars.insight.evidence import Missing
from regulars.insight.features.history import history, thorough
from regulars.insight.features.rhythm import held_rhythm
from regulars.insight.models.clusters.scaling import Scaling
from regulars.insight.models.potential.cases import (
    FEATURES,
    FEATURES_OF,
    SUBJECTS,
    Cases,
    cases_of,
    parts_of,
    past_windows,
)
from regulars.insight.models.potential.learning import (
    FEWEST_GROWN,
    LEVEL,
    Group,
    GrowthTest,
    Learned,
    back_test,
    learn,
)
from regulars.insight.models.potential.scoring import ANSWERS, EMPTY, scoring
from regulars.insight.shop import Shop, Snapshot

SAMPLED = 25_000
FEWEST_BUYERS = 100
FEWEST_LITTLE = 200


@dataclass(frozen=True)
class Potential:
    """The fitted model; ``missing`` says what is lacking.

    ``little_upto`` (minor units) is the median spend of the horizon before ``as_of``,
    ``grown_from`` its 75% point. ``basis`` is "history" (all that is looked at) or "spend", where
    in the back-test ranking by present spend alone did better.
    """

    as_of: date
    seed: int
    versions: Mapping[str, str]
    horizon_days: int
    missing: Missing | None = None
    windows: tuple[date, ...] = ()
    little_upto: float = 0.0
    grown_from: float = 0.0
    basis: str = ""
    learned: Learned | None = None
    back_test: GrowthTest | None = None
    level: float = LEVEL

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=date.isoformat, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Potential:
        return cls(**_parsed(json.loads(text)))

    def score(self, shop: Shop, *, as_of: date) -> Table:
        """One row per known customer; empty for all but those who spend little.

        Columns: p_grow (chance of growing within ``horizon_days``), p_grow_low, p_grow_high (at
        ``level``), p_grow_n (customers behind it), potential ("high" or empty), grow_reasons (the
        three features that lift the chance most: code, value, contribution in log odds against
        a customer in the middle of the shop).
        """
        snapshot = shop.at(as_of)
        if self.learned is None:
            nothing = {name: ibis.null(kind) for name, kind in EMPTY.items()}
            return snapshot.customers.select("customer_id").mutate(**nothing)
        little = shop.engine.hold(self._little(snapshot))
        known = history(
            shop,
            [as_of],
            parts=parts_of([one.feature for one in self.learned.scalings]),
            subjects=SUBJECTS,
            among=little,
            rhythms=held_rhythm(shop, as_of=as_of),
        )
        columns = {one.feature: known[one.feature].cast("float64") for one in self.learned.scalings}
        needed = known.select("customer_id", **columns)
        schema = pa.schema([("customer_id", needed.customer_id.type().to_pyarrow()), *ANSWERS])
        told = shop.engine.apply(needed, scoring(self.learned, schema), schema)
        return snapshot.per_customer(told)

    def _little(self, snapshot: Snapshot) -> Table:
        """customer_id of those who bought in the horizon and spent little."""
        days = snapshot.day_totals
        recent = days.filter(snapshot.today.delta(days.day, unit="day") <= self.horizon_days)
        spent = recent.group_by("customer_id").aggregate(
            spend=total(recent.amount), bought=recent.bought.any()
        )
        return spent.filter(spent.bought & (spent.spend <= self.little_upto)).select("customer_id")


def fit(shop: Shop, *, as_of: date, seed: int = 0) -> Potential:
    """The chances from everything known before a date."""
    versions = {name: version(name) for name in ("scikit-learn", "numpy")}
    days = shop.at(as_of).day_totals
    bought = days.filter(days.bought)
    seen = bought.aggregate(first=bought.day.min(), buyers=bought.customer_id.nunique())
    first, buyers = seen.to_pyarrow().to_pylist()[0].values()
    horizon, windows = past_windows(first, as_of)
    empty = Potential(as_of, seed, versions, horizon)
    if not windows:
        known = (as_of - first).days if first else 0
        return replace(empty, missing=Missing("days", 2 * horizon - known))
    if buyers < FEWEST_BUYERS:
        return replace(empty, missing=Missing("customers", FEWEST_BUYERS - buyers))
    features = FEATURES if thorough(shop) else FEATURES_OF["days"]
    share = min(1.0, SAMPLED / buyers)
    cases = cases_of(shop, as_of, windows, horizon, share, seed, features)
    little, grew = int(cases.little.sum()), int(cases.grew[cases.little].sum())
    if little < FEWEST_LITTLE or grew < FEWEST_GROWN:
        lacking = max(FEWEST_LITTLE - little, 2 * (FEWEST_GROWN - grew))
        return replace(empty, missing=Missing("customers", lacking))
    basis, names, test = _better(cases, windows, horizon, features, seed)
    return replace(
        empty,
        windows=tuple(windows),
        little_upto=cases.little_upto,
        grown_from=cases.grown_from,
        basis=basis,
        learned=learn(cases.some(cases.little), names, seed),
        back_test=test,
    )


def _better(
    cases: Cases, windows: list[date], horizon: int, features: tuple[str, ...], seed: int
) -> tuple[str, tuple[str, ...], GrowthTest | None]:
    """These features, unless the spend of the horizon alone ranked better on the past."""
    test = back_test(cases, windows, horizon, features, seed)
    if test is None or test.auc is None or test.auc_of_spend is None:
        return "history", features, test
    if test.auc >= test.auc_of_spend:
        return "history", features, test
    alone = (f"spend_{horizon}d",)
    return "spend", alone, back_test(cases, windows, horizon, alone, seed)


def _parsed(data: dict[str, Any]) -> dict[str, Any]:
    """The fields of a model from their JSON form."""
    test, learned = data["back_test"], data["learned"]
    if test:
        curve = tuple(CurvePoint(**point) for point in test["curve"])
        tested_on = date.fromisoformat(test["tested_on"])
        test = GrowthTest(**{**test, "tested_on": tested_on, "curve": curve})
    if learned:
        parts = {
            "scalings": tuple(Scaling(**one) for one in learned["scalings"]),
            "weights": tuple(learned["weights"]),
            "groups": tuple(Group(**one) for one in learned["groups"]),
        }
        learned = Learned(**{**learned, **parts})
    return {
        **data,
        "as_of": date.fromisoformat(data["as_of"]),
        "missing": Missing(**data["missing"]) if data["missing"] else None,
        "windows": tuple(date.fromisoformat(day) for day in data["windows"]),
        "learned": learned,
        "back_test": test,
    }
