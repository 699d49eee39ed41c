"""Scaling, the choice of k, names, drift and the tree, each by itself."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy import stats

from regulars.insight.models.clusters.choice import Candidate, chosen, jaccard, judge, nearest
from regulars.insight.models.clusters.drift import drift, matched
from regulars.insight.models.clusters.profile import Trait, named
from regulars.insight.models.clusters.scaling import (
    FARTHEST,
    fit_scaling,
    scaled,
    weighted,
    yeo_johnson,
)
from regulars.insight.models.clusters.tree import fit_tree, spoken

RANDOM = np.random.default_rng(3)
BLOBS = np.concatenate([RANDOM.normal(centre, 0.3, (60, 2)) for centre in (0, 4, 9)])


@pytest.mark.parametrize("power", [-1.0, 0.0, 0.5, 1.0, 2.0])
def test_the_power_transform_equals_scipys(power: float) -> None:
    values = np.array([-3.0, -0.5, 0.0, 0.2, 7.0])
    assert yeo_johnson(values, power) == pytest.approx(stats.yeojohnson(values, power))


def test_a_skewed_feature_is_bent_towards_a_bell() -> None:
    skewed = np.exp(RANDOM.normal(3, 1, 2000))
    scaling = fit_scaling("spend", skewed)
    assert scaling is not None
    assert scaling.power <= 0.25
    assert abs(stats.skew(scaling(skewed))) < 0.3 < stats.skew(skewed)


def test_unknown_values_stand_in_the_middle_and_extremes_are_held() -> None:
    scaling = fit_scaling("days", np.append(np.arange(99.0), np.nan))
    assert scaling is not None
    inside = scaling(np.array([np.nan, scaling.fill, 1e12]))
    assert inside[0] == inside[1]
    assert abs(inside[2]) <= FARTHEST


def test_a_feature_that_says_nothing_is_left_out() -> None:
    assert fit_scaling("same", np.ones(50)) is None
    assert fit_scaling("unknown", np.append(np.arange(20.0), np.full(30, np.nan))) is None


def test_features_that_say_the_same_share_one_vote() -> None:
    alone, twice = RANDOM.normal(size=400), RANDOM.normal(size=400)
    columns = {"alone": alone, "one": twice, "other": twice.copy()}
    scalings = [fit_scaling(name, values) for name, values in columns.items()]
    weights = {one.feature: one.weight for one in weighted(scalings, columns)}
    assert weights["alone"] == pytest.approx(1, abs=0.02)
    assert weights["one"] ** 2 + weights["other"] ** 2 == pytest.approx(1, abs=0.02)
    assert scaled(weighted(scalings, columns), columns).shape == (400, 3)


def test_as_many_clusters_as_there_are() -> None:
    judged = [candidate for candidate, _centres in judge(BLOBS, seed=0)]
    best = chosen(judged)
    assert best.k == 3
    assert best.stability > 0.99
    assert all(one.silhouette < best.silhouette for one in judged if one.k != 3)


def candidate(k: int, silhouette: float, least: float = 0.9, stability: float = 0.9) -> Candidate:
    return Candidate(k, stability, silhouette, (least, *[0.95] * (k - 1)))


def test_the_largest_k_that_is_stable_and_apart_is_taken() -> None:
    good, loose, broken = candidate(4, 0.4), candidate(5, 0.3), candidate(6, 0.4, least=0.7)
    assert chosen([candidate(3, 0.4), good, loose, broken]) is good
    # The control: found again and as far apart, the larger one is taken.
    assert chosen([good, candidate(6, 0.4)]).k == 6


def test_the_k_of_the_run_before_stays_while_it_passes() -> None:
    few, many = candidate(3, 0.4), candidate(5, 0.38)
    assert chosen([few, many], earlier=3) is few
    assert chosen([candidate(3, 0.4, least=0.5), many], earlier=3) is many


def test_where_no_k_passes_the_most_stable_and_apart_is_taken() -> None:
    weak = [candidate(3, 0.2, 0.5, stability=0.6), candidate(4, 0.2, 0.5, stability=0.5)]
    assert chosen(weak).k == 3


def test_sureness_is_zero_on_the_border_and_one_at_the_centre() -> None:
    points = np.array([[0.0], [5.0], [10.0], [2.0]])
    index, sure = nearest(points, np.array([[0.0], [10.0]]))
    assert index.tolist() == [0, 0, 1, 0]
    assert sure.tolist() == [1, 0, 1, 0.75]


def test_jaccard_is_shared_over_either() -> None:
    found = jaccard(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), 2, 2)
    assert found.tolist() == [[2 / 3, 1 / 4], [0, 1 / 2]]


def test_clusters_are_matched_by_shared_customers() -> None:
    earlier = np.repeat([1, 2, 5], 20)
    present = np.repeat([2, 0, 1], 20)
    assert matched(earlier, present, [1, 2, 5], 3) == [2, 5, 1]
    # What shares too little is not the same and takes a number nobody had.
    split = np.concatenate([np.repeat([0], 20), np.repeat([1], 20), np.arange(20) % 5 + 2])
    assert matched(earlier, split, [1, 2, 5], 7) == [1, 2, 3, 4, 6, 7, 8]
    assert matched(earlier, np.arange(60) % 3, [1, 2, 5], 3) == [3, 4, 6]


def test_drift_counts_who_moved() -> None:
    found = drift(np.array([1, 1, 2, 2]), np.array([1, 2, 2, 3]), date(2026, 1, 1))
    assert found.moved == 0.5
    by_number = {one.number: one for one in found.shifts}
    assert (by_number[1].before, by_number[1].now, by_number[1].jaccard) == (0.5, 0.25, 0.5)
    assert by_number[3].before is None
    assert by_number[3].jaccard is None


def trait(feature: str, difference: float) -> Trait:
    return Trait(feature, 1.0, 2.0, difference)


def test_two_clusters_never_share_a_name_while_features_tell_them_apart() -> None:
    one = (trait("a", 2.0), trait("b", 1.0), trait("c", 0.9))
    other = (trait("a", 1.9), trait("b", 0.8), trait("c", -0.7))
    assert named([one, other]) == [("a+", "b+", "c+"), ("a+", "b+", "c-")]


def test_a_cluster_like_all_others_is_called_ordinary() -> None:
    assert named([(trait("a", 0.1),), (trait("a", -2.0),)]) == [("ordinary",), ("a-",)]


def test_the_tree_asks_at_most_three_questions_and_rounds_them() -> None:
    value = RANDOM.uniform(0, 1000, 600)
    noise = RANDOM.uniform(0, 1, 600)
    truth = np.where(value > 437, 1, 2)
    tree = fit_tree({"value": value, "noise": noise}, ("value", "noise"), truth, seed=0)
    root = tree.nodes[0]
    assert root.feature == "value"
    assert root.threshold == 440
    assert tree.accuracy > 0.97
    answers = tree.answers({"value": np.array([10.0, 900.0]), "noise": np.array([0.5, 0.5])})
    assert answers.tolist() == [2, 1]


def test_the_tree_is_judged_on_customers_it_has_not_seen() -> None:
    noise = RANDOM.normal(size=(400, 1))
    truth = RANDOM.integers(1, 3, 400)
    tree = fit_tree({"noise": noise[:, 0]}, ("noise",), truth, seed=0)
    # Nothing to learn: seen again the tree would look better than guessing.
    assert tree.accuracy < 0.58
    assert tree.base >= 0.5


def test_thresholds_have_two_digits() -> None:
    assert [spoken(value) for value in (0.0, 12_345.0, 0.01234, -37.8)] == [0, 12_000, 0.012, -38]
