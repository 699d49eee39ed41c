"""Customers grouped by how they buy: fitted on a sample, scored in batches, followed over time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Table

from regulars.insight.evidence import Missing
from regulars.insight.features.sample import sampled
from regulars.insight.models.clusters.choice import (
    STRUCTURE,
    Candidate,
    chosen,
    judge,
    nearest,
    settle,
)
from regulars.insight.models.clusters.drift import Drift, Shift, drift, matched
from regulars.insight.models.clusters.inputs import FEATURES, VALUE, inputs
from regulars.insight.models.clusters.profile import Profile, Trait, named, traits_of
from regulars.insight.models.clusters.scaling import Scaling, fit_scaling, scaled, weighted
from regulars.insight.models.clusters.tree import Node, Tree, fit_tree
from regulars.insight.shop import Shop

FEWEST_BUYERS = 60
SAMPLED = 50_000
DIGITS = 6


@dataclass(frozen=True)
class Map:
    """The two directions in which customers differ most: weight of each feature, and how much of
    all difference both show (0 to 1). Principal components, Pearson (1901).
    """

    across: tuple[float, ...]
    up: tuple[float, ...]
    explained: float


@dataclass(frozen=True)
class Clusters:
    """A fitted segmentation; ``missing`` says what is lacking, and then there are no clusters.

    ``centres`` in the scaled space, one row per profile, in the order of ``profiles`` (by number).
    ``candidates`` holds both measures for every number of clusters that was tried; ``clear`` is
    false where clusters are slices of a continuum. ``drift`` is what changed since the model
    before, None without one. ``n`` customers were learned from, of ``buyers``.
    """

    as_of: date
    seed: int
    versions: Mapping[str, str]
    missing: Missing | None = None
    n: int = 0
    buyers: int = 0
    k: int = 0
    clear: bool = False
    scalings: tuple[Scaling, ...] = ()
    centres: tuple[tuple[float, ...], ...] = ()
    profiles: tuple[Profile, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    tree: Tree | None = None
    map: Map | None = None
    drift: Drift | None = None

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(one.feature for one in self.scalings)

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=date.isoformat, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Clusters:
        return cls(**_parsed(json.loads(text)))

    def score(self, shop: Shop, *, as_of: date) -> Table:
        """One row per known customer; empty for those who never bought.

        Columns: cluster (number, int8), cluster_sure (0 on the border to the next cluster, 1 at
        its own centre: one minus the distance to the own centre over that to the second).
        """
        if self.missing:
            nothing = {"cluster": ibis.null("int8"), "cluster_sure": ibis.null("float64")}
            return shop.at(as_of).customers.select("customer_id").mutate(**nothing)
        return self.score_inputs(shop, inputs(shop, as_of=as_of), as_of=as_of)

    def score_inputs(self, shop: Shop, known: Table, *, as_of: date) -> Table:
        """The same from ``inputs`` on ``as_of`` that were held before."""
        if self.missing:
            return self.score(shop, as_of=as_of)
        return shop.at(as_of).per_customer(self.placed(shop, known).drop("at"))

    def placed(self, shop: Shop, known: Table) -> Table:
        """at, customer_id, cluster, cluster_sure for the rows of a table like ``inputs``."""
        columns = {name: known[name].cast("float64") for name in self.features}
        needed = known.select("at", "customer_id", **columns)
        schema = pa.schema(
            [
                ("at", pa.date32()),
                ("customer_id", needed.customer_id.type().to_pyarrow()),
                ("cluster", pa.int8()),
                ("cluster_sure", pa.float64()),
            ]
        )
        return shop.engine.apply(needed, _placing(self, schema), schema)

    def assign(self, columns: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Number of the nearest cluster and how sure, from plain values with NaN for unknown."""
        points = scaled(self.scalings, dict(columns))
        index, sure = nearest(points, np.array(self.centres))
        return np.array([one.number for one in self.profiles])[index], sure


def fit(
    shop: Shop,
    *,
    as_of: date,
    seed: int = 0,
    previous: Clusters | None = None,
    known: Table | None = None,
) -> Clusters:
    """Clusters of the buyers known on a date.

    Args:
        previous: the model of the run before; what is still the same cluster keeps its number.
        known: ``inputs`` on ``as_of``, when they are held.
    """
    versions = {name: version(name) for name in ("scikit-learn", "numpy")}
    empty = Clusters(as_of, seed, versions)
    if known is None:
        known = shop.engine.hold(inputs(shop, as_of=as_of))
    columns, buyers = _learned_from(known, seed)
    if buyers < FEWEST_BUYERS:
        return replace(empty, missing=Missing("customers", FEWEST_BUYERS - buyers))
    scalings = weighted(_scalings(columns), columns)
    if len(scalings) < 2:
        return replace(empty, missing=Missing("orders", FEWEST_BUYERS))
    points = scaled(scalings, columns)
    judged = judge(points, seed)
    best = chosen([one for one, _ in judged], previous.k if previous else None)
    start = next(centres for one, centres in judged if one is best)
    centres = np.round(settle(points, start, seed), DIGITS)
    index, _sure = nearest(points, centres)
    numbers = _numbers(index, len(centres), columns, previous)
    order = np.argsort(numbers)
    model = replace(
        empty,
        n=len(points),
        buyers=buyers,
        k=best.k,
        clear=best.silhouette >= STRUCTURE,
        scalings=tuple(scalings),
        centres=tuple(tuple(float(one) for one in centres[place]) for place in order),
        candidates=tuple(one for one, _ in judged),
        map=_map(points),
    )
    return _described(model, columns, points, np.array(numbers)[index], best, numbers, previous)


def _described(
    model: Clusters,
    columns: Mapping[str, np.ndarray],
    points: np.ndarray,
    clusters: np.ndarray,
    best: Candidate,
    numbers: Sequence[int],
    previous: Clusters | None,
) -> Clusters:
    names = model.features
    plain = {
        one.feature: np.where(np.isnan(columns[one.feature]), one.fill, columns[one.feature])
        for one in model.scalings
    }
    change = None
    if previous is not None and _applies(previous, columns):
        change = drift(previous.assign(columns)[0], clusters, previous.as_of)
    return replace(
        model,
        profiles=_profiles(columns, points, names, clusters, best, numbers),
        tree=fit_tree(plain, names, clusters, model.seed),
        drift=change,
    )


def _profiles(
    columns: Mapping[str, np.ndarray],
    points: np.ndarray,
    names: Sequence[str],
    clusters: np.ndarray,
    best: Candidate,
    numbers: Sequence[int],
) -> tuple[Profile, ...]:
    spend = columns[VALUE]
    jaccard = dict(zip(numbers, best.jaccard, strict=True))
    present = sorted(numbers)
    traits = [traits_of(clusters == number, points, columns, names) for number in present]
    return tuple(
        Profile(
            number=number,
            name=name,
            traits=own,
            n=int((clusters == number).sum()),
            share=round(float((clusters == number).mean()), 4),
            spend_share=(
                round(float(spend[clusters == number].sum() / spend.sum()), 4)
                if spend.sum() > 0
                else None
            ),
            jaccard=jaccard[number],
        )
        for number, name, own in zip(present, named(traits), traits, strict=True)
    )


def _learned_from(known: Table, seed: int) -> tuple[dict[str, np.ndarray], int]:
    """The columns of a sample of buyers in the order of their ids, and the number of buyers."""
    buyers = int(known.count().to_pyarrow().as_py())
    if buyers > SAMPLED:
        known = known.filter(sampled(known.customer_id, SAMPLED / buyers, seed=seed))
    wanted = (*FEATURES, VALUE)
    ordered = known.order_by("customer_id")
    arrow = ordered.select(**{one: ordered[one].cast("float64") for one in wanted}).to_pyarrow()
    return {one: _floats(arrow.column(one)) for one in wanted}, buyers


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=float)


def _scalings(columns: Mapping[str, np.ndarray]) -> list[Scaling]:
    found = (fit_scaling(feature, columns[feature]) for feature in FEATURES)
    return [scaling for scaling in found if scaling is not None]


def _applies(previous: Clusters, columns: Mapping[str, np.ndarray]) -> bool:
    return not previous.missing and set(previous.features) <= set(columns)


def _numbers(
    index: np.ndarray, k: int, columns: Mapping[str, np.ndarray], previous: Clusters | None
) -> list[int]:
    """A number for each cluster: that of the model before, else 1 for the highest mean spend."""
    if previous is not None and _applies(previous, columns):
        earlier = previous.assign(columns)[0]
        return matched(earlier, index, [one.number for one in previous.profiles], k)
    worth = [-float(columns[VALUE][index == place].mean()) for place in range(k)]
    return [int(place) + 1 for place in np.argsort(np.argsort(worth, kind="stable"))]


def _map(points: np.ndarray) -> Map:
    """Signs are fixed by the strongest weight, so that the picture does not flip over."""
    centred = points - points.mean(axis=0)
    spread, directions = np.linalg.eigh(np.cov(centred.T))
    two = directions[:, ::-1][:, :2].T
    signed = [row * np.sign(row[np.abs(row).argmax()]) for row in two]
    across, up = (tuple(round(float(one), DIGITS) for one in row) for row in signed)
    return Map(across, up, round(float(spread[::-1][:2].sum() / spread.sum()), 4))


def _placing(model: Clusters, schema: pa.Schema) -> Callable[[pa.RecordBatch], pa.RecordBatch]:
    def place(batch: pa.RecordBatch) -> pa.RecordBatch:
        columns = {
            name: np.asarray(batch.column(name).to_numpy(zero_copy_only=False), dtype=float)
            for name in model.features
        }
        number, sure = model.assign(columns)
        told = [number.astype(np.int8), np.round(sure, DIGITS)]
        keys = [batch.column("at").cast(pa.date32()), batch.column("customer_id")]
        return pa.RecordBatch.from_arrays([*keys, *map(pa.array, told)], schema=schema)

    return place


def _parsed(data: dict[str, Any]) -> dict[str, Any]:
    """The fields of a model from their JSON form."""
    tuples: dict[str, Callable[[dict[str, Any]], Any]] = {
        "scalings": lambda one: Scaling(**one),
        "profiles": lambda one: Profile(
            **{
                **one,
                "name": tuple(one["name"]),
                "traits": tuple(Trait(**trait) for trait in one["traits"]),
            }
        ),
        "candidates": lambda one: Candidate(**{**one, "jaccard": tuple(one["jaccard"])}),
        "centres": tuple,
    }
    singles: dict[str, Callable[[dict[str, Any]], Any]] = {
        "missing": lambda one: Missing(**one),
        "tree": lambda one: Tree(
            **{
                **one,
                "nodes": tuple(Node(**node) for node in one["nodes"]),
                "found": tuple(tuple(pair) for pair in one["found"]),
            }
        ),
        "map": lambda one: Map(tuple(one["across"]), tuple(one["up"]), one["explained"]),
        "drift": lambda one: Drift(
            **{
                **one,
                "since": date.fromisoformat(one["since"]),
                "shifts": tuple(Shift(**shift) for shift in one["shifts"]),
            }
        ),
    }
    parsed = {**data, "as_of": date.fromisoformat(data["as_of"])}
    parsed |= {name: tuple(map(make, data[name])) for name, make in tuples.items()}
    parsed |= {name: make(data[name]) if data[name] else None for name, make in singles.items()}
    return parsed
