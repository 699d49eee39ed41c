"""Cut-offs are exact, reproducible and readable as data."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.insight.features.rfm import SEGMENTS, RfmCuts, even_cuts, rfm, rfm_cuts
from tests.unit.insight import oracle
from tests.unit.insight.shops import AS_OF, line, opened, rows_of


def counted(values: list[int]) -> tuple[int, ...]:
    counts = Counter(values)
    rising = sorted(counts)
    return even_cuts(np.array(rising), np.array([counts[value] for value in rising]))


@settings(deadline=None, derandomize=True, database=None)
@given(st.lists(st.integers(-5, 20), max_size=80))
def test_equal_the_obvious_way(values: list[int]) -> None:
    assert counted(values) == oracle.even_cuts(values)


def test_without_ties_they_are_quintiles() -> None:
    assert counted(list(range(1, 101))) == (20, 40, 60, 80)


def test_with_half_the_values_equal_no_band_is_empty() -> None:
    assert counted([1] * 50 + [2] * 20 + [3] * 15 + [5] * 10 + [9] * 5) == (1, 2, 3, 5)


def test_one_value_makes_one_band() -> None:
    assert counted([3] * 10) == ()
    assert counted([]) == ()


def test_given_cuts_are_used() -> None:
    rows = [line("a", AS_OF - timedelta(days=30)), line("b", AS_OF - timedelta(days=31))]
    cuts = RfmCuts(recency=(30, 60, 90, 180), frequency=(1, 3, 6, 10), spend=(100,))
    with opened(rows) as shop:
        found = rows_of(rfm(shop, as_of=AS_OF, cuts=cuts))
    assert (found["a"]["r_score"], found["b"]["r_score"]) == (5, 4)
    assert (found["a"]["segment"], found["b"]["segment"]) == ("new", "potential")


def test_cuts_of_one_date_score_another() -> None:
    rows = [line("a", date(2025, 1, day), 10 * day, order_id=day) for day in range(1, 20)]
    rows += [line(f"c{n}", date(2025, 2, n + 1), 50 * n + 50) for n in range(9)]
    with opened(rows) as shop:
        cuts = rfm_cuts(shop, as_of=AS_OF)
        assert RfmCuts.from_json(cuts.to_json()) == cuts
        own = rows_of(rfm(shop, as_of=AS_OF))
        assert rows_of(rfm(shop, as_of=AS_OF, cuts=cuts)) == own
        later = rows_of(rfm(shop, as_of=AS_OF + timedelta(days=400), cuts=cuts))
    assert {row["r_score"] for row in later.values()} == {1}


@pytest.mark.parametrize("bad", [(5, 5), (3, 2), (1, 2, 3, 4, 5)])
def test_cuts_that_do_not_rise_or_are_too_many_are_refused(bad: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="rising"):
        RfmCuts(recency=bad, frequency=(), spend=())


def test_every_cell_of_the_grid_has_a_segment() -> None:
    assert sorted(SEGMENTS) == [1, 2, 3, 4, 5]
    assert {len(row) for row in SEGMENTS.values()} == {5}
