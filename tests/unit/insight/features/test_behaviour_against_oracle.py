"""Traits, trends, prices and appetite for new items equal their twins and keep their promises."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings

from regulars.insight.features import novelty, price, trends, who
from tests.unit.insight.features import behaviour_oracle as oracle
from tests.unit.insight.shops import AS_OF, Feature, busy_lines, line, lines, opened, rows_of

few = settings(max_examples=5, deadline=None, derandomize=True, database=None)

TWINS = {
    who.who: oracle.who,
    trends.trends: oracle.trends,
    price.price: oracle.price,
    novelty.novelty: oracle.novelty,
}
every_feature = pytest.mark.parametrize("feature", TWINS, ids=lambda feature: feature.__name__)


def busy(n: int = 700) -> list[dict]:
    """A busy shop with items that come in one after the other, some sold in halves."""
    rows = busy_lines(n)
    for place, row in enumerate(rows):
        months = (row["ordered_at"] - rows[0]["ordered_at"].replace(2023, 6, 1)).days // 30
        row["product_id"] = 1 + (place * 7919) % (2 + months // 2)
        row["quantity"] = (1.0, 1.0, 0.5, 2.0)[place % 4]
    return rows


def assert_same(found: dict, expected: dict) -> None:
    assert found.keys() == expected.keys()
    for customer, row in expected.items():
        assert found[customer].keys() == row.keys()
        for column, value in row.items():
            # Student's quantile is a series of four terms: five digits at four degrees of freedom.
            exact = value if not isinstance(value, float) else pytest.approx(value, rel=4e-3)
            assert found[customer][column] == exact, (customer, column)


@every_feature
@few
@given(rows=lines)
def test_equals_its_twin(feature: Feature, rows: list[dict]) -> None:
    with opened(rows) as shop:
        assert_same(rows_of(feature(shop, as_of=AS_OF)), TWINS[feature](rows, AS_OF))


@every_feature
def test_equals_its_twin_on_a_busy_shop_computed_from_held_days(feature: Feature) -> None:
    rows = busy()
    with opened(rows) as shop:
        shop.at(AS_OF).hold()
        assert_same(rows_of(feature(shop, as_of=AS_OF)), TWINS[feature](rows, AS_OF))


@pytest.mark.parametrize(
    ("feature", "column"),
    [
        (trends.trends, "basket_trend"),
        (price.price, "price_band"),
        (novelty.novelty, "novelty_band"),
    ],
    ids=["trends", "price", "novelty"],
)
def test_the_busy_shop_tries_every_band(feature: Feature, column: str) -> None:
    with opened(busy()) as shop:
        bands = {row[column] for row in rows_of(feature(shop, as_of=AS_OF)).values()}
    assert len(bands - {None}) >= 2


@every_feature
def test_order_of_the_rows_does_not_matter(feature: Feature) -> None:
    rows = busy(300)
    shuffled = random.Random(1).sample(rows, len(rows))
    with opened(rows) as one, opened(shuffled) as other:
        assert rows_of(feature(one, as_of=AS_OF)) == rows_of(feature(other, as_of=AS_OF))


@every_feature
def test_later_rows_change_nothing(feature: Feature) -> None:
    rows = busy(300)
    later = [line(f"c{n}", AS_OF, 10**6, order_id=n, discount=9, product_id=99) for n in range(30)]
    with opened(rows) as then, opened(rows + later) as now:
        assert rows_of(feature(then, as_of=AS_OF)) == rows_of(feature(now, as_of=AS_OF))


@pytest.mark.parametrize("feature", [trends.trends, price.price, novelty.novelty])
def test_a_day_later_the_same_rows_do_count(feature: Feature) -> None:
    rows = busy(300)
    later = [line(f"c{n}", AS_OF, 10**6, order_id=n, discount=9, product_id=99) for n in range(30)]
    tomorrow = AS_OF + timedelta(days=1)
    with opened(rows) as then, opened(rows + later) as now:
        assert rows_of(feature(then, as_of=tomorrow)) != rows_of(feature(now, as_of=tomorrow))


@every_feature
@pytest.mark.parametrize("rows", [[], [line(None, date(2025, 1, 1))]], ids=["empty", "anonymous"])
def test_without_known_customers_there_are_no_rows(feature: Feature, rows: list[dict]) -> None:
    with opened(rows) as shop:
        assert rows_of(feature(shop, as_of=AS_OF)) == {}


@every_feature
def test_a_listed_customer_without_orders_has_a_row(feature: Feature) -> None:
    listed = pa.table({"customer_id": ["c1", "z", "future"], "joined_on": [None, None, AS_OF]})
    with opened(busy(60), customers=listed) as shop:
        rows = rows_of(feature(shop, as_of=AS_OF))
    assert "z" in rows
    assert "future" not in rows


class TestWho:
    def told(self, **columns: list) -> dict:
        n = len(next(iter(columns.values())))
        listed = pa.table({"customer_id": [f"c{at}" for at in range(n)], **columns})
        with opened([], customers=listed) as shop:
            return rows_of(who.who(shop, as_of=AS_OF))

    def test_ages_are_told_by_the_year_of_birth(self) -> None:
        found = self.told(birth_year=[2010, 2008, 1996, 1987, 1956, 1920, None])
        bands = [row["age_band"] for _who, row in sorted(found.items())]
        assert bands == ["0-17", "18-29", "30-39", "30-39", "70-plus", "70-plus", None]

    def test_a_birth_year_that_cannot_be_is_not_recorded(self) -> None:
        found = self.told(birth_year=[1066, 2031])
        assert {row["age_band"] for row in found.values()} == {None}

    def test_texts_are_tidied_and_fit_a_trait_code(self) -> None:
        found = self.told(occupation=["  老师 ", "   ", "x" * 200])
        assert [found[f"c{n}"]["occupation"] for n in range(3)] == ["老师", None, "x" * 60]


class TestPrice:
    def shop(self, off: dict[str, int]) -> list[dict]:
        """Ten visits each; someone's discount by name, for one item of 100."""
        return [
            line(
                who_,
                date(2025, 1, 1) + timedelta(days=20 * n),
                100 - off_,
                order_id=n,
                discount=off_,
            )
            for who_, off_ in off.items()
            for n in range(10)
        ]

    def test_who_buys_on_deals_alone_is_sensitive_and_who_never_does_is_not(self) -> None:
        with opened(self.shop({"deals": 30, "full": 0, "other": 0})) as shop:
            found = rows_of(price.price(shop, as_of=AS_OF))
        assert found["deals"]["price_band"] == "high"
        assert found["full"]["price_band"] == "low"
        assert found["deals"]["price_sensitivity"] > 0.5 > found["full"]["price_sensitivity"]
        assert found["deals"]["price_basis"] == "discounts"
        assert found["deals"]["discount_365d"] == 300

    def test_where_everybody_pays_the_same_nobody_is_judged(self) -> None:
        with opened(self.shop({"a": 0, "b": 0})) as shop:
            found = rows_of(price.price(shop, as_of=AS_OF))
        assert {row["price_band"] for row in found.values()} == {None}

    def test_without_discounts_lower_prices_tell(self) -> None:
        rows = [
            line(who_, date(2025, 1, 1) + timedelta(days=20 * n), amount, order_id=n)
            for who_, amount in (("low", 80), ("high", 110), ("other", 110))
            for n in range(10)
        ]
        with opened(rows) as shop:
            found = rows_of(price.price(shop, as_of=AS_OF))
        assert found["low"]["price_band"] == "high"
        assert found["low"]["price_basis"] == "prices"


def test_new_items_by_month_share_the_money_of_the_month() -> None:
    rows = [
        line("a", date(2025, month, 5), 100, product_id=1, order_id=month) for month in range(1, 9)
    ]
    rows += [
        line("b", date(2025, month, 9), 300, product_id=2, order_id=20) for month in range(5, 9)
    ]
    with opened(rows) as shop:
        found = novelty.new_products(shop, as_of=AS_OF).to_pyarrow().to_pylist()
    assert [(row["month"].month, row["products"], row["share"]) for row in found] == [
        (4, 0, 0.0),
        (5, 1, 0.75),
        (6, 1, 0.75),
        (7, 1, 0.75),
        (8, 0, 0.0),
    ]
