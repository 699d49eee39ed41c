"""Relations between who customers are and what they do: found when there, not when by chance."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from regulars.insight.engines import open_engine
from regulars.insight.features import relations
from regulars.insight.features.relations import (
    Relation,
    benjamini_hochberg,
    kruskal_wallis,
    who_relations,
    with_verdicts,
)


def told(n: int = 600, seed: int = 1, **columns: object) -> dict[tuple[str, str], dict]:
    """(dimension, measure) -> row, of n buyers with these columns."""
    random = np.random.default_rng(seed)
    plain = {"spend_365d": random.lognormal(8, 1, n), "average_order": random.lognormal(6, 1, n)}
    table = pa.table({"customer_id": range(n), "purchase_days": [1] * n, **plain, **columns})
    engine = open_engine("duckdb")
    customers = engine.read("customers", table)
    rows = who_relations(engine, customers).to_pyarrow().to_pylist()
    engine.close()
    return {(row["dimension"], row["measure"]): row for row in rows}


def test_a_trait_that_decides_the_spend_is_clear() -> None:
    sex = ["female", "male"] * 300
    spend = [1000.0 + at if one == "female" else 100.0 + at for at, one in enumerate(sex)]
    row = told(sex=sex, spend_365d=spend)["sex", "spend"]
    assert row["verdict"] == "clear"
    assert (row["highest"], row["lowest"]) == ("female", "male")
    assert row["low"] <= row["size"] <= row["high"]


def test_a_trait_that_has_nothing_to_do_with_it_is_none() -> None:
    for seed in range(3):
        assert told(sex=["female", "male"] * 300, seed=seed)["sex", "spend"]["verdict"] == "none"


def test_many_comparisons_by_chance_make_no_finding() -> None:
    random = np.random.default_rng(7)
    traits = ("sex", "region", "occupation", "income_band", "source", "age_band", "top_channel")
    columns = {name: random.choice(["a", "b", "c"], 600).tolist() for name in traits}
    rows = told(**columns).values()
    assert len(rows) > 15
    assert {row["verdict"] for row in rows} == {"none"}
    # The control: without the correction chance alone would have made some.
    assert min(row["p"] for row in rows) < 0.05


def test_a_certain_but_tiny_difference_is_none() -> None:
    n = 40_000
    spend = np.random.default_rng(2).normal(0, 1, n) + np.tile([0, 0.06], n // 2)
    row = told(n, sex=["female", "male"] * (n // 2), spend_365d=spend)["sex", "spend"]
    assert row["p_adjusted"] < 0.001
    assert row["verdict"] == "none"


def test_too_few_customers_tell_nothing_but_their_number() -> None:
    row = told(40, sex=["female", "male"] * 20)["sex", "spend"]
    assert (row["verdict"], row["n"], row["p"]) == ("too_few", 40, None)


def test_groups_of_a_handful_are_left_out() -> None:
    region = ["east"] * 300 + ["west"] * 295 + ["moon"] * 5
    row = told(region=region)["region", "spend"]
    assert (row["groups"], row["n"]) == (2, 595)


def test_what_is_not_recorded_counts_for_nothing() -> None:
    row = told(sex=["female", None, "male"] * 200)["sex", "spend"]
    assert row["n"] == 400


def test_two_groupings_that_go_together_are_found_by_counts() -> None:
    sex = ["female", "male"] * 300
    channel = ["web" if one == "female" else "store" for one in sex]
    row = told(sex=sex, top_channel=channel)["sex", "channel"]
    assert (row["test"], row["verdict"]) == ("chi_square", "clear")
    assert row["size"] == pytest.approx(1, abs=0.01)


def test_order_of_the_customers_does_not_matter() -> None:
    random = np.random.default_rng(3)
    sex, spend = random.choice(["f", "m"], 600), random.lognormal(8, 1, 600)
    order = random.permutation(600)
    rest = {"average_order": [1.0] * 600}
    one = told(sex=sex.tolist(), spend_365d=spend, **rest)
    other = told(sex=sex[order].tolist(), spend_365d=spend[order], **rest)
    assert one == other


def test_the_statistic_is_that_of_the_literature() -> None:
    random = np.random.default_rng(4)
    values, place = random.integers(0, 9, 200).astype(float), random.integers(0, 3, 200)
    expected = stats.kruskal(*(values[place == one] for one in range(3))).statistic
    assert kruskal_wallis(values, place, 3) == pytest.approx(expected)


def test_the_correction_is_that_of_benjamini_and_hochberg() -> None:
    p = [0.04, 0.001, 0.5, 0.03, 0.03]
    assert benjamini_hochberg(p) == pytest.approx(list(stats.false_discovery_control(p)))
    assert benjamini_hochberg([]) == []


def test_the_interval_of_a_size_covers_it_as_often_as_it_says() -> None:
    df, truth, tries = 3, 12.0, 150
    seen = stats.ncx2.rvs(df, truth, size=tries, random_state=6)
    held = [low <= truth <= high for low, high in (relations._noncentral(x, df) for x in seen)]
    assert 0.73 < np.mean(held) < 0.87


def test_only_a_sure_relation_of_some_size_gets_a_verdict() -> None:
    def one(p: float, size: float) -> Relation:
        tested = ("kruskal_wallis", "epsilon_squared", 100, 2)
        return Relation("sex", "spend", *tested, statistic=1.0, p=p, size=size)

    found = with_verdicts([one(0.001, 0.1), one(0.001, 0.02), one(0.001, 0.001), one(0.9, 0.2)])
    assert [relation.verdict for relation in found] == ["clear", "weak", "none", "none"]
