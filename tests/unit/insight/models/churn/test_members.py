"""The members: each does what its source says, and the blend weighs them honestly."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from regulars.insight.models.churn import blend, logistic, process, trees
from regulars.insight.models.churn.back_test import Group, crossed
from regulars.insight.models.churn.columns import COLUMNS, REASONS, telling
from regulars.insight.models.churn.scoring import intervals
from regulars.insight.models.clv.likelihood import FamilyFit

RANDOM = np.random.default_rng(4)


def process_of(*parameters: float) -> FamilyFit:
    return FamilyFit("mbg_nbd", parameters, 0.0, 1)


def case(purchase_days: int, recency: int, tenure: int, horizon: int) -> dict:
    names = ("purchase_days", "recency_days", "tenure_days", "horizon_days")
    values = (purchase_days, recency, tenure, horizon)
    return {name: np.array([float(value)]) for name, value in zip(names, values, strict=True)}


def test_no_purchase_is_what_simulated_customers_do() -> None:
    """Buyers of an MBG/NBD process, of those with the same history the share that stays away."""
    r, alpha, a, b = 1.2, 6.0, 0.8, 2.5
    people, weeks, horizon = 400_000, 20.0, 8.0
    rate = RANDOM.gamma(r, 1 / alpha, people)
    leave = RANDOM.beta(a, b, people)
    first = RANDOM.exponential(1 / rate)
    second = first + RANDOM.exponential(1 / rate)
    stays = RANDOM.random((2, people)) > leave
    # One repeat purchase between the weeks 11 and 13, none after it up to now.
    came = stays[0] & (first > 11) & (first < 13) & (~stays[1] | (second > weeks))
    away = ~stays[1] | (second > weeks + horizon)
    told = process.no_purchase(process_of(r, alpha, a, b), case(2, 56, 140, 56))
    assert float(told[0]) == pytest.approx(float(away[came].mean()), abs=0.01)


def test_the_chance_of_no_purchase_is_more_than_that_of_being_gone() -> None:
    fitted, one = process_of(1.0, 5.0, 0.7, 3.0), case(4, 20, 200, 60)
    assert process.no_purchase(fitted, one) > 1 - process.alive(fitted, one)


def test_the_logistic_regression_agrees_with_that_of_scikit_learn() -> None:
    values = RANDOM.normal(size=(500, 3)) * [1, 20, 300]
    outcome = (RANDOM.random(500) < 1 / (1 + np.exp(-values[:, 0]))).astype(float)
    ours = logistic.learn(values, outcome)
    design = ours.design(values)
    other = LogisticRegression(C=1 / logistic.RIDGE, tol=1e-10, max_iter=999).fit(design, outcome)
    assert np.allclose(ours.coefficients, other.coef_[0], atol=1e-4)
    assert np.allclose(ours.log_odds(values), other.decision_function(design), atol=1e-4)


def test_logistic_parts_add_up_around_the_middle_with_empty_cells() -> None:
    values = RANDOM.normal(size=(300, 2))
    values[::3, 1] = np.nan
    outcome = (RANDOM.random(300) < 0.4).astype(float)
    ours = logistic.learn(values, outcome)
    assert ours.marked == (1,)
    told = ours.parts(values).sum(axis=1) + ours.intercept
    assert np.allclose(told, ours.log_odds(values))


def test_tree_parts_add_up_to_the_log_odds() -> None:
    values = RANDOM.normal(size=(500, 3))
    outcome = (values[:, 0] + RANDOM.normal(size=500) > 0).astype(float)
    text = trees.learn(values, outcome, seed=1)
    assert text is not None
    assert np.allclose(trees.parts(text, values).sum(axis=1), trees.log_odds(text, values))


def test_trees_want_enough_cases() -> None:
    assert trees.learn(np.zeros((50, 2)), np.zeros(50), seed=1) is None


def test_the_blend_trusts_the_member_that_knows_and_never_less_than_nothing() -> None:
    truth = RANDOM.normal(size=60_000)
    outcome = (RANDOM.random(60_000) < 1 / (1 + np.exp(-truth))).astype(float)
    told = np.column_stack([RANDOM.normal(size=60_000), truth, -truth])
    found = blend.learn(told, outcome)
    assert found.weights[1] == pytest.approx(1, abs=0.15)
    assert min(found.weights) >= 0


def test_with_few_cases_members_count_alike() -> None:
    told = RANDOM.normal(size=(4, 2))
    found = blend.learn(told, np.array([1.0, 0.0, 1.0, 0.0]))
    assert np.allclose(found.weights, 0.5, atol=0.1)


def test_no_case_judges_what_it_taught() -> None:
    """An outcome turned round changes the chances of the other half alone."""
    told = RANDOM.normal(size=(400, 2))
    outcome = (RANDOM.random(400) < 0.5).astype(float)
    half = np.arange(400) % 2.0
    turned = np.where(half == 0, 1 - outcome, outcome)
    before, after = crossed(told, outcome, half), crossed(told, turned, half)
    assert np.array_equal(before[half == 0], after[half == 0])
    assert not np.allclose(before[half == 1], after[half == 1])


def test_an_interval_reaches_as_far_as_its_group_was_off() -> None:
    groups = (Group(0.0, 0.1, 0.1, 0.08, 0.13, 50), Group(0.2, 0.30, 0.34, 0.31, 0.37, 60))
    low, high, n = intervals(np.array([0.1, 0.2, 0.5]), groups, 0.0)
    assert np.allclose(low, [0.08, 0.2, 0.5])
    assert np.allclose(high, [0.13, 0.27, 0.57])
    assert n.tolist() == [50, 60, 60]


def test_drift_widens_an_interval_by_log_odds_and_squares_add_up() -> None:
    sure = (Group(0.0, 0.5, 0.5, 0.5, 0.5, 50),)
    low, high, _ = intervals(np.array([0.5]), sure, 1.0)
    assert np.allclose([low[0], high[0]], [1 / (1 + np.e), np.e / (1 + np.e)])
    unsure = (Group(0.0, 0.5, 0.5, 0.4, 0.5, 50),)
    wider, _, _ = intervals(np.array([0.5]), unsure, 1.0)
    assert wider[0] == pytest.approx(0.5 - np.hypot(0.1, 0.5 - low[0]))
    # Nobody is told less than nothing or more than certain.
    low, high, _ = intervals(np.array([0.0, 1.0]), unsure, 2.0)
    assert low.min() >= 0
    assert high.max() <= 1


def test_every_column_stands_under_one_reason() -> None:
    assert len(COLUMNS) == len(set(COLUMNS)) == sum(map(len, REASONS.values()))


def test_columns_that_say_nothing_are_left_out() -> None:
    empty = np.array([np.nan, np.nan])
    told = telling(
        {
            "overdue_ratio": np.array([1.0, 2.0]),
            "spend": np.array([3.0, 3.0]),
            "regularity": empty,
            "gap_cv": np.array([np.nan, 0.5]),
        }
    )
    assert set(told) == {"overdue_ratio", "gap_cv"}
