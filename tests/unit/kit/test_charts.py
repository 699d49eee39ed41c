"""Charts and grids before they are drawn."""

from __future__ import annotations

import json

import pytest

from regulars.kit.charts import Chart, Series
from regulars.kit.grids import shade


def forecast() -> Chart:
    return Chart(
        kind="line",
        sentence="About ¥200 a day.",
        x=["11/22", "11/23"],
        series=[
            Series("Actual", [20_000, None]),
            Series("Forecast", [None, 21_050], [None, 18_000], [None, 24_000], dashed=True),
        ],
        unit="money",
    )


def test_the_table_shows_the_same_numbers_as_the_drawing() -> None:
    rows = list(forecast().rows(sign="¥"))
    assert rows == [
        ("11/22", ["¥200", "—", "—"]),
        ("11/23", ["—", "¥211", "¥180 – ¥240"]),
    ]


def test_the_description_is_json() -> None:
    spec = forecast().spec(sign="¥", chinese=True)
    assert json.loads(json.dumps(spec)) == spec
    assert spec["series"][1]["low"] == [None, 18_000]


def test_a_series_with_a_value_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="one value per label"):
        Chart("bars", "", ["a", "b"], [Series("n", [1])])


def test_a_sixth_series_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 5"):
        Chart("line", "", ["a"], [Series(str(n), [1]) for n in range(6)])


def test_only_nothing_is_left_without_shade() -> None:
    assert [shade(value, 100) for value in (0, 1, 50, 100, 200)] == [0, 1, 4, 9, 9]
    assert shade(5, 0) == 0
