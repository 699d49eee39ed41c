"""Paging gives every customer once and in order, forwards and back, long lists and short."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db.models import Q

from regulars.kit.permissions import SYSTEM
from regulars.people.adding import add_customers
from regulars.people.drafts import CustomerDraft
from regulars.people.models import Customer
from regulars.understanding.customers import paging
from regulars.understanding.customers.filters import with_results
from regulars.understanding.customers.listing import SORTS
from regulars.understanding.models import CustomerResult, Run

pytestmark = pytest.mark.django_db
AT = datetime(2026, 10, 20, 4, tzinfo=UTC)
SIZE = 7
KEYS: dict[str, Callable[[Customer, CustomerResult | None], Any]] = {
    "name": lambda customer, _: customer.sort_name or None,
    "joined": lambda customer, _: customer.joined_on,
    "year": lambda _, result: result and result.spend_365d,
    "spend": lambda _, result: result and result.spend,
    "value": lambda _, result: result and result.expected_spend,
    "loss": lambda _, result: result and result.expected_loss,
    "visits": lambda _, result: result and result.purchase_days,
    "last": lambda _, result: result and result.last_on,
    "risk": lambda _, result: result and result.no_return,
}


@pytest.fixture
def run() -> Run:
    """An older run, and a newer one that does not know everybody; many ties, many gaps."""
    random = Random(5)
    ids = add_customers([_draft(n, random) for n in range(60)], by=SYSTEM, at=AT)
    older, newer = (
        Run.objects.create(
            as_of=AT.date(), trigger="demand", state="published", queued_at=AT, published_at=at
        )
        for at in (AT, AT + timedelta(days=1))
    )
    for of, known in ((older, ids), (newer, ids[:45])):
        CustomerResult.objects.bulk_create([_result(of, pk, random) for pk in known])
    return newer


def _draft(n: int, random: Random) -> CustomerDraft:
    name = random.choice(["", "曾黎", "单雪", "Anna", "王芳", "李静"])
    joined = date(2026, 1, 1) + timedelta(days=random.randint(0, 5))
    return CustomerDraft(
        name=name, number=f"N{n:03d}", joined_on=random.choice([None, joined, joined])
    )


def _result(run: Run, customer: int, random: Random) -> CustomerResult:
    bought = random.random() < 0.8
    risk = random.choice([0.1, 0.5, 0.9]) if bought else None
    return CustomerResult(
        run=run,
        customer_id=customer,
        purchases=random.randint(1, 3) if bought else 0,
        purchase_days=random.randint(1, 3) if bought else 0,
        last_on=date(2026, 9, random.randint(1, 4)) if bought else None,
        spend=random.choice([0, 100, 200]),
        spend_365d=random.choice([-50, 0, 100]),
        stage="mature" if bought else "potential",
        expected_spend=random.choice([0, 300]) if bought else None,
        expected_spend_low=0,
        expected_spend_high=900,
        expected_loss=random.choice([0, 50, 70]) if bought else None,
        no_return=risk,
        no_return_low=risk,
        no_return_high=risk,
    )


def expected(key: str, *, descending: bool, run: Run) -> list[int]:
    """The whole list by plain sorting."""
    results = {result.customer_id: result for result in CustomerResult.objects.filter(run=run)}
    everybody = list(Customer.objects.all())
    value = {each.pk: KEYS[key](each, results.get(each.pk)) for each in everybody}
    known = [each for each in everybody if value[each.pk] is not None]
    rest = [each for each in everybody if value[each.pk] is None]

    def tie(each: Customer) -> Any:
        return each.number if key == "name" else each.pk

    known.sort(key=lambda each: (value[each.pk], tie(each)), reverse=descending)
    rest.sort(key=tie, reverse=key != "name")
    return [each.pk for each in known + rest]


def walk(order: paging.Order, run: Run) -> tuple[list[int], list[int]]:
    """All ids page by page: forwards, and then back from the last page."""
    customers, forwards = with_results(run), []
    page = paging.page(customers, Q(), order, size=SIZE)
    forwards += page.ids
    while page.after:
        page = paging.page(customers, Q(), order, after=page.after, size=SIZE)
        forwards += page.ids
    back = page.ids
    while page.before:
        page = paging.page(customers, Q(), order, before=page.before, size=SIZE)
        back = page.ids + back
    return forwards, back


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("key", SORTS)
def test_pages_are_the_list_cut_in_pieces(
    key: str, descending: bool, long: bool, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    if long:
        monkeypatch.setattr(paging, "COUNTED_EXACTLY", 10)
    forwards, back = walk(SORTS[key].order(descending=descending), run)
    assert forwards == expected(key, descending=descending, run=run)
    # Going back may end on a page that begins before the first one did; nobody is lost.
    assert sorted(set(back)) == sorted(forwards)


def test_customers_newer_than_the_run_are_in_the_list(run: Run) -> None:
    order = SORTS["year"].order(descending=True)
    known = set(CustomerResult.objects.filter(run=run).values_list("customer", flat=True))
    everybody = paging.page(with_results(run), Q(), order, size=100).ids
    assert set(everybody) - known
    assert len(everybody) == 60


def test_without_any_run_the_list_stands(run: Run) -> None:
    order = SORTS["risk"].order(descending=True)
    page = paging.page(with_results(None), Q(), order, size=100)
    assert page.ids == sorted(page.ids, reverse=True)
    assert page.total == 60


def test_a_place_that_is_gone_begins_the_list_anew(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = SORTS["year"].order(descending=True)
    first = paging.page(with_results(run), Q(), order, size=SIZE).ids
    for most in (paging.COUNTED_EXACTLY, 10):
        monkeypatch.setattr(paging, "COUNTED_EXACTLY", most)
        assert paging.page(with_results(run), Q(), order, after=10**9, size=SIZE).ids == first
        assert paging.page(with_results(run), Q(), order, before=10**9, size=SIZE).ids == first


def test_a_count_stops_where_it_need_not_be_exact(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "COUNTED_EXACTLY", 10)
    assert paging.count_up_to(with_results(run)) == 11
    assert paging.page(with_results(run), Q(), SORTS["year"].order(descending=True)).total is None
