"""Every feature equals its slow plain-Python twin on random shops, and keeps its promises."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings

from regulars.insight.features import amount, lifecycle, preference, rfm, rhythm, summary, timing
from tests.unit.insight import oracle
from tests.unit.insight.shops import (
    AS_OF,
    PRODUCTS,
    Feature,
    assert_same,
    busy_lines,
    line,
    lines,
    opened,
    rows_of,
)

few = settings(max_examples=5, deadline=None, derandomize=True, database=None)

TWINS = {
    summary.summary: oracle.summary,
    amount.amount: oracle.amount,
    rfm.rfm: oracle.rfm,
    rhythm.rhythm: oracle.rhythm,
    lifecycle.lifecycle: oracle.lifecycle,
    preference.preference: lambda rows, as_of: oracle.preference(rows, as_of, PRODUCTS),
    timing.timing: oracle.timing,
}
every_feature = pytest.mark.parametrize("feature", TWINS, ids=lambda feature: feature.__name__)

MIXED = [
    line("a", date(2025, 1, 1) + timedelta(days=7 * week), 100 + week, order_id=week)
    for week in range(8)
] + [
    line("b", date(2025, 3, 1), -500, order_id=90),
    line("c", date(2025, 11, 1), 300, order_id=91),
    line(None, date(2025, 11, 2), 300, order_id=92),
]


@every_feature
@few
@given(rows=lines)
def test_equals_its_twin(feature: Feature, rows: list[dict]) -> None:
    with opened(rows) as shop:
        assert_same(rows_of(feature(shop, as_of=AS_OF)), TWINS[feature](rows, AS_OF))


@every_feature
def test_equals_its_twin_on_a_busy_shop_computed_from_held_days(feature: Feature) -> None:
    rows = busy_lines(600)
    with opened(rows) as shop:
        shop.at(AS_OF).hold()
        assert_same(rows_of(feature(shop, as_of=AS_OF)), TWINS[feature](rows, AS_OF))


@every_feature
def test_order_of_the_rows_does_not_matter(feature: Feature) -> None:
    rows = MIXED * 3
    shuffled = random.Random(1).sample(rows, len(rows))
    with opened(rows) as one, opened(shuffled) as other:
        assert rows_of(feature(one, as_of=AS_OF)) == rows_of(feature(other, as_of=AS_OF))


@every_feature
def test_later_rows_change_nothing(feature: Feature) -> None:
    later = [line(who, AS_OF, 9999, order_id=1) for who in ("a", "b", "z", None)]
    with opened(MIXED) as then, opened(MIXED + later) as now:
        assert rows_of(feature(then, as_of=AS_OF)) == rows_of(feature(now, as_of=AS_OF))
        # The control: a day later the same rows do count.
        tomorrow = AS_OF + timedelta(days=1)
        assert rows_of(feature(now, as_of=tomorrow)) != rows_of(feature(then, as_of=tomorrow))


@every_feature
def test_an_empty_shop_has_no_rows(feature: Feature) -> None:
    with opened([]) as shop:
        assert rows_of(feature(shop, as_of=AS_OF)) == {}


@every_feature
def test_a_shop_of_anonymous_sales_has_no_rows(feature: Feature) -> None:
    with opened([line(None, date(2025, 1, 1)), line(None, date(2025, 2, 1))]) as shop:
        assert rows_of(feature(shop, as_of=AS_OF)) == {}


@every_feature
def test_returns_only_is_a_customer_who_never_bought(feature: Feature) -> None:
    rows = [line("a", date(2025, 1, 1), -100), line("a", date(2025, 2, 1), 0, order_id=2)]
    with opened(rows) as shop:
        assert_same(rows_of(feature(shop, as_of=AS_OF)), TWINS[feature](rows, AS_OF))


@every_feature
def test_a_listed_customer_without_orders_has_a_row(feature: Feature) -> None:
    listed = pa.table(
        {
            "customer_id": ["a", "z", "future"],
            "joined_on": [None, date(2025, 1, 1), AS_OF],
        }
    )
    with opened(MIXED, customers=listed) as shop:
        rows = rows_of(feature(shop, as_of=AS_OF))
    assert rows.keys() == {"a", "b", "c", "z"}


@every_feature
def test_as_of_must_be_a_date(feature: Feature) -> None:
    with opened(MIXED) as shop, pytest.raises(TypeError, match="a date without time"):
        feature(shop, as_of=MIXED[0]["ordered_at"])
