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


def trait(*codes: str) -> Filters:
    return Filters(traits=codes)


ESTIMATED: list[tuple[Filters, Callable[[Customer, Any], bool]]] = [
    (trait("tier:elite"), lambda _, r: "tier:elite" in r.traits),
    (
        trait("tier:elite", 'region:北京 "朝阳"'),
        lambda _, r: {"tier:elite", 'region:北京 "朝阳"'} <= set(r.traits),
    ),
    (trait("tier:elite", "tier:new"), lambda *_: False),
    (trait("nobody:knows"), lambda *_: False),
    (Filters(cause="price"), lambda _, r: r.cause == "price"),
    (Filters(value_from=50_000, value_to=90_000), lambda _, r: within(r.expected_spend, 5, 9)),
    (Filters(loss_from=50_000), lambda _, r: within(r.expected_loss, 5, 999)),
    (Filters(loss_to=50_000), lambda _, r: within(r.expected_loss, 0, 5)),
    (Filters(risk_from=20, risk_to=60), lambda _, r: within(r.no_return, 2e-5, 6e-5)),
]


def within(value: float | None, low: float, high: float) -> bool:
    return value is not None and low * 10_000 <= value <= high * 10_000


@pytest.fixture
def estimated(analysed: Analysed) -> Analysed:
    """The run with values, losses, causes and groups, and some customers without."""
    results = list(CustomerResult.objects.filter(run=analysed.run).order_by("customer"))
    for n, result in enumerate(results):
        result.traits = ["tier:elite" if n % 3 else "tier:new"]
        result.traits += ['region:北京 "朝阳"'] if n % 2 else []
        result.cause = "price" if n % 4 == 0 else None
        result.no_return, result.no_return_low, result.no_return_high = n / 100, 0, 1
        if n % 7:
            result.expected_spend = result.expected_spend_high = 4_000 * n
            result.expected_spend_low, result.expected_loss = 0, 3_000 * n
    fields = ("spend", "spend_low", "spend_high", "loss")
    CustomerResult.objects.bulk_update(
        results,
        [
            *("traits", "cause", "no_return", "no_return_low", "no_return_high"),
            *(f"expected_{name}" for name in fields),
        ],
    )
    return analysed


@pytest.mark.parametrize(("filters", "fits"), ESTIMATED)
def test_an_estimate_or_a_group_picks_whom_plain_python_picks(
    estimated: Analysed, filters: Filters, fits: Callable[[Customer, Any], bool]
) -> None:
    found = picked(estimated, filters)
    assert found == by_hand(estimated, fits)
    assert found or filters in (trait("tier:elite", "tier:new"), trait("nobody:knows"))


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
