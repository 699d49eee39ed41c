"""Ranking measures agree with scikit-learn and do not care for the order of ties."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from regulars.insight.evaluation.ranking import average_precision, lift

RANDOM = np.random.default_rng(2)


def test_average_precision_equals_that_of_scikit_learn_with_ties() -> None:
    score = RANDOM.integers(0, 9, 200).astype(float)
    positive = (RANDOM.random(200) < 0.3).astype(float)
    expected = average_precision_score(positive, score)
    assert average_precision(score, positive) == pytest.approx(expected)


def test_lift_compares_the_highest_tenth_with_everyone() -> None:
    score = np.arange(100.0)
    positive = (score >= 80).astype(float)
    assert lift(score, positive) == pytest.approx(5)
    assert lift(-score, positive) == 0


def test_ties_at_the_border_count_in_proportion() -> None:
    positive = np.array([1.0] * 5 + [0.0] * 15)
    assert lift(np.zeros(20), positive) == pytest.approx(1)
    assert lift(np.zeros(20), positive[::-1].copy()) == pytest.approx(1)


def test_without_a_positive_case_there_is_nothing_to_tell() -> None:
    assert average_precision(np.ones(3), np.zeros(3)) is None
    assert lift(np.ones(3), np.zeros(3)) is None
