"""Measures of probabilities equal their definitions, case by case."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.insight.evaluation.probabilities import (
    auc,
    brier,
    calibration_curve,
    calibration_error,
    wilson,
)

predictions = st.lists(
    st.tuples(st.sampled_from((0.0, 0.1, 0.5, 0.9, 1.0)), st.integers(0, 4), st.integers(0, 4)),
    min_size=1,
    max_size=8,
).filter(lambda rows: any(up + down for _, up, down in rows))
quick = settings(deadline=None, derandomize=True, database=None, max_examples=50)


def arrays(rows: list[tuple]) -> tuple[np.ndarray, ...]:
    return tuple(np.array(column, dtype=float) for column in zip(*rows, strict=True))


def cases(rows: list[tuple]) -> list[tuple[float, int]]:
    return [(p, y) for p, up, down in rows for y in [1] * up + [0] * down]


@quick
@given(predictions)
def test_brier(rows: list[tuple]) -> None:
    each = [(p - y) ** 2 for p, y in cases(rows)]
    assert brier(*arrays(rows)) == pytest.approx(sum(each) / len(each))


@quick
@given(predictions)
def test_auc(rows: list[tuple]) -> None:
    up = [p for p, y in cases(rows) if y]
    down = [p for p, y in cases(rows) if not y]
    if not up or not down:
        assert auc(*arrays(rows)) is None
        return
    wins = sum((p > q) + (p == q) / 2 for p in up for q in down)
    assert auc(*arrays(rows)) == pytest.approx(wins / len(up) / len(down))


@quick
@given(predictions)
def test_calibration_error(rows: list[tuple]) -> None:
    every = cases(rows)
    gaps = 0.0
    for value in {p for p, _ in every}:
        outcomes = [y for p, y in every if p == value]
        gaps += abs(value * len(outcomes) - sum(outcomes))
    assert calibration_error(*arrays(rows)) == pytest.approx(gaps / len(every))


@quick
@given(predictions)
def test_the_calibration_curve_holds_every_case_once_and_rises(rows: list[tuple]) -> None:
    every = cases(rows)
    curve = calibration_curve(*arrays(rows), groups=3)
    assert sum(point.n for point in curve) == len(every)
    hits = sum(point.observed * point.n for point in curve)
    assert hits == pytest.approx(sum(y for _, y in every))
    assert [point.predicted for point in curve] == sorted(point.predicted for point in curve)
    assert 1 <= len(curve) <= 3


def test_wilson_against_published_values() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81/263 and 0/20 at 95%.
    assert wilson(81 / 263, 263, 0.95) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0.0, 20, 0.95) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1.0, 29, 0.95) == pytest.approx((0.8830, 1.0), abs=5e-5)
