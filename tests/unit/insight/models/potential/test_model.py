"""Potential is told of those who spend little, by what past dates showed, and says how sure."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

import numpy as np
import pytest

from regulars import insight
from regulars.insight.evidence import Missing
from regulars.insight.models import potential
from regulars.insight.models.potential import Potential
from regulars.insight.models.potential.cases import past_windows
from tests.unit.insight.shops import AS_OF, line, opened, rows_of


def growing_shop(people: int = 260, seed: int = 4, told: bool = True) -> list[dict]:
    """Customers come monthly for two years and spend 100 a time; at some point a third of them
    begin to spend 500. With ``told``, those bought several products before, the others only one.
    """
    random = Random(seed)
    rows: list[dict] = []
    for n in range(people):
        grows = n % 3 == 0
        begins = random.randint(100, 700)
        hint = grows if told else random.random() < 0.33
        for month in range(25):
            days_ago = 730 - 30 * month - random.randint(0, 9)
            if days_ago < 1:
                continue
            rich = grows and days_ago < begins
            amount = random.randint(45_000, 55_000) if rich else random.randint(8000, 12_000)
            product = 1 + (month % 4 if hint else 0)
            day = AS_OF - timedelta(days=days_ago)
            rows.append(line(f"c{n}", day, amount, order_id=len(rows), product_id=product))
    return rows


ROWS = growing_shop()


@pytest.fixture(scope="module")
def shop() -> Iterator[insight.Shop]:
    with opened([*ROWS, line("returner", AS_OF - timedelta(days=9), -50)]) as one:
        one.at(AS_OF).hold()
        yield one


@pytest.fixture(scope="module")
def model(shop: insight.Shop) -> Potential:
    return potential.fit(shop, as_of=AS_OF)


@pytest.fixture(scope="module")
def scores(shop: insight.Shop, model: Potential) -> dict:
    return rows_of(model.score(shop, as_of=AS_OF))


def test_who_looks_like_those_who_grew_is_told_from_the_rest(
    model: Potential, scores: dict
) -> None:
    told = {who: row["p_grow"] for who, row in scores.items() if row["p_grow"] is not None}
    alike = [p for who, p in told.items() if int(who[1:]) % 3 == 0]
    others = [p for who, p in told.items() if int(who[1:]) % 3]
    assert others
    assert max(others) < 0.2
    assert not alike or min(alike) > max(others)
    assert model.back_test is not None
    assert model.back_test.auc is not None
    assert model.back_test.auc > 0.9
    assert model.back_test.auc_of_spend is not None
    assert model.back_test.auc > model.back_test.auc_of_spend


def test_without_a_sign_beforehand_nothing_is_claimed() -> None:
    """The control: the same growth, but nothing about the customers tells it."""
    with opened(growing_shop(told=False)) as blind:
        found = potential.fit(blind, as_of=AS_OF)
    assert found.back_test is not None
    assert found.back_test.auc is not None
    assert found.back_test.auc < 0.75


def test_only_those_who_spend_little_are_told(model: Potential, scores: dict) -> None:
    rich = [row for who, row in scores.items() if row["p_grow"] is None]
    assert scores["returner"]["p_grow"] is None
    assert len(rich) > 20
    assert model.little_upto < model.grown_from


def test_every_chance_has_its_interval_its_customers_and_its_reasons(scores: dict) -> None:
    told = [row for row in scores.values() if row["p_grow"] is not None]
    for row in told:
        assert 0 <= row["p_grow_low"] <= row["p_grow"] <= row["p_grow_high"] <= 1
        assert row["p_grow_n"] > 0
        lifts = [reason["contribution"] for reason in row["grow_reasons"]]
        assert lifts == sorted(lifts, reverse=True)


def test_contributions_add_up_to_the_chance(model: Potential) -> None:

    assert model.learned is not None
    learned = model.learned
    columns = {
        one.feature: np.array([one.low, one.fill, one.high, np.nan]) for one in learned.scalings
    }
    chance, parts = learned.chances(columns)
    odds = parts.sum(axis=1) + learned.slope * learned.intercept + learned.shift
    assert chance == pytest.approx(1 / (1 + np.exp(-odds)))
    assert chance[1] == chance[3]


def test_high_potential_is_the_upper_fifth_and_well_above_the_rest(model: Potential) -> None:
    assert model.learned is not None
    assert model.learned.high_from >= 1.5 * model.learned.share


def test_the_back_test_learns_from_earlier_dates_only(model: Potential) -> None:
    assert model.back_test is not None
    assert model.back_test.tested_on == max(model.windows)
    assert model.back_test.tested_on + timedelta(days=model.horizon_days) == AS_OF


def test_order_of_the_rows_does_not_matter(model: Potential) -> None:
    with opened(random.Random(1).sample(ROWS, len(ROWS))) as other:
        assert potential.fit(other, as_of=AS_OF).to_json() == model.to_json()


def test_later_rows_change_nothing(model: Potential) -> None:
    later = [line(f"c{n}", AS_OF, 99_999, order_id=n) for n in range(200)]
    with opened([*ROWS, *later]) as now:
        assert potential.fit(now, as_of=AS_OF).to_json() == model.to_json()
        # The control: a day later the same rows do count.
        assert potential.fit(now, as_of=AS_OF + timedelta(days=1)).learned != model.learned


def test_survives_json(shop: insight.Shop, model: Potential, scores: dict) -> None:
    again = Potential.from_json(model.to_json())
    assert again == model
    assert rows_of(again.score(shop, as_of=AS_OF)) == scores


def test_too_short_a_past_says_how_many_days_are_missing() -> None:
    rows = [line(f"c{n}", AS_OF - timedelta(days=50), order_id=n) for n in range(300)]
    with opened(rows) as short:
        found = potential.fit(short, as_of=AS_OF)
        assert found.missing == Missing("days", 130)
        assert {row["p_grow"] for row in rows_of(found.score(short, as_of=AS_OF)).values()} == {
            None
        }


def test_too_few_customers_say_how_many_are_missing() -> None:
    with opened(growing_shop(people=60)) as small:
        assert potential.fit(small, as_of=AS_OF).missing == Missing("customers", 40)


def test_the_horizon_is_half_a_year_where_the_past_allows_it() -> None:
    assert past_windows(date(2024, 1, 1), AS_OF)[0] == 180
    assert past_windows(AS_OF - timedelta(days=300), AS_OF)[0] == 90
    assert past_windows(AS_OF - timedelta(days=100), AS_OF)[1] == []
    assert past_windows(None, AS_OF)[1] == []
