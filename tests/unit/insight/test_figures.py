"""Figures of the shop as a whole add up to the lines they are made of."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from regulars.insight.features import distributions, occasions, timing
from tests.unit.insight import oracle
from tests.unit.insight.shops import AS_OF, PRODUCTS, busy_lines, line, opened

LINES = busy_lines(400)


def table(figure: object, rows: list[dict] = LINES, **options: object) -> list[dict]:
    with opened(rows) as shop:
        return figure(shop, as_of=AS_OF, **options).to_pyarrow().to_pylist()  # type: ignore[operator]


def purchases() -> list[dict]:
    return [order for order in oracle.orders(LINES, AS_OF) if order["amount"] > 0]


def test_days_cover_the_calendar_and_hold_all_the_money() -> None:
    days = table(timing.daily)
    assert [row["day"] for row in days] == [
        days[0]["day"] + timedelta(days=n) for n in range(len(days))
    ]
    assert days[-1]["day"] == AS_OF - timedelta(days=1)
    assert sum(row["spend"] for row in days) == sum(row["amount"] for row in LINES)
    counts = Counter(order["day"] for order in purchases())
    assert {row["day"]: row["purchases"] for row in days if row["purchases"]} == counts


def test_months_count_people_once_and_newcomers_in_their_first() -> None:
    months = table(timing.monthly)
    buyers = defaultdict(set)
    firsts: dict[object, date] = {}
    for order in sorted(purchases(), key=lambda order: order["day"]):
        if order["customer_id"]:
            buyers[order["day"].replace(day=1)].add(order["customer_id"])
            firsts.setdefault(order["customer_id"], order["day"].replace(day=1))
    assert {m["month"]: m["customers"] for m in months if m["customers"]} == {
        month: len(people) for month, people in buyers.items()
    }
    assert {m["month"]: m["new_customers"] for m in months if m["new_customers"]} == Counter(
        firsts.values()
    )


def test_weekdays_divide_by_the_days_there_were() -> None:
    weekdays = table(timing.weekdays)
    days = table(timing.daily)
    assert [row["weekday"] for row in weekdays] == [1, 2, 3, 4, 5, 6, 7]
    assert sum(row["days"] for row in weekdays) == len(days)
    mondays = [row["spend"] for row in days if row["day"].isoweekday() == 1]
    assert weekdays[0]["spend_per_day"] == pytest.approx(sum(mondays) / len(mondays))


def test_the_heat_map_leaves_out_orders_without_a_clock() -> None:
    cells = table(timing.weekday_hours)
    clocked = [order for order in purchases() if order["at"].hour or order["at"].minute]
    expected = Counter((order["day"].isoweekday(), order["at"].hour) for order in clocked)
    assert {(c["weekday"], c["hour"]): c["purchases"] for c in cells} == expected


def test_every_buyer_stands_in_one_frequency_class() -> None:
    rows = table(distributions.frequency_distribution)
    history = oracle.summary(LINES, AS_OF).values()
    for row in rows:
        last = row["purchase_days_to"] or 10**9
        inside = [h for h in history if row["purchase_days_from"] <= h["purchase_days"] <= last]
        assert len(inside) == row["customers"]
        assert sum(h["spend"] for h in inside) == row["spend"]
    assert sum(row["customers"] for row in rows) == sum(h["purchase_days"] > 0 for h in history)


def test_every_purchase_stands_in_one_amount_class() -> None:
    rows = table(distributions.amount_distribution)
    assert sum(row["purchases"] for row in rows) == len(purchases())
    assert sum(row["spend"] for row in rows) == sum(order["amount"] for order in purchases())
    assert all(row["amount_from"] * row["purchases"] <= row["spend"] for row in rows)


@pytest.mark.parametrize("subject", ["product", "category", "staff"])
def test_top_values_are_ordered_and_share_the_whole(subject: str) -> None:
    rows = table(distributions.top, subject=subject)
    value_of = {
        "product": lambda row: row["product_id"],
        "category": lambda row: PRODUCTS.get(row["product_id"], {}).get("category"),
        "staff": lambda row: row["staff_id"],
    }[subject]
    spend: dict[str, int] = defaultdict(int)
    for row in LINES:
        if value_of(row) is not None:
            spend[str(value_of(row))] += row["amount"]
    assert {row["value"]: row["spend"] for row in rows} == spend
    assert [row["spend"] for row in rows] == sorted(spend.values(), reverse=True)
    assert sum(row["share"] for row in rows) == pytest.approx(1)


def test_a_feast_that_doubles_the_takings_has_a_lift_of_two() -> None:
    feast = next(
        o
        for o in occasions.occasions("CN", date(2025, 9, 1), date(2025, 11, 1))
        if o.name == "national_day"
    )
    takings = {
        day: 200 if feast.first <= day <= feast.last else 100
        for day in (date(2025, 8, 1) + timedelta(days=n) for n in range(120))
    }
    found = {row["name"]: row for row in occasions.lifts_of(takings, "CN")}
    assert found["national_day"]["lift"] == pytest.approx(2)
    assert found["mid_autumn_festival"]["lift"] == pytest.approx(2)  # within the same week in 2025
    assert found["singles_day"]["lift"] == pytest.approx(1)


def test_an_occasion_not_over_yet_is_not_judged() -> None:
    takings = {date(2025, 8, 1) + timedelta(days=n): 100 for n in range(63)}
    assert max(takings) == date(2025, 10, 2)
    assert "national_day" not in {row["name"] for row in occasions.lifts_of(takings, "CN")}


@pytest.mark.parametrize("country", occasions.COUNTRIES)
def test_every_country_has_its_greatest_feast_and_the_days_before_it(country: str) -> None:
    names = [o.name for o in occasions.occasions(country, date(2026, 1, 1), date(2026, 12, 31))]
    feast = occasions.GREATEST_FEAST[country]
    assert names.count(feast) == 1
    assert names.count(f"before_{feast}") == 1


@pytest.mark.parametrize(
    ("year", "eve"), [(2023, (1, 21)), (2024, (2, 9)), (2025, (1, 28)), (2026, (2, 16))]
)
def test_spring_festival_starts_by_the_lunar_calendar(year: int, eve: tuple[int, int]) -> None:
    found = occasions.occasions("CN", date(year, 1, 1), date(year, 3, 1))
    spring = next(o for o in found if o.name == "chinese_new_year")
    assert abs((spring.first - date(year, *eve)).days) <= 1
    assert 5 <= (spring.last - spring.first).days <= 8


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(ValueError, match="Known: CN"):
        occasions.occasions("XX", AS_OF, AS_OF)


def test_no_figure_fails_on_an_empty_shop() -> None:
    for figure in (timing.daily, timing.monthly, timing.weekdays, timing.seasons):
        assert table(figure, []) == []
    assert table(occasions.occasion_lift, []) == []
    assert table(distributions.amount_distribution, []) == []


def test_one_line_makes_one_day() -> None:
    day = AS_OF - timedelta(days=1)
    assert table(timing.daily, [line(None, day, 70)]) == [
        {"day": day, "purchases": 1, "customers": 0, "spend": 70}
    ]
