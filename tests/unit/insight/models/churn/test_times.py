"""What goes for everyone: last year's season comes in, and intervals hold when months drift."""

from __future__ import annotations

from datetime import date, timedelta
from math import cos, pi
from random import Random

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from regulars.insight.models import churn
from regulars.insight.models.churn import times, trees
from regulars.insight.models.churn.blend import sigmoid
from regulars.insight.models.churn.times import SEASON_SHARE, Level, Times, with_season
from tests.unit.insight.shops import AS_OF, line, opened

RANDOM = np.random.default_rng(9)
DATES = tuple(AS_OF - timedelta(days=60 + 30 * step) for step in range(8))
LONG_AGO = AS_OF - timedelta(days=900)


def told(off: list[float], dates=DATES, opened: date = LONG_AGO, horizon: float = 60.0) -> Times:
    seen = [Level(day, one, 1e-4) for day, one in zip(dates, off, strict=True)]
    return times.learn(seen, as_of=AS_OF, opened=opened, horizon_days=horizon)


def test_the_level_of_a_date_is_what_makes_the_mean_chance_right() -> None:
    log_odds = RANDOM.normal(size=900)
    date_of = np.repeat([0.0, 1.0, 2.0], 300)
    away = (RANDOM.random(900) < sigmoid(log_odds + 0.7 * (date_of == 1))).astype(float)
    found = times.levels(log_odds, away, date_of, DATES[:3])
    assert [one.on for one in found] == list(DATES[:3])
    for place, one in enumerate(found):
        here, n = date_of == place, 300
        share = (away[here].sum() + 0.5) / (n + 1)
        obvious = brentq(lambda x, z=log_odds[here], s=share: sigmoid(z + x).mean() - s, -9, 9)
        assert one.off == pytest.approx(obvious, abs=1e-6)
        assert one.variance == pytest.approx(1 / 65, rel=0.25)
    assert found[1].off - found[0].off > 0.3


def test_nobody_or_everybody_away_is_no_infinity() -> None:
    found = times.levels(np.zeros(40), np.repeat([0.0, 1.0], 20), np.repeat([0.0, 1.0], 20), DATES)
    assert -6 < found[0].off < found[1].off < 6


def test_the_same_weeks_a_year_ago_are_the_season_to_come() -> None:
    dates = with_season(DATES, LONG_AGO, AS_OF)
    assert dates == (*DATES, AS_OF - timedelta(days=365))
    off = [0.1, -0.1, 0.1, -0.1, 0.1, -0.1, 0.1, -0.1, -0.6]
    assert told(off, dates).season == pytest.approx(-0.6 * SEASON_SHARE)
    # A date that stands near a year ago already does.
    near = (*DATES, AS_OF - timedelta(days=357))
    assert with_season(near, LONG_AGO, AS_OF) == near
    assert told(off, near).season == pytest.approx(-0.6 * SEASON_SHARE)


@pytest.mark.parametrize("days", [200, 400, 540])
def test_records_of_less_than_a_year_and_a_half_have_no_season(days: int) -> None:
    first = AS_OF - timedelta(days=days)
    assert with_season(DATES, first, AS_OF) == DATES
    assert with_season((), first, AS_OF) == ()
    assert told([0.3] * 8, opened=first).season == 0


def new_levels(spread: float, shops: int = 1500) -> tuple[list[list[float]], list[float]]:
    """Levels of eight past dates and of the one to come: each calendar month has its own, and a
    horizon of sixty days meets two of them."""
    random = np.random.default_rng(6)
    past, ahead = [], []
    for _ in range(shops):
        months = random.normal(0, spread * 2**0.5, 13)
        level = (months[1:] + months[:-1]) / 2
        past.append(level[:8].tolist())
        ahead.append(float(level[10] - level[:8].mean()))
    return past, ahead


@pytest.mark.parametrize("spread", [0.1, 0.3, 0.5])
def test_intervals_hold_a_new_date_when_months_drift(spread: float) -> None:
    past, ahead = new_levels(spread)
    held = [abs(new) <= told(off).reach(0.8) for off, new in zip(past, ahead, strict=True)]
    # Wider than it must be in a calm shop: eight calm months may be chance.
    assert 0.75 <= np.mean(held) <= (0.85 if spread > 0.2 else 1.0)
    # The control: what one date's customers alone leave open, as if all dates were alike.
    alone = norm.ppf(0.9) * 0.01
    assert np.mean([abs(new) <= alone for new in ahead]) < 0.15


def test_calm_months_are_told_narrower_than_drifting_ones() -> None:
    calm, rough = told([0.02, -0.02] * 4), told([0.5, -0.5] * 4)
    assert calm.reach(0.8) < 0.3 < rough.reach(0.8)
    assert calm.dates == rough.dates == pytest.approx(4.5)


def test_one_date_says_nothing_of_others_and_the_prior_stands() -> None:
    one = told([0.4], DATES[:1])
    assert (one.spread, one.dates) == (times.PRIOR_SPREAD, 1.0)
    assert told([0.2, -0.2], DATES[:2]).reach(0.8) < one.reach(0.8)


def seasonal(people: int = 260) -> list[dict]:
    """Customers who come half as often in summer as in winter, and stop some day."""
    random, rows = Random(3), []
    for person in range(people):
        gap = random.uniform(12, 40)
        day = AS_OF - timedelta(days=random.randint(60, 900))
        stop = day + timedelta(days=random.expovariate(1 / 500))
        while day < min(AS_OF, stop):
            rows.append(line(f"p{person}", day, 100, order_id=len(rows)))
            wait = gap * (1.5 - cos(2 * pi * day.timetuple().tm_yday / 365))
            day += timedelta(days=max(1, round(random.expovariate(1 / wait))))
    return rows


def test_a_shop_with_a_season_expects_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """In spring more will stay away than on the dates before, in autumn fewer."""
    monkeypatch.setattr(trees, "ROUNDS", 20)
    season = {}
    with opened(seasonal()) as shop:
        for month in (5, 11):
            warning = churn.fit(shop, as_of=date(2025, month, 15), horizon_days=45, parts=())
            assert warning.learned is not None
            season[month] = warning.learned.times.season
    assert season[11] < -0.15 < 0.15 < season[5]
