"""Segments in words: names, conditions of the tree, comparisons and shares."""

from __future__ import annotations

import pytest
from django.utils import translation

from regulars.understanding.insights import segments_rules as rules
from regulars.understanding.insights import segments_words as words
from regulars.understanding.traits_words import value_words


def profile(number: int, name: list[str], n: int, **medians: float) -> dict:
    traits = [
        {"feature": feature, "median": median, "rest": median / 2, "difference": 1.0}
        for feature, median in medians.items()
    ]
    return {"number": number, "name": name, "traits": traits, "n": n, "jaccard": 0.9}


MODEL = {
    "profiles": [
        profile(1, ["purchase_days+", "day_amount+"], 100, purchase_days=12.0, day_amount=30_000.0),
        profile(2, ["ordinary"], 25, purchase_days=2.0, day_amount=30_000.0),
    ],
    "scalings": [
        {"feature": "purchase_days", "weight": 0.5},
        {"feature": "day_amount", "weight": 1.0},
    ],
    "centres": [[0.5, 0.1], [-0.5, 0.0]],
    "candidates": [{"k": 2, "jaccard": [0.9, 0.7]}, {"k": 3, "jaccard": [0.9, 0.8, 0.8]}],
    "k": 3,
}
ROWS = [
    {"cluster": 2, "customers": 30, "spend_365d": 3000, "expected_spend": 6000},
    {"cluster": 1, "customers": 10, "spend_365d": 9000, "expected_spend": 9000},
]


def test_tiles_stand_by_what_they_spend_with_their_shares() -> None:
    first, second = rules.tiles(MODEL, ROWS)
    assert (first.number, first.share, first.spend_share) == (1, 0.25, 0.75)
    assert (first.mean_spend, first.mean_expected) == (900, 900)
    assert second.mean_expected == 200


def test_a_group_is_named_by_what_sets_it_apart() -> None:
    with translation.override("en"):
        assert rules.tiles(MODEL, ROWS)[0].name == "Come often, large baskets"
        assert rules.tiles(MODEL, ROWS)[1].name == "Nothing stands out"
        assert "Keep them" in rules.tiles(MODEL, ROWS)[0].advice
        assert rules.tiles(MODEL, ROWS)[1].advice == ""


def test_what_is_written_the_same_sets_nobody_apart() -> None:
    same = profile(1, [], 9, purchase_days=3.0)
    same["traits"][0]["rest"] = 3.0
    assert rules.differences(same) == ()
    assert len(rules.differences(profile(1, [], 9, purchase_days=3.0))) == 1


@pytest.mark.parametrize(
    ("feature", "threshold", "above", "below"),
    [
        ("purchase_days", 6.5, "At least 7 purchase days", "At most 6 purchase days"),
        ("recency_days", 30.0, "Last purchase over 30 days ago", "Bought within the last 30 days"),
        ("discount_share", 0.17, "Over 17.0% taken off the price", "At most 17.0% taken off the"),
    ],
)
def test_both_answers_of_a_question_fit_together(
    feature: str, threshold: float, above: str, below: str
) -> None:
    with translation.override("en"):
        assert words.condition(feature, threshold, above=True).startswith(above)
        assert words.condition(feature, threshold, above=False).startswith(below)


def test_the_tree_ends_in_groups() -> None:
    leaf = {"feature": None, "threshold": None, "below": None, "above": None}
    tree = {
        "nodes": [
            {"cluster": 1, "n": 9, "right": 0.5, "feature": "purchase_days", "threshold": 6.5}
            | {"below": 1, "above": 2},
            {"cluster": 2, "n": 4, "right": 0.75} | leaf,
            {"cluster": 1, "n": 5, "right": 1.0} | leaf,
        ]
    }
    few, many = rules.branches(tree, {1: "one", 2: "two"})
    assert (few.number, few.name, few.n, few.branches) == (2, "two", 4, ())
    assert many.name == "one"


def test_two_groups_are_compared_in_spreads_of_the_shop() -> None:
    with translation.override("en"):
        furthest, second = rules.compared(MODEL, 1, 2)
        assert (furthest.spreads, furthest.size) == (2.0, "large")
        assert (second.spreads, second.size) == (0.1, "none to speak of")


def test_the_margin_of_a_position_shrinks_with_the_customers() -> None:
    assert rules.margin(MODEL, 1) == pytest.approx(0.128, abs=0.001)
    assert rules.margin(MODEL, 2) == pytest.approx(2 * rules.margin(MODEL, 1))


def test_a_number_of_groups_is_steady_when_its_worst_group_is() -> None:
    assert [(one["least"], one["steady"], one["taken"]) for one in rules.candidates(MODEL)] == [
        (0.7, False, False),
        (0.8, True, True),
    ]


def test_parts_are_shares_of_everybody_in_their_own_order() -> None:
    rows = [
        {"dimension": "tier", "value": "latent", "customers": 60, "spend_365d": 10},
        {"dimension": "tier", "value": "elite", "customers": 40, "spend_365d": 90},
        {"dimension": "motive", "value": "price", "customers": 20, "spend_365d": 50},
    ]
    assert [one.value for one in rules.parts(rows, "tier")] == ["elite", "latent"]
    (price,) = rules.parts(rows, "motive")
    assert (price.share, price.spend_share, price.mean_expected) == (0.2, 0.5, None)
    assert rules.parts(rows, "adopter") == []


def test_every_dimension_has_its_rule_and_its_groups_have_words() -> None:

    for dimension, values in rules.ORDER.items():
        assert words.RULES[dimension]
        for value in values:
            assert value_words(dimension, value) != value, (dimension, value)
