"""No estimate without what stands behind it."""

from __future__ import annotations

import pytest

from regulars.insight import Estimate, Evidence, Missing


def test_survives_json() -> None:
    estimate = Estimate(0.4, Evidence.OBSERVED, 0.3, 0.5, 0.8, 120, back_test={"brier": 0.1})
    assert Estimate.from_json(estimate.to_json()) == estimate
    lacking = Estimate(None, Evidence.OBSERVED, missing=Missing("customers", 12))
    assert Estimate.from_json(lacking.to_json()) == lacking


def test_a_count_needs_no_interval() -> None:
    assert Estimate(12, Evidence.COUNTED).value == 12


def test_an_estimate_without_an_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="interval"):
        Estimate(0.4, Evidence.OBSERVED, n=12)


def test_a_value_outside_its_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        Estimate(0.6, Evidence.RANDOMISED, 0.3, 0.5, 0.8, 120)


def test_no_value_must_say_what_is_missing() -> None:
    with pytest.raises(ValueError, match="missing"):
        Estimate(None, Evidence.OBSERVED)
