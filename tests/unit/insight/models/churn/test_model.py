"""A churn warning keeps the promises of a model and is judged on what it had not seen."""

from __future__ import annotations

import random
from datetime import date, timedelta
from math import exp

import numpy as np
import pyarrow as pa
import pytest

from regulars.insight.evidence import Evidence, Missing
from regulars.insight.features.rhythm import rhythm
from regulars.insight.models import churn
from regulars.insight.models.churn import ChurnWarning, HorizonRule, trees
from regulars.insight.models.churn.target import past_dates, scored
from tests.unit.insight.models.churn.shops import leaving
from tests.unit.insight.shops import AS_OF, line, opened, rows_of

ROWS = leaving(260)
RETURNER = line("returner", AS_OF - timedelta(days=9), -50)
PARTS = ()
"""Columns from the lines cost time and teach these tests nothing."""


@pytest.fixture(scope="module", autouse=True)
def few_trees():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trees, "ROUNDS", 30)
        yield


def fit(shop, as_of: date = AS_OF, **options) -> ChurnWarning:
    return churn.fit(shop, as_of=as_of, parts=PARTS, **options)


@pytest.fixture(scope="module")
def shop():
    with opened([*ROWS, RETURNER]) as found:
        yield found


@pytest.fixture(scope="module")
def warning(shop) -> ChurnWarning:
    return fit(shop)


@pytest.fixture(scope="module")
def scores(shop, warning) -> dict:
    return rows_of(warning.score(shop, as_of=AS_OF))


def test_everyone_known_has_one_row_and_buyers_a_chance_within_its_interval(scores) -> None:
    assert scores.keys() == {row["customer_id"] for row in [*ROWS, RETURNER]}
    for who, row in scores.items():
        if who == "returner":
            assert set(row.values()) == {None}
        else:
            assert 0 <= row["p_churn_low"] <= row["p_churn"] <= row["p_churn_high"] <= 1
            assert row["p_churn_n"] > 0
            assert 30 <= row["churn_horizon_days"] <= 180


def test_those_long_gone_are_told_from_those_who_just_came(shop, scores) -> None:
    told = (
        scored(shop, HorizonRule(), as_of=AS_OF, parts=(), rhythms=rhythm(shop, as_of=AS_OF))
        .to_pyarrow()
        .to_pylist()
    )
    late = [scores[row["customer_id"]]["p_churn"] for row in told if row["overdue_ratio"] > 6]
    fine = [scores[row["customer_id"]]["p_churn"] for row in told if row["overdue_ratio"] < 0.8]
    assert np.mean(late) > 0.85
    assert np.mean(fine) < 0.35


def test_the_back_test_learns_only_what_was_over_by_its_date(warning) -> None:
    assert warning.learned is not None
    test = warning.learned.back_test
    assert test.by == "date"
    assert all(day < test.tested_on for day in test.fitted_on)
    assert test.tested_on + timedelta(days=warning.rule.longest) <= AS_OF
    found = {one.name: one for one in test.scores}
    assert found["blend"].auc > found["recency"].auc > 0.5
    assert found["blend"].brier < found["share"].brier


def test_reasons_are_contributions_that_add_up_to_the_log_odds(shop, warning) -> None:
    table = scored(
        shop, warning.rule, as_of=AS_OF, parts=PARTS, rhythms=rhythm(shop, as_of=AS_OF)
    ).order_by("customer_id")
    rows = table.to_pyarrow()
    scorer = warning.scorer
    _, sums = scorer.contributions(rows)
    tell, _ = scorer.chances(pa.string())
    p = tell(rows.combine_chunks().to_batches()[0]).column("p_churn").to_numpy()
    # What is left is the base, the same for everyone.
    base = np.log(p / (1 - p)) - sums.sum(axis=1)
    assert np.ptp(base) < 1e-6


def test_the_strongest_reasons_come_first(scores) -> None:
    told = [row["churn_reasons"] for row in scores.values() if row["churn_reasons"]]
    assert len(told) == len(scores) - 1
    for reasons in told:
        strength = [abs(one["contribution"]) for one in reasons]
        assert len(reasons) == 3
        assert strength == sorted(strength, reverse=True)


def test_only_those_with_most_to_lose_get_reasons_when_there_are_many(shop, warning) -> None:
    rows = rows_of(warning.score(shop, as_of=AS_OF, reasons_for=20))
    told = {who for who, row in rows.items() if row["churn_reasons"]}
    losses = {who: row["expected_loss"] or 0 for who, row in rows.items()}
    assert len(told) == 20
    assert min(losses[who] for who in told) >= max(losses[who] for who in losses.keys() - told)


def test_the_loss_is_the_chance_times_what_they_may_spend(shop, warning) -> None:
    spend = pa.table({"customer_id": ["p1", "p2"], "expected_spend": [10_000, -5]})
    table = shop.engine.read("spend", spend)
    rows = rows_of(warning.score(shop, as_of=AS_OF, spend=table, reasons_for=1))
    assert rows["p1"]["expected_loss"] == pytest.approx(rows["p1"]["p_churn"] * 10_000, abs=1)
    assert (rows["p2"]["expected_loss"], rows["p3"]["expected_loss"]) == (0, 0)


def test_survives_json(warning) -> None:
    assert ChurnWarning.from_json(warning.to_json()) == warning


def test_neither_later_rows_nor_the_order_of_rows_change_anything(warning) -> None:
    later = [line("p1", AS_OF, 900), line("later", AS_OF, 900)]
    shuffled = random.Random(1).sample([*ROWS, RETURNER, *later], len(ROWS) + 3)
    with opened(shuffled) as other:
        assert fit(other) == warning
        # The control: what was bought a day earlier counts.
        assert fit(other, AS_OF + timedelta(days=1)).customers == warning.customers + 1


def test_an_estimate_carries_its_evidence(warning, scores) -> None:
    estimate = warning.estimate(scores["p1"])
    assert estimate.kind is Evidence.OBSERVED
    assert (estimate.value, estimate.level) == (scores["p1"]["p_churn"], 0.8)
    assert estimate.back_test["auc"] > 0.5
    assert warning.estimate(scores["returner"]).missing == Missing("orders", 1)


def test_a_fixed_horizon_is_everyones(shop) -> None:
    fixed = fit(shop, horizon_days=45)
    rows = rows_of(fixed.score(shop, as_of=AS_OF))
    assert {row["churn_horizon_days"] for row in rows.values()} == {45, None}


def test_a_small_shop_gets_the_shares_of_those_before(shop) -> None:
    with opened(leaving(90)) as small:
        told = fit(small)
        rows = rows_of(told.score(small, as_of=AS_OF))
    assert (told.learned, told.missing) == (None, None)
    assert told.cells is not None
    assert {one["code"] for one in rows["p1"]["churn_reasons"]} >= {"overdue_ratio"}
    assert ChurnWarning.from_json(told.to_json()) == told


@pytest.mark.parametrize("people", [0, 1, 12])
def test_too_small_a_shop_says_what_is_missing(people: int) -> None:
    with opened(leaving(people)) as tiny:
        told = fit(tiny)
        rows = rows_of(told.score(tiny, as_of=AS_OF))
    assert told.missing is not None
    assert told.missing.about > 0
    assert {row["p_churn"] for row in rows.values()} <= {None}
    assert ChurnWarning.from_json(told.to_json()) == told


def test_without_lightgbm_the_others_stand_alone(shop, monkeypatch) -> None:
    monkeypatch.setattr(trees, "available", lambda: False)
    told = fit(shop)
    assert told.learned is not None
    assert told.learned.members.names == ("process", "logistic")
    assert "trees" in told.left_out


def test_the_horizon_is_twice_the_usual_gap_within_bounds() -> None:
    rule = HorizonRule()
    with opened(ROWS) as found:
        told = rhythm(found, as_of=AS_OF)
        table = scored(found, rule, as_of=AS_OF, parts=(), rhythms=told).to_pyarrow().to_pylist()
    for row in table:
        wanted = int(2 * row["usual_gap_days"] + 0.5)
        assert row["horizon_days"] == min(max(wanted, 30), 180)


def test_a_short_past_shortens_the_longest_horizon() -> None:
    assert HorizonRule().within(178).longest == 50
    assert HorizonRule().within(20).longest == 30
    assert HorizonRule.fixed(60).within(20) == HorizonRule.fixed(60)


def test_past_dates_end_before_as_of_and_stand_closer_when_there_are_few() -> None:
    year = past_dates(AS_OF - timedelta(days=365), AS_OF, 60)
    assert year[0] == AS_OF - timedelta(days=60)
    assert (year[0] - year[1]).days == 30
    short = past_dates(AS_OF - timedelta(days=150), AS_OF, 60)
    assert (short[0] - short[1]).days == 15
    assert past_dates(None, AS_OF, 60) == ()


def test_the_mean_chance_is_what_was_seen_on_the_past_dates(warning) -> None:
    learned = warning.learned
    moved = learned.blend.moved_to(
        np.zeros((4, len(learned.blend.weights))), np.array([1, 0, 0, 0])
    )
    assert 1 / (1 + exp(-moved.intercept)) == pytest.approx(0.25)
