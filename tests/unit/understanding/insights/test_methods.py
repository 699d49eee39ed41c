"""What the methods page says of the back-test."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.understanding.insights.methods import back_test_of

CURVE = [{"predicted": 0.2, "observed": 0.3, "n": 10}, {"predicted": 0.8, "observed": 0.8, "n": 9}]


def manifest(**test: Any) -> dict[str, Any]:
    held_back = {
        "tested_on": "2026-09-01",
        "fitted_on": ["2026-06-01"],
        "n": 19,
        "predicted": 0.5,
        "observed": 0.5,
        "brier": 0.1,
        "brier_of_share": 0.2,
        "calibration_error": 0.05,
        "auc": 0.9,
        "auc_of_recency": 0.8,
        "curve": CURVE,
    }
    rates = {"back_test": held_back | test, "missing": None, "cells": [], "horizon_days": 60}
    return {"return_rates": rates}


def test_a_good_back_test_says_nothing_more() -> None:
    found = back_test_of(manifest())
    assert (found.better, found.too_low, found.too_high) == (True, False, False)
    assert not found.no_better_order


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ({"observed": 0.6}, "too_low"),
        ({"observed": 0.4}, "too_high"),
        ({"auc": 0.7}, "no_better_order"),
    ],
)
def test_what_went_wrong_is_said(test: dict[str, Any], said: str) -> None:
    assert getattr(back_test_of(manifest(**test)), said)


def test_rates_worse_than_the_overall_share_are_not_called_better() -> None:
    assert not back_test_of(manifest(brier=0.3)).better


def test_too_little_data_says_what_is_missing() -> None:
    rates = {"back_test": None, "missing": {"what": "customers", "about": 12}, "cells": []}
    assert "12" in back_test_of({"return_rates": rates}).missing
