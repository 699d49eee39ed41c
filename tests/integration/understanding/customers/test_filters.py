"""Each filter picks whom plain Python picks, alone and together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from lunardate import LunarDate

from regulars.people.models import Customer, CustomerTag, Tag
from regulars.sales.models import Order
from regulars.understanding.customers.filters import Filters, visible_to, with_results
from regulars.understanding.models import CustomerResult
from tests.factories.analysed import Analysed

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 20)


def picked(analysed: Analysed, filters: Filters) -> set[int]:
    found = with_results(analysed.run).filter(filters.condition(TODAY))
    return set(found.values_list("pk", flat=True))


def by_hand(analysed: Analysed, fits: Callable[[Customer, Any], bool]) -> set[int]:
    results = {one.customer_id: one for one in CustomerResult.objects.filter(run=analysed.run)}
    return {each.pk for each in Customer.objects.all() if fits(each, results.get(each.pk))}


CASES: list[tuple[Filters, Callable[[Customer, Any], bool]]] = [
    (Filters(stage="lost"), lambda _, r: r.stage == "lost"),
    (Filters(segment="champion"), lambda _, r: r.segment == "champion"),
    (Filters(r=5, f=3), lambda _, r: (r.r_score, r.f_score) == (5, 3)),
    (Filters(r=1), lambda _, r: r.r_score == 1),
    (Filters(watch=True), lambda _, r: r.stage == "at_risk" and (r.m_score or 0) >= 4),
    (Filters(last_from=date(2026, 9, 1)), lambda _, r: bool(r.last_on and r.last_on.month >= 9)),
    (
        Filters(last_from=date(2026, 6, 1), last_to=date(2026, 8, 31)),
        lambda _, r: bool(r.last_on and date(2026, 6, 1) <= r.last_on <= date(2026, 8, 31)),
    ),
    (Filters(spend_from=200_000), lambda _, r: r.spend_365d >= 200_000),
    (Filters(spend_to=0), lambda _, r: r.spend_365d <= 0),
    (Filters(joined_since=date(2027, 1, 1)), lambda c, _: False),
    (
        Filters(stage="mature", spend_from=200_000, r=5),
        lambda _, r: r.stage == "mature" and r.spend_365d >= 200_000 and r.r_score == 5,
    ),
]


@pytest.mark.parametrize(("filters", "fits"), CASES, ids=lambda case: getattr(case, "used", str)())
def test_a_filter_picks_whom_plain_python_picks(
    analysed: Analysed, filters: Filters, fits: Callable[[Customer, Any], bool]
) -> None:
    assert picked(analysed, filters) == by_hand(analysed, fits)


def test_birthdays_of_both_calendars_count_by_the_month_they_fall_in(analysed: Analysed) -> None:
    lunar = {
        (day.month, day.day)
        for day in (LunarDate.from_solar_date(2026, 10, number) for number in range(1, 32))
    }

    def in_october(each: Customer, _: Any) -> bool:
        born = (each.birth_month, each.birth_day)
        return born in lunar if each.birth_calendar == "lunar" else each.birth_month == 10

    found = picked(analysed, Filters(birthday=True))
    assert found == by_hand(analysed, in_october)
    assert found


def test_tag_and_store_pick_by_id(analysed: Analysed) -> None:
    customer = Customer.objects.all()[0]
    tag = Tag.objects.create(name="偏好周末")
    CustomerTag.objects.create(customer=customer, tag=tag, at=analysed.now, by_name="x")
    assert picked(analysed, Filters(tag=tag.pk)) == {customer.pk}
    store = analysed.salon.stores[1].pk
    bought = Order.objects.filter(store=store, customer__isnull=False)
    assert picked(analysed, Filters(store=store)) == set(bought.values_list("customer", flat=True))


def test_who_is_bound_to_a_store_sees_its_buyers_and_those_who_bought_nowhere(
    analysed: Analysed,
) -> None:
    store = analysed.salon.stores[1].pk
    seen = set(Customer.objects.filter(visible_to({store})).values_list("pk", flat=True))
    buyers = set(Order.objects.filter(store=store).values_list("customer", flat=True)) - {None}
    nowhere = set(Customer.objects.filter(order=None).values_list("pk", flat=True))
    assert seen == buyers | nowhere
    assert seen != set(Customer.objects.values_list("pk", flat=True))
    assert Customer.objects.filter(visible_to(None)).count() == Customer.objects.count()


def test_searches_by_name_and_number(analysed: Analysed) -> None:
    first = Customer.objects.order_by("pk").first()
    assert first is not None
    assert picked(analysed, Filters(text="客00")) == {first.pk}
    assert picked(analysed, Filters(text=first.number.lower())) == {first.pk}
    assert picked(analysed, Filters(text="%_'\\")) == set()
