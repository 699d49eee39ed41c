"""Figures about who buys and how: they add up, show their intervals and say what is unknown."""

from __future__ import annotations

from datetime import date
from math import sqrt
from statistics import mean, stdev

import numpy as np
import pyarrow as pa
import pytest
from ibis.expr.types import Table

from regulars import insight
from regulars.insight import behaviour
from regulars.insight.engines import open_engine
from regulars.insight.features import cycle, line_counts, price_response, timing, who_figures
from tests.unit.insight.shops import AS_OF, busy_lines, line, opened

LINES = busy_lines(400)


def customers(rows: list[dict], engine: insight.engines.Engine) -> Table:
    return engine.read("customers", pa.Table.from_pylist(rows))


def buyer(n: int, **more: object) -> dict:
    plain = {"customer_id": n, "purchase_days": 2, "purchases": 2, "average_order": 100.0}
    plain |= {"spend_365d": 100 * n, "purchase_days_365d": n % 3, "stage": "mature"}
    return plain | more


class TestWho:
    def figure(self, rows: list[dict]) -> dict[object, dict]:
        engine = open_engine("duckdb")
        table = who_figures.who_figure(customers(rows, engine), {"sex": "sex"})
        return {row["value"]: row for row in table.to_pyarrow().to_pylist()}

    def test_groups_add_up_to_everybody_with_those_not_recorded_apart(self) -> None:
        rows = [buyer(n, sex=("f", "m", None)[n % 3]) for n in range(60)]
        found = self.figure(rows)
        assert {value: row["customers"] for value, row in found.items()} == {
            "f": 20, "m": 20, None: 20
        }  # fmt: skip
        assert sum(row["share"] for row in found.values()) == pytest.approx(1)
        assert sum(row["spend_365d"] for row in found.values()) == sum(
            r["spend_365d"] for r in rows
        )

    def test_a_mean_has_the_interval_of_a_mean(self) -> None:
        rows = [buyer(n, sex="f") for n in range(40)]
        row = self.figure(rows)["f"]
        spend = [one["spend_365d"] for one in rows]
        half = 1.2815515655 * stdev(spend) / sqrt(40)
        assert row["mean_spend"] == pytest.approx(mean(spend))
        assert row["mean_spend_low"] == pytest.approx(mean(spend) - half)
        assert row["mean_spend_high"] == pytest.approx(mean(spend) + half)

    def test_a_handful_gets_no_interval_and_those_who_never_bought_no_mean(self) -> None:
        rows = [buyer(n, sex="m") for n in range(9)]
        rows += [buyer(99, sex="x", purchase_days=0, spend_365d=0)]
        found = self.figure(rows)
        assert found["m"]["mean_spend_low"] is None
        assert (found["x"]["customers"], found["x"]["buyers"]) == (1, 0)
        assert found["x"]["mean_spend"] is None

    def test_only_the_largest_values_are_shown_and_the_unknown_always(self) -> None:
        rows = [buyer(n, sex=f"s{n % 50:02}") for n in range(200)] + [buyer(999, sex=None)]
        found = self.figure(rows)
        assert len(found) == who_figures.MOST_VALUES + 1
        assert None in found


def test_cycle_bands_part_whoever_came_twice_and_keep_the_others_apart() -> None:
    engine = open_engine("duckdb")
    gaps = [(0, None), (1, 7.5), (1, 8.0), (2, 400.0)]
    rows = [
        {"customer_id": n, "gaps": count, "usual_gap_days": gap, "regularity": None}
        for n, (count, gap) in enumerate(gaps)
    ]
    banded = cycle.with_cycle(customers(rows, engine).cast({"regularity": "float64"}))
    found = banded.order_by("customer_id").to_pyarrow().to_pylist()
    assert [row["cycle_band"] for row in found] == [None, "0-7", "8-14", "366-plus"]


def test_regularity_is_told_from_four_gaps_on() -> None:
    engine = open_engine("duckdb")
    told = [(3, 1.0), (4, 1.0), (4, 0.3), (4, 0.0), (4, -0.5)]
    rows = [
        {"customer_id": n, "gaps": gaps, "usual_gap_days": 9.0, "regularity": value}
        for n, (gaps, value) in enumerate(told)
    ]
    found = cycle.with_cycle(customers(rows, engine)).order_by("customer_id")
    bands = found.to_pyarrow()["regularity_band"].to_pylist()
    assert bands == [None, "clockwork", "regular", "random", "bursts"]


def test_hours_by_season_add_up_to_those_of_the_year() -> None:
    with opened(LINES) as shop:
        seasons = timing.hours_by_season(shop, as_of=AS_OF).to_pyarrow().to_pylist()
        year = timing.weekday_hours(shop, as_of=AS_OF).to_pyarrow().to_pylist()
    assert sum(row["purchases"] for row in seasons) == sum(row["purchases"] for row in year)
    assert sum(row["spend"] for row in seasons) == sum(row["spend"] for row in year)


class TestPriceResponse:
    def rows(self, elasticity: float, months: int = 30) -> list[dict]:
        random = np.random.default_rng(3)
        price = np.exp(random.normal(0, 0.15, months)) * 1000
        units = 200 * (price / 1000) ** elasticity * np.exp(random.normal(0, 0.05, months))
        told = zip(range(months), units, units * price, strict=True)
        return [
            {"month": 24_000 + m, "units": u, "spend": s, "shop_lines": 1000} for m, u, s in told
        ]

    def test_finds_the_elasticity_it_was_made_with(self) -> None:
        found = price_response.response("1", self.rows(-1.5))
        assert found is not None
        assert found.low <= found.elasticity <= found.high
        assert found.elasticity == pytest.approx(-1.5, abs=0.15)

    def test_a_price_that_never_moved_tells_nothing(self) -> None:
        rows = [{**row, "spend": row["units"] * 1000} for row in self.rows(-1.5)]
        assert price_response.response("1", rows) is None

    def test_a_price_that_only_rose_with_time_tells_nothing(self) -> None:
        rows = [
            {**row, "spend": row["units"] * 1000 * 1.01**at} for at, row in enumerate(self.rows(0))
        ]
        assert price_response.response("1", rows) is None

    def test_few_months_tell_nothing(self) -> None:
        assert price_response.response("1", self.rows(-1.5, months=7)) is None

    def test_pooled_lies_between_and_is_surer_of_items_that_agree(self) -> None:
        one, other = (price_response.response("1", self.rows(e)) for e in (-1.4, -1.6))
        assert one and other
        both = price_response.pooled([one, other])
        assert other.elasticity < both.elasticity < one.elasticity
        assert (both.product_id, both.items) == (None, 2)
        alone = price_response.pooled([one])
        assert alone.elasticity == pytest.approx(one.elasticity)

    def test_the_figure_of_a_shop_leaves_out_the_month_under_way(self) -> None:
        rows = [
            line("a", date(2025, month, 3), 100 + 10 * (month % 3), order_id=month)
            for month in range(1, 13)
        ]
        with opened(rows) as shop:
            items = line_counts.product_months(shop, as_of=date(2025, 12, 20))
            months = price_response._monthly(items, date(2025, 12, 20)).to_pyarrow()
            assert max(months["month"].to_pylist()) == 2025 * 12 + 10
            found = price_response.price_response(shop, as_of=AS_OF).to_pyarrow().to_pylist()
        assert [row["product_id"] for row in found] == [None, "1"]
        assert found[1]["months"] == 12


def test_items_are_counted_once_for_columns_and_figures() -> None:
    with opened(LINES) as shop:
        assert behaviour._items(shop, AS_OF) is behaviour._items(shop, AS_OF)
