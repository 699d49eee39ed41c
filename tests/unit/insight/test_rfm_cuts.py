"""Cut-offs are exact, reproducible and readable as data."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.insight.features.rfm import SEGMENTS, RfmCuts, even_cuts, rfm, rfm_cuts
from tests.unit.insight import oracle
from tests.unit.insight.shops import AS_OF, line, opened, rows_of


def cuts(*lists: list[int]) -> list[tuple[int, ...]]:
    """The cut-offs of each list, all of them asked at once."""
    rows = [(place, value) for place, values in enumerate(lists) for value in values]
    measure, value = zip(*rows, strict=True) if rows else ((), ())
    table = pa.table(
        {"measure": pa.array(measure, pa.int64()), "value": pa.array(value, pa.int64())}
    )
    told = even_cuts(ibis.memtable(table)).to_pyarrow().to_pylist()
    found = {row.pop("measure"): tuple(c for c in row.values() if c is not None) for row in told}
    return [found.get(place, ()) for place in range(len(lists))]


@settings(max_examples=5, deadline=None, derandomize=True, database=None)
@given(st.lists(st.lists(st.integers(-5, 20), max_size=80), min_size=10, max_size=10))
def test_equal_the_obvious_way(lists: list[list[int]]) -> None:
    assert cuts(*lists) == [oracle.even_cuts(values) for values in lists]


def test_without_ties_they_are_quintiles() -> None:
    assert cuts(list(range(1, 101))) == [(20, 40, 60, 80)]


def test_with_half_the_values_equal_no_band_is_empty() -> None:
    assert cuts([1] * 50 + [2] * 20 + [3] * 15 + [5] * 10 + [9] * 5) == [(1, 2, 3, 5)]


def test_one_value_makes_one_band() -> None:
    assert cuts([3] * 10, []) == [(), ()]


def test_given_cuts_are_used() -> None:
    rows = [line("a", AS_OF - timedelta(days=30)), line("b", AS_OF - timedelta(days=31))]
    given_cuts = RfmCuts(recency=(30, 60, 90, 180), frequency=(1, 3, 6, 10), spend=(100,))
    with opened(rows) as shop:
        found = rows_of(rfm(shop, as_of=AS_OF, cuts=given_cuts))
    assert (found["a"]["r_score"], found["b"]["r_score"]) == (5, 4)
    assert (found["a"]["segment"], found["b"]["segment"]) == ("new", "potential")


def test_cuts_of_one_date_score_another() -> None:
    rows = [line("a", date(2025, 1, day), 10 * day, order_id=day) for day in range(1, 20)]
    rows += [line(f"c{n}", date(2025, 2, n + 1), 50 * n + 50) for n in range(9)]
    with opened(rows) as shop:
        known = rfm_cuts(shop, as_of=AS_OF)
        assert RfmCuts.from_json(known.to_json()) == known
        own = rows_of(rfm(shop, as_of=AS_OF))
        assert rows_of(rfm(shop, as_of=AS_OF, cuts=known)) == own
        later = rows_of(rfm(shop, as_of=AS_OF + timedelta(days=400), cuts=known))
    assert {row["r_score"] for row in later.values()} == {1}


@pytest.mark.parametrize("bad", [(5, 5), (3, 2), (1, 2, 3, 4, 5)])
def test_cuts_that_do_not_rise_or_are_too_many_are_refused(bad: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="rising"):
        RfmCuts(recency=bad, frequency=(), spend=())


def test_every_cell_of_the_grid_has_a_segment() -> None:
    assert sorted(SEGMENTS) == [1, 2, 3, 4, 5]
    assert {len(row) for row in SEGMENTS.values()} == {5}
