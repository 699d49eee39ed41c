"""Return rates are what customers in the same place did before, and say so when it is too few."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from random import Random

import pytest
from hypothesis import given, settings

from regulars.insight.evidence import Evidence, Missing
from regulars.insight.features.rhythm import rhythm
from regulars.insight.models import return_rates
from regulars.insight.models.cells import OVERDUE_FROM, PURCHASE_DAYS_FROM
from regulars.insight.models.return_rates import ReturnRates, observed, past_dates
from tests.unit.insight import oracle
from tests.unit.insight.shops import AS_OF, line, lines, opened, rows_of

fit = partial(return_rates.fit, most_windows=4)


def shop_of(people: int, seed: int = 3) -> list[dict]:
    """Customers who come at any time in three years, every 10 to 40 days, and stop some day."""
    random = Random(seed)
    rows = []
    for person in range(people):
        gap = random.randint(10, 40)
        day = AS_OF - timedelta(days=random.randint(100, 1000))
        stop = min(AS_OF, day + timedelta(days=random.randint(60, 800)))
        while day < stop:
            rows.append(line(f"p{person}", day, order_id=len(rows)))
            day += timedelta(days=max(1, round(random.gauss(gap, gap / 4))))
    return rows


SHOP = shop_of(90)


@settings(max_examples=5, deadline=None, derandomize=True, database=None)
@given(rows=lines)
def test_what_is_seen_on_a_past_date_equals_the_oracle(rows: list[dict]) -> None:
    day = date(2026, 1, 1) - timedelta(days=45)
    with opened(rows) as shop:
        buying = shop.at(AS_OF).purchase_days
        seen = rows_of(observed(buying, [day], 40).drop("window"))
    expected = oracle.no_return(rows, day, 40)
    assert seen.keys() == expected.keys()
    for who, (overdue, often, stayed_away) in expected.items():
        assert seen[who]["no_return"] == stayed_away
        assert seen[who]["purchase_band"] == sum(often >= n for n in PURCHASE_DAYS_FROM) - 1
        band = -1 if overdue is None else sum(overdue >= start for start in OVERDUE_FROM) - 1
        assert seen[who]["overdue_band"] == band


def test_cells_hold_the_shares_that_were_seen() -> None:
    rows = shop_of(250)
    with opened(rows) as shop:
        rates = fit(shop, as_of=AS_OF)
    cases: dict[tuple[int, int], list[bool]] = {}
    for day in rates.windows:
        for overdue, often, away in oracle.no_return(rows, day, rates.horizon_days).values():
            key = (
                sum(overdue >= start for start in OVERDUE_FROM) - 1,
                sum(often >= n for n in PURCHASE_DAYS_FROM) - 1,
            )
            cases.setdefault(key, []).append(away)
    own = [cell for cell in rates.cells if "," in cell.cell]
    assert own, "no cell had enough customers of its own"
    for cell in own:
        outcomes = cases[cell.overdue_band, cell.purchase_band]
        assert cell.cases == len(outcomes)
        assert cell.p_no_return == pytest.approx(sum(outcomes) / len(outcomes))
        assert cell.low <= cell.p_no_return <= cell.high
        assert 30 <= cell.n <= 250


def test_no_past_date_reaches_past_as_of() -> None:
    dates = past_dates(date(2025, 1, 1), AS_OF, 60)
    assert dates[0] + timedelta(days=60) == AS_OF
    assert all((day - date(2025, 1, 1)).days >= return_rates.HISTORY_DAYS for day in dates)


def test_later_rows_change_nothing() -> None:
    with opened(SHOP) as then, opened([*SHOP, line("p1", AS_OF), line("new", AS_OF)]) as now:
        assert fit(then, as_of=AS_OF) == fit(now, as_of=AS_OF)


def test_scores_know_overdue_customers_from_others() -> None:
    with opened(SHOP) as shop:
        rates = fit(shop, as_of=AS_OF)
        scores = rows_of(rates.score(shop, as_of=AS_OF))
        rhythms = rows_of(rhythm(shop, as_of=AS_OF))
    late = [scores[who] for who, row in rhythms.items() if row["overdue_ratio"] >= 5]
    fine = [scores[who] for who, row in rhythms.items() if row["overdue_ratio"] < 1]
    assert min(row["p_no_return"] for row in late) > max(row["p_no_return"] for row in fine)
    reasons = {reason["code"]: reason["value"] for reason in late[0]["reasons"]}
    assert reasons["overdue_ratio"] >= 5
    assert set(reasons) == {"overdue_ratio", "purchase_days", "recency_days"}


def test_the_back_test_uses_earlier_dates_only_and_beats_guessing() -> None:
    with opened(shop_of(100)) as shop:
        rates = return_rates.fit(shop, as_of=AS_OF)
    test = rates.back_test
    assert test is not None
    horizon = timedelta(days=rates.horizon_days)
    assert all(day + horizon <= test.tested_on for day in test.fitted_on)
    assert test.tested_on + horizon <= AS_OF
    assert test.brier < test.brier_of_share
    assert test.auc is not None
    assert test.auc > 0.8


def test_survive_json() -> None:
    with opened(SHOP) as shop:
        rates = fit(shop, as_of=AS_OF)
    assert ReturnRates.from_json(rates.to_json()) == rates


def test_a_score_carries_its_evidence() -> None:
    never = line("returner", AS_OF - timedelta(days=9), -50)
    with opened([*SHOP, never]) as shop:
        rates = fit(shop, as_of=AS_OF)
        scores = rows_of(rates.score(shop, as_of=AS_OF))
    estimate = rates.estimate(scores["p1"])
    assert estimate.kind is Evidence.OBSERVED
    assert (estimate.value, estimate.level) == (scores["p1"]["p_no_return"], 0.8)
    assert estimate.n is not None
    assert estimate.n >= 30
    assert rates.estimate(scores["returner"]).missing == Missing("orders", 1)


def test_too_few_customers_say_how_many_are_missing() -> None:
    with opened(shop_of(12)) as shop:
        rates = fit(shop, as_of=AS_OF)
        scores = rows_of(rates.score(shop, as_of=AS_OF))
    assert rates.missing == Missing("customers", 18)
    assert {row["p_no_return"] for row in scores.values()} == {None}


def test_too_short_a_past_says_how_many_days_are_missing() -> None:
    rows = [line(f"p{n}", AS_OF - timedelta(days=50)) for n in range(40)]
    with opened(rows) as shop:
        rates = fit(shop, as_of=AS_OF)
        assert rates.missing == Missing("days", 70)
        # The control: seventy days later there is an estimate.
        assert fit(shop, as_of=AS_OF + timedelta(days=70)).missing is None


def test_customers_without_any_rhythm_get_the_rate_of_the_shop() -> None:
    rows = [line(f"p{n}", AS_OF - timedelta(days=300 + n)) for n in range(40)]
    with opened(rows) as shop:
        rates = fit(shop, as_of=AS_OF)
        scores = rows_of(rates.score(shop, as_of=AS_OF))
    assert {row["cell"] for row in scores.values()} == {"overdue unknown, purchase days 1"}
    assert {row["p_no_return"] for row in scores.values()} == {1.0}


def test_those_who_never_bought_have_no_risk() -> None:
    with opened([*SHOP, line("returner", AS_OF - timedelta(days=9), -50)]) as shop:
        rates = fit(shop, as_of=AS_OF)
        row = rows_of(rates.score(shop, as_of=AS_OF))["returner"]
    assert row["p_no_return"] is None
    assert row["reasons"] is None


def test_the_horizon_is_twice_the_usual_gap_but_at_least_sixty_days() -> None:
    slow = [
        line(f"p{n}", AS_OF - timedelta(days=90 * visit + n), order_id=visit)
        for n in range(1, 35)
        for visit in range(8)
    ]
    with opened(slow) as shop:
        assert fit(shop, as_of=AS_OF).horizon_days == 180
        assert fit(shop, as_of=AS_OF, horizon_days=45).horizon_days == 45
    with opened(SHOP) as shop:
        assert fit(shop, as_of=AS_OF).horizon_days == 60
