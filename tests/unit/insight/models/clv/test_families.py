"""The families against their published forms, their limits and what simulated customers do."""

from __future__ import annotations

import csv
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.special import betainc, betaln, gammaln, hyp2f1

from regulars.insight.models.clv.families import FAMILIES, Cnbd, Histories, Nbd, Pareto
from regulars.insight.models.clv.likelihood import fit_family
from tests.unit.insight.models.clv.simulated import purchase_days

SUMMARY = Path(__file__).parents[6] / "shared" / "data" / "cdnow" / "cdnow_customers_summary.csv"


def some(n: int = 200, seed: int = 3) -> Histories:
    random = np.random.default_rng(seed)
    x = random.integers(0, 12, n).astype(float)
    length = random.uniform(10, 80, n)
    t_x = np.where(x > 0, length * random.uniform(0.05, 0.95, n), 0.0)
    return Histories(x, t_x, length, np.ones(n))


def history(x: float, t_x: float, length: float) -> Histories:
    return Histories(*(np.array([value]) for value in (x, t_x, length)), n=np.ones(1))


@pytest.fixture(scope="module")
def cdnow() -> Histories:
    """The 1/10 sample of CDNOW, calibrated over 39 weeks, as published."""
    if not SUMMARY.exists():
        pytest.skip(f"{SUMMARY.name} is not on this machine")
    rows = list(csv.DictReader(SUMMARY.open()))
    x, t_x, length = (np.array([float(r[c]) for r in rows]) for c in ("frequency", "recency", "T"))
    return Histories(x, t_x, length, np.ones(len(rows)))


@pytest.mark.parametrize(
    ("code", "parameters", "likelihood"),
    [
        ("bg_nbd", (0.243, 4.414, 0.793, 2.426), -9582.4),
        ("mbg_nbd", (0.525, 6.183, 0.891, 1.614), -9582.1),
        ("pareto_nbd", (0.553, 10.578, 0.606, 11.669), -9595.0),
    ],
)
def test_published_parameters_are_found_again(
    cdnow: Histories, code: str, parameters: tuple[float, ...], likelihood: float
) -> None:
    found = fit_family(code, cdnow, prior=False)
    assert found.parameters == pytest.approx(parameters, rel=4e-3)
    assert found.log_likelihood == pytest.approx(likelihood, abs=0.1)


def test_the_integral_of_pareto_equals_its_hypergeometric_form() -> None:
    h, (r, alpha, s, beta) = some(), (0.6, 12.0, 0.8, 9.0)
    total = r + s + h.x

    def term(t: np.ndarray) -> np.ndarray:
        z = (alpha - beta) / (alpha + t)
        return hyp2f1(total, s + 1, total + 1, z) / (alpha + t) ** total

    published = (gammaln(r + h.x) + r * np.log(alpha) + s * np.log(beta) - gammaln(r)) + np.log(
        1 / ((alpha + h.T) ** (r + h.x) * (beta + h.T) ** s) + s / total * (term(h.t_x) - term(h.T))
    )
    ours = Pareto().log_likelihood(np.array([r, alpha, s, beta]), h)
    assert ours == pytest.approx(published, abs=1e-4)


def series(family: Cnbd, parameters: tuple[float, ...], h: Histories, weeks: float) -> float:
    """Expected purchases of one customer alive for certain, summed over the n-th purchase."""
    r, alpha, a, b = parameters
    stages, left = family._parts(np.array(parameters), h)
    whole = np.logaddexp(np.logaddexp.reduce(stages), left)
    kept = b + h.x[0] + family.at_first
    expected = 0.0
    for j, stage in enumerate(stages):
        shape = r + family.k * h.x[0] + j
        for n in range(1, 400):
            reached = betainc(family.k * n - j, shape, weeks / (alpha + h.T[0] + weeks))
            stays = np.exp(betaln(a, kept + n - 1) - betaln(a, kept))
            expected += float(np.exp(stage - whole)[0] * reached * stays)
    return expected


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("x", [0.0, 1.0, 6.0, 20.0])
def test_purchases_ahead_equal_the_sum_over_single_purchases(k: int, x: float) -> None:
    family, parameters = Cnbd("any", k=k), (0.9, 3.0 * k, 0.8, 2.5)
    h = history(x, 30.0 if x else 0.0, 36.0)
    told = float(family.ahead(np.array(parameters), h, 26.0)[0])
    exact = series(family, parameters, h, 26.0)
    assert told == pytest.approx(exact, rel=1e-6 if k == 1 else 0.06, abs=0.01)


def test_nobody_who_bought_once_can_have_left_in_bg_but_in_mbg() -> None:
    once, parameters = history(0.0, 0.0, 40.0), np.array([0.5, 6.0, 0.8, 2.0])
    assert FAMILIES["bg_nbd"].alive(parameters, once)[0] == pytest.approx(1.0)
    assert FAMILIES["mbg_nbd"].alive(parameters, once)[0] < 0.9


@pytest.mark.parametrize("code", [code for code in FAMILIES if code != "nbd"])
def test_the_longer_someone_is_silent_the_less_likely_they_are_a_customer(code: str) -> None:
    family = FAMILIES[code]
    parameters = np.array([0.8, 5.0, 0.8, 4.0])
    chances = [family.alive(parameters, history(5.0, 20.0, 20.0 + gap))[0] for gap in (0, 4, 20)]
    assert all(late < early for early, late in pairwise(chances))


def test_a_regular_customer_who_is_late_is_given_up_sooner_than_an_irregular_one() -> None:
    late = history(10.0, 40.0, 52.0)
    irregular = FAMILIES["mbg_nbd"].alive(np.array([2.0, 8.0, 0.8, 4.0]), late)[0]
    regular = FAMILIES["mbg_cnbd_3"].alive(np.array([6.0, 8.0, 0.8, 4.0]), late)[0]
    assert regular < irregular


@pytest.mark.parametrize("code", FAMILIES)
def test_more_weeks_bring_more_purchases_and_no_weeks_none(code: str) -> None:
    family = FAMILIES[code]
    parameters = np.array([0.6, 8.0, 0.9, 6.0])[: len(family.names)]
    ahead = [family.ahead(parameters, some(), weeks) for weeks in (1e-6, 4, 26, 104)]
    assert ahead[0] == pytest.approx(0.0, abs=1e-3)
    assert all((late >= early - 1e-9).all() for early, late in pairwise(ahead))


def test_an_nbd_is_a_bg_in_which_nobody_leaves() -> None:
    h = some()
    stays = FAMILIES["bg_nbd"].ahead(np.array([0.7, 9.0, 1e-12, 1e4]), h, 20.0)
    assert stays == pytest.approx(Nbd().ahead(np.array([0.7, 9.0]), h, 20.0), rel=1e-3)


@cache
def simulated(k: int, customers: int = 1500, days: int = 364) -> tuple[Histories, float]:
    """Histories over half the days and the mean number of purchase days in the other half."""
    half = days // 2
    taken = purchase_days(customers, days, k=k, leave=0.15).values()
    known = [[day for day in one if day < half] for one in taken]
    met = [one for one in known if one]
    later = np.mean([sum(day >= half for day in one) for one in taken if one and one[0] < half])
    gaps = np.concatenate([np.diff(one) for one in met]) / 7
    x = np.array([len(one) - 1.0 for one in met])
    t_x = np.array([(one[-1] - one[0]) / 7 for one in met])
    length = np.array([(half - one[0]) / 7 for one in met])
    h = Histories(x, t_x, length, np.ones(len(met)), log_gaps=float(np.log(gaps).sum()))
    return h, float(later)


@pytest.mark.parametrize(("k", "code"), [(1, "mbg_nbd"), (2, "mbg_cnbd_2"), (3, "mbg_cnbd_3")])
def test_what_simulated_customers_do_later_is_foretold(k: int, code: str) -> None:
    h, later = simulated(k)
    fit = fit_family(code, h)
    assert float(fit.ahead(h, 26.0).mean()) == pytest.approx(later, rel=0.1)


@pytest.mark.parametrize(("k", "likeliest"), [(1, "mbg_nbd"), (3, "mbg_cnbd_3")])
def test_likelihood_tells_regular_from_irregular_shops(k: int, likeliest: str) -> None:
    h, _ = simulated(k)
    codes = ("mbg_nbd", "mbg_cnbd_3")
    fits = {code: fit_family(code, h) for code in codes}
    assert max(codes, key=lambda code: fits[code].log_likelihood) == likeliest


def test_the_order_of_customers_changes_no_parameter() -> None:
    h = some(500)
    turned = Histories(h.x[::-1], h.t_x[::-1], h.T[::-1], h.n)
    found, other = fit_family("mbg_nbd", h), fit_family("mbg_nbd", turned)
    assert found.parameters == pytest.approx(other.parameters, rel=1e-3)


def test_counts_stand_for_that_many_customers() -> None:
    h = some(300)
    doubled = Histories(*(np.tile(one, 2) for one in (h.x, h.t_x, h.T, h.n)))
    counted = Histories(h.x, h.t_x, h.T, 2 * h.n)
    a, b = (fit_family("bg_nbd", one) for one in (doubled, counted))
    assert a.parameters == pytest.approx(b.parameters, rel=1e-3)


def test_the_prior_keeps_a_few_customers_sane_where_likelihood_runs_away() -> None:
    h = Histories(
        *(np.array(v, dtype=float) for v in ([0, 1, 0], [0, 4, 0], [9, 12, 3], [9, 5, 8]))
    )
    free, held = fit_family("mbg_nbd", h, prior=False), fit_family("mbg_nbd", h)
    assert max(abs(np.log(held.values))) < 7
    assert max(abs(np.log(free.values))) > max(abs(np.log(held.values)))
