"""A history of a past date is what that date knew, whatever else is asked for or came later."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from math import log
from statistics import linear_regression, mean, pstdev

import pyarrow as pa
import pytest
from hypothesis import given, settings

from regulars.insight.features.history import WINDOWS_DAYS, history
from regulars.insight.features.rhythm import rhythm
from tests.unit.insight import oracle
from tests.unit.insight.shops import AS_OF, PRODUCTS, assert_same, busy_lines, line, lines, opened
from tests.unit.insight.shops import rows_of as _rows_of

DAY = timedelta(days=1)
BEFORE = AS_OF - 40 * DAY
ROWS = busy_lines(500)


def rows_of(table) -> dict:
    """Rows of one date: customer_id -> row without the date."""
    return _rows_of(table.drop("at"))


def change(values: list[int]) -> float | None:
    if len(values) < 3 or sum(values) <= 0:
        return None
    slope = linear_regression(range(len(values)), values).slope
    return slope * (len(values) - 1) / mean(values)


def price_change(rows: list[dict], who: str, as_of: date) -> float | None:
    """Log change of unit prices, sixty days against the hundred and twenty before, by looping."""

    def unit(item: int, first: int, last: int) -> float | None:
        sold = [
            one
            for one in rows
            if one["product_id"] == item
            and one["amount"] > 0
            and first < (as_of - one["ordered_at"].date()).days <= last
        ]
        if not sold:
            return None
        return sum(one["amount"] for one in sold) / sum(one["quantity"] for one in sold)

    weights, moved = 0.0, 0.0
    for one in rows:
        days = (as_of - one["ordered_at"].date()).days
        if one["customer_id"] == who and one["amount"] > 0 and 0 < days <= 365:
            late, before = unit(one["product_id"], 0, 60), unit(one["product_id"], 60, 180)
            if late and before:
                weights += one["amount"]
                moved += one["amount"] * round(min(max(log(late / before), -1), 1), 6)
    return moved / weights if weights else None


def twin(rows: list[dict], as_of: date) -> dict:
    """What the days and the lines tell, by looping."""
    found = {}
    known = defaultdict(list)
    for one in oracle.known_lines(rows, as_of):
        known[one["customer_id"]].append(one)
    rhythms = oracle.rhythm(rows, as_of)
    for who, own in oracle.customers(rows, as_of).items():
        days = oracle.purchase_days(own)
        gaps = [(b - a).days for a, b in pairwise(days)]
        amounts = [sum(o["amount"] for o in own if o["day"] == day) for day in days]
        row = dict(rhythms[who]) if days else {}
        row |= {
            "purchase_days": len(days),
            "gaps": len(gaps),
            "spend": sum(order["amount"] for order in own),
            "day_amount": mean(amounts) if days else None,
            "last_amount": amounts[-1] if days else None,
            "amount_change": change(amounts),
            "gap_change": change(gaps),
            "gap_cv": pstdev(gaps) / mean(gaps) if len(gaps) > 1 else None,
            "last_gap_days": gaps[-1] if gaps else None,
            "weekend_share": sum(d.weekday() >= 5 for d in days) / len(days) if days else None,
            "purchase_days_year_ago": sum(275 < (as_of - day).days <= 365 for day in days),
        }
        for window in WINDOWS_DAYS:
            row[f"purchase_days_{window}d"] = sum((as_of - d).days <= window for d in days)
            row[f"spend_{window}d"] = sum(
                o["amount"] for o in own if (as_of - o["day"]).days <= window
            )
        row["price_change"] = price_change(rows, who, as_of)
        found[who] = row | _of_lines(known[who], as_of)
    return found


def _of_lines(own: list[dict], as_of: date) -> dict:
    sold = [one for one in own if one["amount"] >= 0]
    row = {}
    days = len({one["ordered_at"].date() for one in sold})
    row["lines_per_day"] = len(sold) / days if days else None
    for name, reach in (("discount_share", 9999), ("discount_share_180d", 180)):
        priced = [
            one
            for one in sold
            if one["discount"] is not None and (as_of - one["ordered_at"].date()).days <= reach
        ]
        full = sum(one["discount"] + one["amount"] for one in priced)
        row[name] = sum(one["discount"] for one in priced) / full if full else None
    total = sum(one["amount"] for one in sold)
    row["returned_share"] = (
        -sum(o["amount"] for o in own if o["amount"] < 0) / total if total else None
    )
    for subject, value_of in {
        "product": lambda one: one["product_id"],
        "category": lambda one: PRODUCTS.get(one["product_id"], {}).get("category"),
        "channel": lambda one: one["channel"],
        "staff": lambda one: one["staff_id"],
        "store": lambda one: one["store_id"],
    }.items():
        first: dict = {}
        for one in sorted(sold, key=lambda one: one["ordered_at"]):
            if value_of(one) is not None:
                first.setdefault(value_of(one), one["ordered_at"].date())
        row[f"distinct_{subject}"] = len(first)
        row[f"new_{subject}_90d"] = sum((as_of - day).days <= 90 for day in first.values())
    return row


def compare(found: dict, expected: dict) -> None:
    """Every column of the twin; what the twin leaves out is an empty rhythm or an event."""
    assert found.keys() == expected.keys()
    assert_same(
        {who: {name: found[who][name] for name in row} for who, row in expected.items()}, expected
    )


@settings(max_examples=3, deadline=None, derandomize=True, database=None)
@given(rows=lines)
def test_equals_its_twin(rows: list[dict]) -> None:
    with opened(rows) as shop:
        compare(rows_of(history(shop, [AS_OF])), twin(rows, AS_OF))


def test_price_changes_are_those_of_the_whole_shop_for_what_the_customer_buys() -> None:
    """Item 1 became a fifth dearer for everyone, item 2 stayed; the control buys item 2 alone."""
    early, late = AS_OF - 100 * DAY, AS_OF - 10 * DAY
    rows = [
        line("other", early, 100, product_id=1),
        line("other", late, 120, product_id=1, order_id=2),
        line("other", early, 100, product_id=2, order_id=3),
        line("other", late, 200, product_id=2, quantity=2.0, order_id=4),
        line("one", AS_OF - 300 * DAY, 90, product_id=1),
        line("both", AS_OF - 200 * DAY, 90, product_id=1),
        line("both", AS_OF - 200 * DAY, 90, product_id=2),
        line("two", AS_OF - 300 * DAY, 90, product_id=2),
        line("long ago", AS_OF - 400 * DAY, 90, product_id=1),
        line("back", AS_OF - 20 * DAY, -90, product_id=1),
    ]
    with opened(rows) as shop:
        found = rows_of(history(shop, [AS_OF], parts=["prices"]))
    told = {who: row["price_change"] for who, row in found.items()}
    assert told["one"] == pytest.approx(log(1.2), abs=1e-6)
    assert told["both"] == pytest.approx(log(1.2) / 2, abs=1e-6)
    assert told["two"] == 0
    assert (told["long ago"], told["back"]) == (None, None)


def test_several_dates_in_one_pass_say_what_each_alone_says() -> None:
    with opened(ROWS) as shop:
        both = history(shop, [BEFORE, AS_OF], known_at=AS_OF + 5 * DAY).to_pyarrow().to_pylist()
    for day in (BEFORE, AS_OF):
        found = {row["customer_id"]: row for row in both if row["at"] == day}
        compare(found, twin(ROWS, day))


def test_rows_from_the_date_on_change_nothing() -> None:
    later = [line("c1", AS_OF, 900), line("later", AS_OF, 900)]
    with opened(ROWS) as then, opened([*ROWS, *later]) as now:
        asked = {"known_at": AS_OF + DAY}
        assert rows_of(history(then, [AS_OF], **asked)) == rows_of(history(now, [AS_OF], **asked))
        # The control: a day later they do.
        assert "later" in rows_of(history(now, [AS_OF + DAY]))


def test_the_order_of_the_rows_does_not_matter() -> None:
    shuffled = random.Random(1).sample(ROWS, len(ROWS))
    with opened(ROWS) as one, opened(shuffled) as other:
        assert rows_of(history(one, [AS_OF])) == rows_of(history(other, [AS_OF]))


def test_a_sample_is_some_of_the_same_customers() -> None:
    with opened(ROWS) as shop:
        everyone = rows_of(history(shop, [AS_OF]))
        some = rows_of(history(shop, [AS_OF], share=0.4, seed=2))
        others = rows_of(history(shop, [AS_OF], share=0.4, seed=3))
    assert 0 < len(some) < len(everyone)
    assert some.keys() != others.keys()
    of_the_sample = ("usual_gap_days", "overdue_ratio", "expected_next_on")
    for who, row in some.items():
        for column in row.keys() - set(of_the_sample):
            assert row[column] == everyone[who][column]


def test_what_went_wrong_is_counted_up_to_the_date() -> None:
    happened = [
        ("c1", "complaint", AS_OF - 200 * DAY),
        ("c1", "no_show", AS_OF - 9 * DAY),
        ("c1", "cancellation", AS_OF - 3 * DAY),
        ("c1", "complaint", AS_OF),
        ("c2", "visit", AS_OF - 3 * DAY),
    ]
    moments = [datetime.combine(day, time(9)) for _, _, day in happened]
    events = pa.table(
        {
            "customer_id": [who for who, _, _ in happened],
            "kind": [kind for _, kind, _ in happened],
            "at": pa.array(moments, pa.timestamp("us")),
        }
    )
    with opened(ROWS, events=events) as shop:
        found = rows_of(history(shop, [AS_OF], known_at=AS_OF + DAY))
    names = ("complaints", "complaints_180d", "no_shows", "cancellations", "trouble_days")
    assert [found["c1"][name] for name in names] == [1, 0, 1, 1, 9]
    assert [found["c2"][name] for name in names] == [0, 0, 0, 0, None]


def test_parts_left_out_leave_no_columns() -> None:
    with opened(ROWS) as shop:
        columns = history(shop, [AS_OF], parts=()).columns
    assert "purchase_days_90d" in columns
    assert not {"discount_share", "distinct_product", "complaints"} & set(columns)


@pytest.mark.parametrize(
    "wrong",
    [{"dates": []}, {"known_at": AS_OF - DAY}, {"parts": ["weather"]}],
    ids=["no dates", "known too early", "unknown part"],
)
def test_what_cannot_be_told_is_refused(wrong: dict) -> None:
    with opened(ROWS) as shop, pytest.raises(ValueError, match=r"date|reach|weather"):
        history(shop, **{"dates": [AS_OF], **wrong})


def test_rhythms_known_already_change_nothing() -> None:
    with opened(ROWS) as shop:
        given = rhythm(shop, as_of=AS_OF)
        told = history(shop, [AS_OF], parts=(), rhythms=given)
        alone = history(shop, [AS_OF], parts=())
        some = shop.engine.hold(alone.filter(alone.purchase_days > 9).select("customer_id"))
        few = history(shop, [AS_OF], parts=(), among=some, rhythms=given)
        assert_same(rows_of(told.select(alone.columns)), rows_of(alone))
        found = rows_of(few.select(alone.columns))
        assert_same(found, {who: row for who, row in rows_of(alone).items() if who in found})
        with pytest.raises(ValueError, match="one date"):
            history(shop, [AS_OF, BEFORE], rhythms=given)


def test_an_empty_shop_has_an_empty_history() -> None:
    with opened([]) as shop:
        assert rows_of(history(shop, [AS_OF])) == {}
