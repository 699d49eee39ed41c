"""Ready segmentations follow their declared rules, and say nothing where nothing tells it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest

from regulars.insight.features.adoption import adoption
from regulars.insight.features.habits import habits
from regulars.insight.features.segmentations import (
    SegmentationCuts,
    banded,
    fit_cuts,
    measures,
    segmentations,
)
from regulars.insight.segments import by_segment
from tests.unit.insight.shops import AS_OF, busy_lines, line, opened, rows_of

CUTS = SegmentationCuts(
    spend=(100, 200, 300),
    frequency=(1, 2, 4),
    places=(
        ("discount_share", (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)),
        ("price_place", (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)),
    ),
    adoption=(0.3, 0.7),
)
PLAIN = {
    "purchase_days": 3,
    "purchase_days_365d": 3,
    "spend_365d": 150,
    "online_share": None,
    "discount_share": None,
    "service_share": None,
    "staff_loyalty": None,
    "price_place": None,
    "satisfaction": None,
    "stated_motive": None,
    "adoption_place": None,
    "stage": "mature",
}
FLOATS = (
    *("online_share", "discount_share", "service_share", "staff_loyalty", "price_place"),
    *("satisfaction", "adoption_place"),
)


def told(**values: object) -> dict:
    """The bands of one customer who is PLAIN but for these values."""
    row = {"customer_id": "a", **PLAIN, **values}
    kinds = [
        (name, pa.float64() if name in FLOATS else pa.infer_type([PLAIN[name] or ""]))
        for name in PLAIN
    ]
    table = pa.Table.from_pylist([row], pa.schema([("customer_id", pa.string()), *kinds]))
    with opened([]) as empty:
        known = empty.engine.read("known", table)
        found = banded(known.drop("stage"), known.select("customer_id", "stage"), CUTS)
        return rows_of(found)["a"]


@pytest.mark.parametrize(
    ("spend", "band"), [(0, "none"), (-5, "none"), (100, "low"), (101, "middle"), (301, "top")]
)
def test_spend_is_banded_at_the_cuts(spend: int, band: str) -> None:
    assert told(spend_365d=spend)["spend_band"] == band


def test_frequency_is_banded_at_the_cuts() -> None:
    assert told(purchase_days_365d=0)["frequency_band"] == "none"
    assert told(purchase_days_365d=2)["frequency_band"] == "occasional"
    assert told(purchase_days_365d=5)["frequency_band"] == "often"


def test_who_never_bought_has_no_band_but_is_latent() -> None:
    row = told(purchase_days=0, purchase_days_365d=0, spend_365d=0, stage="potential")
    assert row["spend_band"] is None
    assert row["frequency_band"] is None
    assert row["value_tier"] == "latent"


@pytest.mark.parametrize(
    ("values", "tier"),
    [
        ({"stage": "new", "spend_365d": 999}, "new"),
        ({"spend_365d": 301}, "elite"),
        ({"spend_365d": 301, "stage": "lost"}, "latent"),
        ({"spend_365d": 201, "stage": "at_risk"}, "middle"),
        ({"spend_365d": 10}, "active"),
        ({"spend_365d": 10, "stage": "at_risk"}, "latent"),
    ],
)
def test_the_first_tier_that_holds_is_taken(values: dict, tier: str) -> None:
    assert told(**values)["value_tier"] == tier


def test_the_motive_is_the_highest_place() -> None:
    row = told(discount_share=0.95, price_place=0.55)
    assert (row["motive"], row["motive_basis"]) == ("price", "behaviour")
    assert told(discount_share=0.05, price_place=0.75)["motive"] == "quality"


def test_no_motive_is_told_where_none_is_clear_or_days_are_few() -> None:
    row = told(discount_share=0.35, price_place=0.3)
    assert (row["motive"], row["motive_basis"]) == (None, None)
    assert told(discount_share=0.95, purchase_days=2)["motive"] is None


def test_what_someone_said_counts_more_than_what_they_did() -> None:
    row = told(discount_share=0.95, stated_motive="service")
    assert (row["motive"], row["motive_basis"]) == ("service", "survey")


def test_adopters_satisfaction_and_channels_follow_their_cuts() -> None:
    places = [told(adoption_place=place)["adopter"] for place in (0.3, 0.5, 0.71, None)]
    assert places == ["early", "follower", "late", None]
    scores = [told(satisfaction=score)["satisfaction_band"] for score in (80, 79, 59, None)]
    assert scores == ["satisfied", "neutral", "dissatisfied", None]
    shares = [told(online_share=share)["channel_habit"] for share in (0.2, 0.5, 0.8, None)]
    assert shares == ["store", "both", "online", None]


def test_without_cuts_nothing_is_claimed() -> None:
    with opened([]) as empty:
        assert fit_cuts(empty, measures(empty, as_of=AS_OF)) == SegmentationCuts()


def test_cuts_survive_json() -> None:
    assert SegmentationCuts.from_json(CUTS.to_json()) == CUTS


def test_bands_of_a_whole_shop_take_in_the_declared_shares() -> None:
    rows = [
        line(f"c{n}", AS_OF - timedelta(days=10 + n % 7), 100 * (n + 1), order_id=n)
        for n in range(100)
    ]
    with opened(rows) as shop:
        found = [row["spend_band"] for row in rows_of(segmentations(shop, as_of=AS_OF)).values()]
    counts = {band: found.count(band) for band in ("low", "middle", "high", "top")}
    assert counts == {"low": 40, "middle": 30, "high": 20, "top": 10}


def test_later_rows_and_the_order_of_rows_change_nothing() -> None:
    rows = busy_lines(300)
    later = [line(f"c{n}", AS_OF, 9999, order_id=n) for n in range(9)]
    with opened(rows) as one, opened([*reversed(rows), *later]) as other:
        then, now = (rows_of(segmentations(shop, as_of=AS_OF)) for shop in (one, other))
    assert then == now


def test_habits_are_those_of_the_lines() -> None:
    day = AS_OF - timedelta(days=30)
    rows = [
        line("a", day, 100, product_id=1, channel="web", staff_id="x", discount=100),
        line("a", day, 300, product_id=2, channel="store", staff_id="x", discount=0),
        line("a", day, 300, product_id=3, channel="WeChat", staff_id="y", discount=0),
        line("a", day, -300, product_id=3, channel="web", staff_id="y"),
        line("b", day, 900, product_id=4),
    ]
    with opened(rows) as shop:
        found = rows_of(habits(shop, as_of=AS_OF))
    assert found["a"]["online_share"] == pytest.approx(2 / 3)
    assert found["a"]["discount_share"] == pytest.approx(100 / 800)
    assert found["a"]["staff_loyalty"] == pytest.approx(2 / 3)
    assert found["a"]["service_share"] is None
    assert found["b"]["online_share"] is None


def test_the_place_of_a_price_is_within_its_category() -> None:
    day = AS_OF - timedelta(days=30)
    listed = pa.Table.from_pylist(
        [{"product_id": key, "category": "hair"} for key in (1, 2, 3)]
        + [{"product_id": 9, "category": "alone"}]
    )
    rows = [
        line("dear", day, 500, product_id=3),
        line("cheap", day, 100, product_id=1),
        line("both", day, 100, product_id=1),
        line("both", day, 250, product_id=2, discount=50),
        line("alone", day, 999, product_id=9),
    ]
    with opened(rows, products=listed) as shop:
        found = {who: row["price_place"] for who, row in rows_of(habits(shop, as_of=AS_OF)).items()}
    assert found == {"dear": 1, "cheap": 0, "both": 0.25, "alone": None}


def answers(*rows: tuple[str, int, str, str]) -> pa.Table:
    """customer, days ago, kind, key."""
    noon = datetime.combine(AS_OF, datetime.min.time())
    return pa.table(
        {
            "customer_id": [who for who, *_ in rows],
            "at": pa.array([noon - timedelta(days=ago) for _, ago, *_ in rows], pa.timestamp("us")),
            "kind": [kind for *_, kind, _ in rows],
            "key": [key for *_, key in rows],
        }
    )


def test_answers_of_a_year_make_satisfaction_on_the_scale_the_shop_uses() -> None:
    five = answers(
        ("a", 5, "survey", "4"),
        ("a", 9, "rating", "satisfaction:5"),
        ("a", 400, "survey", "1"),
        ("b", 5, "visit", "3"),
        ("b", 5, "survey", "good"),
    )
    with opened([], events=five) as shop:
        found = rows_of(habits(shop, as_of=AS_OF))
    assert found["a"]["satisfaction"] == 90
    assert "b" not in found
    ten = answers(("a", 5, "survey", "4"), ("b", 9, "survey", "9.5"))
    with opened([], events=ten) as shop:
        found = rows_of(habits(shop, as_of=AS_OF))
    assert (found["a"]["satisfaction"], found["b"]["satisfaction"]) == (40, 95)


def test_the_latest_stated_motive_counts() -> None:
    said = answers(("a", 9, "survey", "motive:price"), ("a", 2, "survey", "motive:quality"))
    with opened([], events=said) as shop:
        assert rows_of(habits(shop, as_of=AS_OF))["a"]["stated_motive"] == "quality"


def new_products() -> list[dict]:
    """Two products arrive after half a year; 25 people buy both, one a day."""
    rows = [line("old", date(2025, 1, 1), order_id=0)]
    for product, arrived in ((2, date(2025, 7, 1)), (3, date(2025, 8, 1))):
        rows += [
            line(f"c{n:02}", arrived + timedelta(days=n), product_id=product, order_id=n)
            for n in range(25)
        ]
    return rows


def test_who_buys_new_products_first_stands_first() -> None:
    with opened(new_products()) as shop:
        found = rows_of(adoption(shop, as_of=AS_OF))
    places = [found[f"c{n:02}"]["adoption_place"] for n in range(25)]
    assert places == sorted(places)
    assert len(set(places)) == 25
    # Two products and the weight of two more in the middle: (2 × 0.02 + 2 × 0.5) / 4.
    assert places[0] == pytest.approx(0.26)
    assert {row["new_products"] for row in found.values()} == {2}
    assert "old" not in found


def test_products_of_the_first_days_on_record_are_not_new() -> None:
    rows = [*new_products(), line("early", date(2025, 5, 1), order_id=1)]
    shifted = [
        row | {"ordered_at": row["ordered_at"] - timedelta(days=150)}
        if row["product_id"] != 1
        else row
        for row in rows
    ]
    with opened(shifted) as shop:
        assert rows_of(adoption(shop, as_of=AS_OF)) == {}


def test_sums_by_segment_are_those_of_its_customers() -> None:
    table = pa.table(
        {
            "customer_id": [1, 2, 3],
            "value_tier": ["elite", "latent", "latent"],
            "motive": [None, "price", None],
            **{name: [4, 2, 1] for name in ("spend_365d", "spend", "purchase_days")},
        }
    )
    with opened([]) as empty:
        rows = by_segment(empty.engine.read("customers", table)).to_pyarrow().to_pylist()
    found = {(row["dimension"], row["value"]): (row["customers"], row["spend"]) for row in rows}
    assert found == {
        ("motive", "price"): (1, 2),
        ("tier", "elite"): (1, 4),
        ("tier", "latent"): (2, 3),
    }
