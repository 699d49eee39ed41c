"""The back-test parts customers, not rows: nobody judges what they taught."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from regulars import insight
from regulars.insight.models.clv.learning import Source
from regulars.insight.models.clv.trial import Weighing, _crossed, _crossed_bounds, judges
from tests.unit.insight.models.clv.simulated import FIRST, lines

RANDOM = np.random.default_rng(4)
DATES = (FIRST + timedelta(days=300), FIRST + timedelta(days=200))


@pytest.fixture(scope="module")
def source() -> Iterator[Source]:
    with insight.open_shop({"lines": lines(250)}, threads=1) as shop:
        yield Source(shop.engine.hold(shop.at(date(2026, 1, 1)).day_totals), FIRST, 100)


def test_a_customer_stands_in_the_same_half_on_every_date(source: Source) -> None:
    """Seen on two dates at once, or on each alone: who was there on the earlier is found again."""
    both = source.seen(DATES, 100)
    early, late = (source.seen([day], 100) for day in sorted(DATES))
    n = len(early["half"])
    assert both["half"].tolist() == [*early["half"], *late["half"]]
    # First purchases name customers: the same days ago, a hundred days later.
    known = dict(zip(early["first_days"] + 100, early["half"], strict=True))
    firsts, counts = np.unique(early["first_days"] + 100, return_counts=True)
    alone = set(firsts[counts == 1])
    again = [
        (known[first], half)
        for first, half in zip(late["first_days"], late["half"], strict=True)
        if first in alone
    ]
    assert len(again) > n / 4
    assert all(before == after for before, after in again)
    # The control: rows taken in turns would put many on both sides.
    turns = dict(zip(early["first_days"] + 100, np.arange(n) % 2, strict=True))
    places = np.arange(n, n + len(late["half"])) % 2
    assert any(
        turns[first] != place
        for first, place in zip(late["first_days"], places, strict=True)
        if first in alone
    )


def test_the_halves_are_of_about_the_same_size(source: Source) -> None:
    assert 0.4 < source.cases(DATES[0])["half"].mean() < 0.6


def test_what_a_half_did_changes_the_other_half_alone() -> None:
    n = 1200
    half = RANDOM.random(n) < 0.5
    count = RANDOM.integers(1, 6, n).astype(float)
    rate = RANDOM.gamma(2.0, 0.5, n)
    outcome = RANDOM.poisson(rate).astype(float)
    members = {"mbg_nbd": rate, "own_rate": RANDOM.gamma(2.0, 0.5, n)}
    turned = np.where(half, RANDOM.permutation(outcome) * 2, outcome)
    weighing = Weighing(count, half, 1.0)
    before, after = (_crossed(members, seen, weighing) for seen in (outcome, turned))
    assert np.array_equal(before[half], after[half])
    assert not np.allclose(before[~half], after[~half])
    low, high = _crossed_bounds(rate, outcome, half, 0.8, True)
    other_low, other_high = _crossed_bounds(rate, turned, half, 0.8, True)
    assert np.array_equal(low[half], other_low[half])
    assert np.array_equal(high[half], other_high[half])
    assert not np.array_equal(high[~half], other_high[~half])


@pytest.mark.parametrize("all_in_first", [True, False])
def test_so_few_that_all_stand_in_one_half_are_judged_all_the_same(all_in_first: bool) -> None:
    half = np.full(3, all_in_first)
    (part, other), *more = judges(half)
    assert not more
    assert part.all()
    assert other.all()
    weighing = Weighing(np.ones(3), half, 1.0)
    told = _crossed({"mbg_nbd": np.ones(3)}, np.ones(3), weighing)
    assert told.tolist() == [1.0, 1.0, 1.0]
    assert _crossed_bounds(told, np.ones(3), half, 0.8, True)[1].tolist() == [1.0, 1.0, 1.0]
