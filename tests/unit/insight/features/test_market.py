"""Months of the shop: prices of the same things, how many come, the season."""

from __future__ import annotations

from datetime import date

import pytest

from regulars.insight.features.market import changes, market, months
from tests.unit.insight.shops import AS_OF, line, opened


def shop_lines(first_year: int = 2024, price=lambda year, month: 100) -> list[dict]:
    """Two items sold on the 1st and 15th of each month; December twice as often."""
    rows = []
    for year in range(first_year, 2026):
        for month in range(1, 13):
            days = (1, 15) if month < 12 else (1, 5, 15, 20)
            for day in days:
                amount = price(year, month)
                who = f"c{day}"
                at = date(year, month, day)
                rows.append(line(who, at, amount, order_id=len(rows), product_id=1))
                rows.append(line(who, at, 900, order_id=len(rows), product_id=2, discount=100))
    return rows


def test_prices_are_followed_over_the_same_items() -> None:
    def price(year: int, month: int) -> int:
        return 100 if (year, month) < (2025, 10) else 121

    with opened(shop_lines(price=price)) as shop:
        told = months(shop, as_of=AS_OF)
    index = {one.month: one.price_index for one in told}
    # A tenth of the spend rises by 21%; shares move a little with it.
    assert index[date(2025, 9, 1)] == pytest.approx(100)
    assert index[date(2025, 12, 1)] == pytest.approx(100 * 1.21**0.11, abs=0.1)
    rise, discounts = changes(told)
    assert rise == pytest.approx(0.021, abs=0.002)
    assert discounts == pytest.approx(1, abs=0.03)


def test_a_dearer_mix_is_not_a_rise_of_prices() -> None:
    more = [
        line("rich", date(2025, 12, 3), 900, order_id=n + 9000, product_id=2) for n in range(99)
    ]
    with opened([*shop_lines(), *more]) as shop:
        told = months(shop, as_of=AS_OF)
    assert told[-1].price_index == pytest.approx(100)


def test_the_season_is_told_from_two_whole_years_on() -> None:
    with opened(shop_lines()) as shop, opened(shop_lines(2025)) as young:
        told = months(shop, as_of=AS_OF)
        assert {one.season_factor for one in months(young, as_of=AS_OF)} == {None}
    december = [one.season_factor for one in told if one.month.month == 12]
    assert min(december) > 1.7
    assert sum(one.season_factor for one in told[:12]) / 12 == pytest.approx(1)


def test_months_begun_or_not_over_are_left_out() -> None:
    rows = [one for one in shop_lines(2025) if one["ordered_at"].date() >= date(2025, 2, 10)]
    with opened(rows) as shop:
        told = months(shop, as_of=date(2025, 12, 16))
    assert [one.month.month for one in told] == list(range(3, 12))


def test_the_figure_has_the_months_and_an_empty_shop_none() -> None:
    with opened(shop_lines(2025)) as shop, opened([]) as empty:
        assert market(shop, as_of=AS_OF).count().to_pyarrow().as_py() == 12
        assert months(empty, as_of=AS_OF) == []
        assert changes([]) == (None, None)
