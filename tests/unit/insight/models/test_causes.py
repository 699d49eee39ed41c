"""A cause is a sign that a declared rule saw; without one nobody pretends to know."""

from __future__ import annotations

import ibis
import pytest
from ibis.expr.types import Table

from regulars.insight.models.causes import CAUSES, Market, with_causes

CALM = {
    "customer_id": 1,
    "p_churn": 0.8,
    "churn_reasons": ["told"],
    "purchase_days": 9,
    "regularity": 0.1,
    "overdue_ratio": 3.0,
    "complaints_180d": 0,
    "no_shows_180d": 0,
    "cancellations_180d": 0,
    "returned_share": 0.0,
    "discount_share": 0.0,
    "price_band": "medium",
    "amount_change": 0.1,
    "gap_change": 0.2,
    "dropped_category": None,
    "satisfaction_band": None,
}
KINDS = {
    **dict.fromkeys(("customer_id", "purchase_days", "complaints_180d"), "int64"),
    **dict.fromkeys(("no_shows_180d", "cancellations_180d"), "int64"),
    **dict.fromkeys(("p_churn", "regularity", "overdue_ratio", "returned_share"), "float64"),
    **dict.fromkeys(("discount_share", "amount_change", "gap_change"), "float64"),
    **dict.fromkeys(("price_band", "dropped_category", "satisfaction_band"), "string"),
    "churn_reasons": "array<string>",
}
DEARER = Market(price_change=0.08)
STINGY = Market(discount_change=0.5)


def table(**changed: object) -> Table:
    row = CALM | changed
    return ibis.memtable([row], schema={name: KINDS[name] for name in CALM})


def cause_of(market: Market = Market(), **changed: object) -> tuple[str | None, str | None]:  # noqa: B008
    row = with_causes(table(**changed), market=market).to_pyarrow().to_pylist()[0]
    return row["churn_cause"], row["churn_cause_rule"]


@pytest.mark.parametrize(
    ("expected", "signs"),
    [
        (("service", "complaint"), {"complaints_180d": 1}),
        (("service", "unhappy"), {"satisfaction_band": "dissatisfied"}),
        (("service", "taken_back"), {"returned_share": 0.3}),
        (("price", "fewer_discounts"), {"discount_share": 0.2, "market": STINGY}),
        (("price", "dearer"), {"price_band": "high", "market": DEARER}),
        (("need", "dropped_category"), {"dropped_category": "hair"}),
        (("need", "less_each_time"), {"amount_change": -0.7}),
        (("need", "less_often"), {"gap_change": 1.2}),
        (("personal", "called_off"), {"no_shows_180d": 1, "cancellations_180d": 1}),
        (("competitor", "stopped_at_once"), {"regularity": 0.5}),
        (("unclear", "too_little_known"), {"purchase_days": 2}),
        (("unclear", "no_sign"), {}),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_each_sign_leads_to_its_cause(expected: tuple, signs: dict) -> None:
    assert cause_of(**signs) == expected
    assert expected[0] in CAUSES


def test_the_plainest_sign_comes_first() -> None:
    assert cause_of(complaints_180d=2, amount_change=-0.9, regularity=0.9)[0] == "service"


@pytest.mark.parametrize("quiet", [{"p_churn": 0.4}, {"p_churn": None}, {"churn_reasons": None}])
def test_no_cause_is_named_without_a_warning(quiet: dict) -> None:
    assert cause_of(complaints_180d=2, **quiet) == (None, None)


def test_what_happened_to_everyone_is_no_sign_for_those_it_does_not_touch() -> None:
    assert cause_of(DEARER)[0] == "unclear"
    assert cause_of(STINGY)[0] == "unclear"


def test_columns_that_are_not_there_give_no_sign() -> None:
    few = table(complaints_180d=3).select("customer_id", "p_churn", "churn_reasons")
    row = with_causes(few).to_pyarrow().to_pylist()[0]
    assert row["churn_cause"] == "unclear"
