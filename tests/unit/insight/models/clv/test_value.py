"""The value model as a whole: what it promises to whoever calls it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest

from regulars import insight
from regulars.insight.features.amount import amount
from regulars.insight.features.summary import summary
from regulars.insight.features.value import cohorts, concentration, value_by, value_distribution
from regulars.insight.models import clv
from tests.unit.insight.models.clv.simulated import FIRST, lines
from tests.unit.insight.shops import rows_of

AS_OF = FIRST + timedelta(days=400)
HORIZON = 140


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return lines()


@pytest.fixture(scope="module")
def shop(table: pa.Table) -> Iterator[insight.Shop]:
    with insight.open_shop({"lines": table}, threads=1) as opened:
        yield opened


@pytest.fixture(scope="module")
def fitted(shop: insight.Shop) -> clv.CustomerValue:
    return clv.fit(shop, as_of=AS_OF, horizon_days=HORIZON)


@pytest.fixture(scope="module")
def scored(shop: insight.Shop, fitted: clv.CustomerValue) -> dict:
    return rows_of(fitted.score(shop, as_of=AS_OF))


def test_every_known_customer_has_one_row_with_all_columns(
    shop: insight.Shop, scored: dict
) -> None:
    known = shop.at(AS_OF).customers.to_pyarrow()["customer_id"].to_pylist()
    assert set(scored) == set(known)
    assert {tuple(row) for row in scored.values()} == {tuple(clv.COLUMNS)}


def test_values_lie_where_they_can(scored: dict) -> None:
    for row in scored.values():
        assert 0 <= row["p_alive"] <= 1
        assert row["expected_purchases"] >= 0
        assert 0 <= row["expected_purchases_low"] <= row["expected_purchases_high"]
        assert row["expected_purchases_low"] % 1 == row["expected_purchases_high"] % 1 == 0
        assert 0 <= row["expected_spend_low"] <= row["expected_spend_high"]
        assert row["expected_margin"] is None
        assert row["value_next_on"] is None or row["value_next_on"] >= AS_OF


def test_it_goes_to_json_and_back_unchanged(
    shop: insight.Shop, fitted: clv.CustomerValue, scored: dict
) -> None:
    again = clv.CustomerValue.from_json(fitted.to_json())
    assert again == fitted
    assert rows_of(again.score(shop, as_of=AS_OF)) == scored


def test_the_order_of_lines_changes_nothing(
    table: pa.Table, fitted: clv.CustomerValue, scored: dict
) -> None:
    order = np.random.default_rng(5).permutation(table.num_rows)
    with insight.open_shop({"lines": table.take(order)}, threads=2) as turned:
        other = clv.fit(turned, as_of=AS_OF, horizon_days=HORIZON)
        rows = rows_of(other.score(turned, as_of=AS_OF))
    assert other.told() == fitted.told()
    assert rows == scored


def test_what_happens_from_the_day_on_changes_nothing(
    table: pa.Table, fitted: clv.CustomerValue
) -> None:
    before = table.filter(pa.compute.less(table["ordered_at"], pa.scalar(AS_OF)))
    with insight.open_shop({"lines": before}) as past:
        assert clv.fit(past, as_of=AS_OF, horizon_days=HORIZON).told() == fitted.told()
        # The control: a day less is another past.
        earlier = AS_OF - timedelta(days=1)
        other = clv.fit(past, as_of=earlier, horizon_days=HORIZON)
    assert other.model.families != fitted.model.families


def hold_out(shop: insight.Shop, scored: dict) -> tuple[np.ndarray, np.ndarray, list]:
    """Purchase days and spend in the horizon, in the order of ``scored``."""
    end = AS_OF + timedelta(days=HORIZON)
    days = shop.at(end).day_totals.to_pyarrow().to_pylist()
    later = [row for row in days if row["day"] >= AS_OF]
    bought = dict.fromkeys(scored, 0)
    paid = dict.fromkeys(scored, 0)
    for row in later:
        if row["customer_id"] in bought:
            bought[row["customer_id"]] += row["bought"]
            paid[row["customer_id"]] += row["amount"]
    return np.array(list(bought.values())), np.array(list(paid.values())), list(scored.values())


def test_totals_and_intervals_hold_for_what_came(shop: insight.Shop, scored: dict) -> None:
    bought, paid, rows = hold_out(shop, scored)
    said = np.array([row["expected_purchases"] for row in rows])
    money = np.array([row["expected_spend"] for row in rows])
    assert said.sum() == pytest.approx(bought.sum(), rel=0.15)
    assert money.sum() == pytest.approx(paid.sum(), rel=0.2)
    low, high = (
        np.array([row[f"expected_purchases_{side}"] for row in rows]) for side in ("low", "high")
    )
    assert 0.72 <= ((low <= bought) & (bought <= high)).mean() <= 0.92


def test_it_is_no_worse_than_the_best_of_its_members(
    shop: insight.Shop, fitted: clv.CustomerValue, scored: dict
) -> None:
    bought, _, rows = hold_out(shop, scored)
    blend = np.abs(np.array([row["expected_purchases"] for row in rows]) - bought).mean()
    for member in ("mbg_nbd", "own_rate", "last_period"):
        model = replace(fitted.model, purchase_weights={member: 1.0})
        alone = replace(fitted, model=model)
        told = rows_of(alone.score(shop, as_of=AS_OF))
        said = np.array([told[who]["expected_purchases"] for who in scored])
        assert blend <= np.abs(said - bought).mean() * 1.03


def test_any_other_horizon_can_be_asked(
    shop: insight.Shop, fitted: clv.CustomerValue, scored: dict
) -> None:
    short = rows_of(fitted.score(shop, as_of=AS_OF, horizon_days=30))
    assert sum(row["expected_purchases"] for row in short.values()) < sum(
        row["expected_purchases"] for row in scored.values()
    )


@pytest.mark.parametrize(
    ("customers", "days", "what"), [(8, 400, "customers"), (60, 30, "days"), (0, 0, "days")]
)
def test_too_little_says_what_is_missing_and_scores_nobody(
    customers: int, days: int, what: str
) -> None:
    known = lines(customers, days) if customers else lines(3, 90).slice(0, 0)
    at = FIRST + timedelta(days=max(days, 1))
    with insight.open_shop({"lines": known}) as tiny:
        found = clv.fit(tiny, as_of=at)
        assert found.model is None
        assert found.missing is not None
        assert found.missing.what == what
        assert found.missing.about > 0
        rows = rows_of(found.score(tiny, as_of=at))
    assert all(value is None for row in rows.values() for value in row.values())
    assert clv.CustomerValue.from_json(found.to_json()) == found


@pytest.fixture(scope="module")
def customers(shop: insight.Shop, fitted: clv.CustomerValue) -> insight.tables.Table:
    parts = (
        summary(shop, as_of=AS_OF),
        amount(shop, as_of=AS_OF).select("customer_id", "spend_365d"),
        fitted.score(shop, as_of=AS_OF),
    )
    table = parts[0]
    for part in parts[1:]:
        table = table.left_join(part, "customer_id").drop("customer_id_right")
    return shop.engine.hold(table)


def test_bands_of_value_hold_every_customer_once(customers, scored: dict) -> None:
    rows = value_distribution(customers).to_pyarrow().to_pylist()
    assert sum(row["customers"] for row in rows) == len(scored)
    assert sum(row["expected_spend"] for row in rows) == sum(
        row["expected_spend"] for row in scored.values()
    )
    first = rows[0]
    inside = [
        row
        for row in scored.values()
        if first["spend_from"] <= row["expected_spend"] < first["spend_to"]
    ]
    assert first["customers"] == len(inside)


def test_the_curve_of_concentration_agrees_with_sorting_by_hand(customers, scored: dict) -> None:
    rows = concentration(customers).to_pyarrow().to_pylist()
    shares = [row["share_of_expected"] for row in rows]
    assert shares == sorted(shares)
    assert rows[-1]["share_of_expected"] == rows[-1]["share_of_past"] == pytest.approx(1.0)
    amounts = sorted((row["expected_spend"] for row in scored.values()), reverse=True)
    tenth = rows[4]
    assert tenth["share_of_customers"] == pytest.approx(0.1)
    take = sum(place * 50 // len(amounts) < 5 for place in range(len(amounts)))
    assert tenth["share_of_expected"] == pytest.approx(sum(amounts[:take]) / sum(amounts))


def test_groups_add_up_and_sums_have_intervals_of_their_own(customers, scored: dict) -> None:
    rows = value_by(customers, total_error=0.05).to_pyarrow().to_pylist()
    whole = sum(row["expected_spend"] for row in scored.values())
    assert sum(row["expected_spend"] for row in rows if row["dimension"] == "cohort") == whole
    for row in rows:
        assert row["low"] <= row["expected_spend"] <= row["high"]
    alike = customers.mutate(stage=ibis.literal("all"))
    one = value_by(alike, total_error=0.05, dimensions={"stage": "stage"})
    everybody, all_ = one.to_pyarrow().to_pylist()
    assert {**everybody, "dimension": "stage"} == all_
    off = all_["high"] - all_["expected_spend"]
    independent = sum(row["expected_spend_sd"] ** 2 for row in scored.values())
    assert off == pytest.approx(1.28155 * (independent + (0.05 * whole) ** 2) ** 0.5, rel=1e-4)


def test_cohorts_count_each_customer_in_the_quarter_they_began(shop: insight.Shop, customers):
    rows = cohorts(customers, shop.at(AS_OF).day_totals).to_pyarrow().to_pylist()
    began = {row["cohort"]: row for row in rows if row["age"] == 0}
    assert all(row["buyers"] == row["customers"] for row in began.values())
    assert all(row["buyers"] <= row["customers"] for row in rows)
    first = summary(shop, as_of=AS_OF).to_pyarrow()["first_on"].to_pylist()
    spring = [day for day in first if date(2024, 4, 1) <= day < date(2024, 7, 1)]
    assert began["2024-Q2"]["customers"] == len(spring)
