"""Clusters find kinds of customers that are there, name them, keep their numbers and say so."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from regulars import insight
from regulars.insight.evidence import Missing
from regulars.insight.features.history import history
from regulars.insight.models import clusters
from regulars.insight.models.clusters import Clusters
from regulars.insight.models.clusters.figures import (
    by_cluster,
    cluster_map,
    cluster_months,
    month_starts,
)
from regulars.insight.models.clusters.inputs import FEATURES, inputs, sampled_inputs
from tests.unit.insight.models.clusters.shops import KINDS, kind_of, three_kinds
from tests.unit.insight.shops import AS_OF, assert_same, busy_lines, line, opened, rows_of

ROWS = three_kinds()


@pytest.fixture(scope="module")
def shop() -> Iterator[insight.Shop]:
    with opened([*ROWS, line("returner", AS_OF - timedelta(days=9), -50)]) as one:
        one.at(AS_OF).hold()
        yield one


@pytest.fixture(scope="module")
def model(shop: insight.Shop) -> Clusters:
    return clusters.fit(shop, as_of=AS_OF)


@pytest.fixture(scope="module")
def scores(shop: insight.Shop, model: Clusters) -> dict:
    return rows_of(model.score(shop, as_of=AS_OF))


def test_the_kinds_are_found(model: Clusters, scores: dict) -> None:
    assert model.k == 3
    assert model.clear
    by_kind = {kind: Counter() for kind in KINDS}
    for who, row in scores.items():
        if who != "returner":
            by_kind[kind_of(who)][row["cluster"]] += 1
    assert all(len(found) == 1 for found in by_kind.values())
    assert len({next(iter(found)) for found in by_kind.values()}) == 3


def test_the_first_number_is_the_most_valuable(model: Clusters, scores: dict) -> None:
    # dear: 4 × 500 in the year, often: 12 × 30, gone: next to nothing.
    assert scores["dear-0"]["cluster"] == 1
    assert scores["often-0"]["cluster"] == 2
    assert scores["gone-0"]["cluster"] == 3
    assert [one.number for one in model.profiles] == [1, 2, 3]
    assert model.profiles[0].spend_share == max(one.spend_share for one in model.profiles)


def test_names_say_what_sets_them_apart(model: Clusters) -> None:
    dear, often, gone = (set(one.name) for one in model.profiles)
    assert dear & {"day_amount+", "distinct_category+"}
    assert often & {"purchase_days+", "recency_days-", "day_amount-"}
    assert gone & {"recency_days+", "discount_share+", "purchase_days-"}
    assert len({one.name for one in model.profiles}) == 3


def test_profiles_hold_the_medians_that_were_seen(shop: insight.Shop, model: Clusters) -> None:
    rows = history(shop, [AS_OF], parts=("lines", "breadth")).to_pyarrow().to_pylist()
    often = [row for row in rows if kind_of(row["customer_id"]) == "often"]
    others = [row for row in rows if kind_of(row["customer_id"]) in ("dear", "gone")]
    trait = model.profiles[1].trait("recency_days")
    assert trait is not None
    assert trait.median == np.median([row["recency_days"] for row in often])
    assert trait.rest == np.median([row["recency_days"] for row in others])
    assert trait.difference < 0


def test_the_tree_says_the_clusters_with_its_accuracy(model: Clusters) -> None:
    tree = model.tree
    assert tree is not None
    assert tree.accuracy > 0.95
    assert tree.low <= tree.accuracy <= tree.high
    assert tree.base == pytest.approx(1 / 3, abs=0.01)
    assert {number for number, _found in tree.found} == {1, 2, 3}


def test_who_never_bought_stands_in_no_cluster(scores: dict) -> None:
    assert scores["returner"] == {"cluster": None, "cluster_sure": None}
    known = [row for who, row in scores.items() if who != "returner"]
    assert all(0 <= row["cluster_sure"] <= 1 for row in known)


def test_order_of_the_rows_does_not_matter(model: Clusters) -> None:
    with opened(random.Random(1).sample(ROWS, len(ROWS))) as other:
        assert clusters.fit(other, as_of=AS_OF).to_json() == model.to_json()


def test_later_rows_change_nothing(model: Clusters) -> None:
    later = [line(f"often-{n}", AS_OF, 99_999, order_id=n) for n in range(40)]
    with opened([*ROWS, *later]) as now:
        assert clusters.fit(now, as_of=AS_OF).to_json() == model.to_json()
        # The control: a day later the same rows do count.
        assert clusters.fit(now, as_of=AS_OF + timedelta(days=1)).centres != model.centres


def test_survives_json(shop: insight.Shop, model: Clusters, scores: dict) -> None:
    again = Clusters.from_json(model.to_json())
    assert again == model
    assert rows_of(again.score(shop, as_of=AS_OF)) == scores


def test_too_few_buyers_say_how_many_are_missing() -> None:
    with opened(three_kinds(each=10)) as small:
        found = clusters.fit(small, as_of=AS_OF)
        assert found.missing == Missing("customers", 30)
        assert {row["cluster"] for row in rows_of(found.score(small, as_of=AS_OF)).values()} == {
            None
        }
        assert Clusters.from_json(found.to_json()) == found
        known = inputs(small, as_of=AS_OF)
        assert cluster_map(small, found, known).count().to_pyarrow().as_py() == 0
        assert cluster_months(small, found, as_of=AS_OF).count().to_pyarrow().as_py() == 0


def test_the_same_clusters_keep_their_numbers(shop: insight.Shop, model: Clusters) -> None:
    """Numbers follow the earlier run even where value would order them otherwise."""
    turned = {1: 3, 2: 1, 3: 2}
    profiles = [replace(one, number=turned[one.number]) for one in model.profiles]
    order = sorted(range(3), key=lambda place: profiles[place].number)
    earlier = replace(
        model,
        profiles=tuple(profiles[place] for place in order),
        centres=tuple(model.centres[place] for place in order),
    )
    now = clusters.fit(shop, as_of=AS_OF, previous=earlier)
    found = rows_of(now.score(shop, as_of=AS_OF))
    assert [found[who]["cluster"] for who in ("dear-0", "often-0", "gone-0")] == [3, 1, 2]
    assert now.drift is not None
    assert now.drift.moved == 0
    # The control: without the run before, value orders them.
    assert model.drift is None


def test_the_map_shows_every_cluster_and_nobody_by_id(shop: insight.Shop, model: Clusters) -> None:
    drawn = cluster_map(shop, model, inputs(shop, as_of=AS_OF))
    assert drawn.columns == ("cluster", "x", "y")
    points = drawn.to_pyarrow().to_pylist()
    assert len(points) == 120
    assert {point["cluster"] for point in points} == {1, 2, 3}
    assert model.map is not None
    assert 0 < model.map.explained <= 1


def test_months_begin_with_the_shop_and_end_with_the_run() -> None:
    assert month_starts(None, AS_OF) == [AS_OF]
    assert month_starts(AS_OF - timedelta(days=40), AS_OF + timedelta(days=9)) == [
        AS_OF.replace(year=2025, month=12),
        AS_OF,
        AS_OF + timedelta(days=9),
    ]
    assert len(month_starts(AS_OF - timedelta(days=4000), AS_OF)) == 13


def test_people_who_move_are_counted_where_they_come_from(
    shop: insight.Shop, model: Clusters, scores: dict
) -> None:
    rows = cluster_months(shop, model, as_of=AS_OF).to_pyarrow().to_pylist()
    last = {row["cluster"]: row for row in rows if row["month"] == AS_OF}
    assert sum(row["customers"] for row in last.values()) == 120
    now = Counter(row["cluster"] for row in scores.values() if row["cluster"])
    assert {number: row["customers"] for number, row in last.items()} == now
    before = {row["cluster"]: row for row in rows if row["month"] < AS_OF}
    for number, row in last.items():
        gained = row["arrived"] - row["left"]
        assert row["customers"] == before[number]["customers"] + gained
    assert sum(row["share"] for row in last.values()) == pytest.approx(1)


def test_sums_by_cluster_are_those_of_its_customers() -> None:
    table = pa.table(
        {
            "customer_id": [1, 2, 3, 4],
            "cluster": pa.array([1, 1, 2, None], pa.int8()),
            **{name: [1, 2, 4, 8] for name in ("spend", "spend_365d", "purchases")},
            "purchase_days": [1, 1, 1, 0],
        }
    )
    with opened([]) as empty:
        rows = by_cluster(empty.engine.read("customers", table)).to_pyarrow().to_pylist()
    assert [(row["cluster"], row["customers"], row["spend"]) for row in rows] == [
        (1, 2, 3),
        (2, 1, 4),
    ]


def test_inputs_are_what_the_history_says() -> None:
    """One pass for everybody and the history of a sample tell the same customers the same."""
    with opened(busy_lines(400)) as busy:
        quick = rows_of(inputs(busy, as_of=AS_OF).drop("at"))
        slow = sampled_inputs(busy, [AS_OF], share=1, seed=0, as_of=AS_OF)
        assert_same(quick, rows_of(slow.drop("at", "spend_30d")))
    told = {name for row in quick.values() for name, value in row.items() if value}
    assert told >= set(FEATURES)
