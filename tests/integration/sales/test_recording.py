"""Orders come once, whole, or not at all, however often and from wherever they are sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kit.models import AuditEvent
from regulars.kit.permissions import Actor
from regulars.sales import actions
from regulars.sales.actions import LineDraft, OrderDraft, record_orders, record_rows
from regulars.sales.models import Line, Order
from tests.conftest import Together
from tests.integration.sales.conftest import Shop


def test_orders_are_kept_line_by_line(shop: Shop, at: datetime, system: Actor) -> None:
    recorded = record_orders(
        [shop.order("1", 12800, -500), shop.order("2", 9900)], by=system, at=at
    )
    assert (recorded.orders, recorded.lines) == (2, 3)
    assert (recorded.already_there, recorded.different) == (0, 0)
    assert list(
        Line.objects.order_by("order__key", "position").values_list("order__key", "amount")
    ) == [("1", 12800), ("1", -500), ("2", 9900)]


def test_the_same_orders_twice_change_nothing(shop: Shop, at: datetime, system: Actor) -> None:
    orders = [shop.order("1", 12800, 9900), shop.order("2", 100)]
    record_orders(orders, by=system, at=at)
    again = record_orders(reversed(orders), by=system, at=at)
    assert (again.orders, again.lines, again.already_there) == (0, 0, 2)
    assert again.lines_already == 3
    assert Line.objects.count() == 3


def test_the_order_of_lines_and_the_way_a_quantity_is_written_do_not_matter(
    shop: Shop, at: datetime, system: Actor
) -> None:
    first = shop.order("1", 12800, 9900)
    record_orders([first], by=system, at=at)
    lines = tuple(replace(line, quantity=Decimal("1.000")) for line in reversed(first.lines))
    assert record_orders([replace(first, lines=lines)], by=system, at=at).already_there == 1


@pytest.mark.parametrize(
    "change",
    [
        {"lines": ()},
        {"channel": "online"},
        {"customer_id": None},
        {"ordered_at": datetime.fromisoformat("2026-10-20T12:00:01+08:00")},
    ],
)
def test_an_order_with_other_content_is_reported_and_left_as_it_was(
    shop: Shop, at: datetime, system: Actor, change: dict[str, object]
) -> None:
    first = shop.order("1", 12800, 9900)
    record_orders([first], by=system, at=at)
    lines = change.pop("lines", None)
    other = replace(first, **change) if lines is None else shop.order("1", 12800)
    recorded = record_orders([other], by=system, at=at)
    assert (recorded.orders, recorded.already_there) == (0, 0)
    assert recorded.different_keys == ("1",)
    assert Line.objects.aggregate(Sum("amount"))["amount__sum"] == 22700


def test_the_same_key_of_another_source_is_another_order(
    shop: Shop, at: datetime, system: Actor
) -> None:
    first = shop.order("1", 100)
    record_orders([first, replace(first, source="web")], by=system, at=at)
    assert Order.objects.count() == 2


def test_rows_of_orders_may_come_mixed(shop: Shop, at: datetime, system: Actor) -> None:
    def row(key: str, position: int, amount: int) -> tuple[object, ...]:
        head = ("till", key, shop.store, shop.customer, "store", at)
        return (*head, position, shop.cut, None, Decimal(1), amount, 0)

    mixed = [row("1", 0, 10), row("2", 0, 20), row("1", 1, 30), row("2", 1, 40), row("1", 2, 50)]
    recorded = record_rows(mixed, by=system, at=at)
    assert (recorded.orders, recorded.lines) == (2, 5)
    sums = Order.objects.annotate(amount=Sum("lines__amount")).order_by("key")
    assert [order.amount for order in sums] == [90, 60]


def test_arrow_batches_are_recorded_as_rows_are(shop: Shop, at: datetime, system: Actor) -> None:
    record_orders([shop.order("1", 12800, 9900)], by=system, at=at)
    rows = list(actions._rows([shop.order("1", 12800, 9900), shop.order("2", 5)]))
    columns = dict(zip(actions.STAGED_COLUMNS, zip(*rows, strict=True), strict=True))
    batch = pa.RecordBatch.from_pydict({name: list(values) for name, values in columns.items()})
    recorded = actions.record_batches([batch], by=system, at=at)
    assert (recorded.orders, recorded.already_there) == (1, 1)


def test_comparing_tells_the_same_and_writes_nothing(
    shop: Shop, at: datetime, system: Actor
) -> None:
    record_orders([shop.order("1", 100), shop.order("2", 100)], by=system, at=at)
    new = [shop.order("1", 100), shop.order("2", 200), shop.order("3", 1, 2)]
    with connection.cursor() as cursor:
        cursor.execute(actions._STAGE.replace("sales_staged", "incoming"))
    actions.copy_rows("incoming", actions.STAGED_COLUMNS, actions._rows(new))
    select = f"SELECT {', '.join(actions.STAGED_COLUMNS)} FROM incoming"
    compared = actions.compare_selected(select, {})
    assert Order.objects.count() == 2
    assert compared == actions.record_selected(select, {}, by=system, at=at)
    assert (compared.orders, compared.lines, compared.already_there) == (1, 2, 1)
    assert compared.different_keys == ("2",)


ORDERS = st.lists(
    st.tuples(st.sampled_from("abcde"), st.lists(st.integers(-500, 500), min_size=1, max_size=3)),
    max_size=8,
    unique_by=lambda order: order[0],
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ORDERS, second=ORDERS)
def test_every_order_given_is_accounted_for(
    shop: Shop, system: Actor, first: list[tuple[str, list[int]]], second
) -> None:
    """New, already there or different: the three add up to what was given, by a plain count."""
    Line.objects.all().delete()
    Order.objects.all().delete()
    record_orders([shop.order(key, *amounts) for key, amounts in first], by=system, at=shop.at)
    known = dict(first)
    recorded = record_orders(
        [shop.order(key, *amounts) for key, amounts in second], by=system, at=shop.at
    )
    same = [key for key, amounts in second if sorted(known.get(key, [])) == sorted(amounts)]
    different = {key for key, _ in second if key in known} - set(same)
    assert recorded.already_there == len(same)
    assert set(recorded.different_keys) == different
    assert recorded.orders == len(second) - len(same) - len(different)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("missing", ["item", "store", "customer", "staff"])
def test_one_line_that_names_nobody_leaves_nothing_of_the_load(
    committed_shop: Shop, at: datetime, system: Actor, missing: str
) -> None:
    bad = committed_shop.order("2", 100)
    if missing == "item":
        bad = replace(bad, lines=(LineDraft(999_999, Decimal(1), 1),))
    elif missing == "staff":
        bad = replace(bad, lines=(replace(bad.lines[0], staff_id=999_999),))
    else:
        bad = replace(bad, **{f"{missing}_id": 999_999})
    events = AuditEvent.objects.count()
    with pytest.raises(IntegrityError):
        record_orders([committed_shop.order("1", 100), bad], by=system, at=at)
    assert not Order.objects.exists()
    assert not Line.objects.exists()
    assert AuditEvent.objects.count() == events
    assert record_orders([committed_shop.order("1", 100)], by=system, at=at).orders == 1


def test_a_negative_discount_is_refused(shop: Shop, at: datetime, system: Actor) -> None:
    line = LineDraft(shop.cut, Decimal(1), 100, discount=-1)
    with pytest.raises(IntegrityError):
        record_orders([replace(shop.order("1"), lines=(line,))], by=system, at=at)


@pytest.mark.django_db(transaction=True)
def test_two_loads_of_the_same_file_at_once_bring_it_once(
    committed_shop: Shop, at: datetime, system: Actor, together: Together
) -> None:
    orders = [committed_shop.order(str(number), number, 5) for number in range(300)]

    def load(drafts: list[OrderDraft]) -> actions.Recorded:
        return record_orders(drafts, by=system, at=at)

    one, other = together(lambda: load(orders), lambda: load(orders[::-1]))
    assert one.orders + other.orders == 300
    assert one.already_there + other.already_there == 300
    assert one.different == other.different == 0
    assert Line.objects.count() == 600


@pytest.mark.django_db(transaction=True)
def test_without_the_unique_key_the_file_would_come_twice(
    committed_shop: Shop,
    at: datetime,
    system: Actor,
    together: Together,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unguarded = actions._INSERT_ORDERS.replace(
        "SELECT id, source, key", "SELECT id, source, key || '-' || id"
    )
    monkeypatch.setattr(actions, "_INSERT_ORDERS", unguarded)
    orders = [committed_shop.order(str(number), number) for number in range(50)]
    together(*[lambda: record_orders(orders, by=system, at=at)] * 2)
    assert Order.objects.count() == 100


def test_the_desk_cannot_bring_in_orders(shop: Shop, at: datetime, desk: Actor) -> None:
    with pytest.raises(PermissionDenied):
        record_orders([shop.order("1", 100)], by=desk, at=at)
    with pytest.raises(PermissionDenied):
        actions.remove_batch(1, by=desk, at=at)


def test_one_load_is_one_audit_event(shop: Shop, at: datetime, system: Actor, batch: int) -> None:
    events = AuditEvent.objects.count()
    orders = [shop.order(str(number), 1, 2) for number in range(20)]
    record_orders(orders, by=system, at=at, batch_id=batch)
    assert AuditEvent.objects.count() == events + 1
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.subject) == ("sales.record_orders", f"batch:{batch}")
    assert event.detail == {"rows": 40, "orders": 20, "lines": 40}


def test_a_batch_is_taken_back_and_nothing_else(
    shop: Shop, at: datetime, system: Actor, batch: int
) -> None:
    record_orders([shop.order("before", 100)], by=system, at=at)
    record_orders([shop.order("1", 1, 2), shop.order("2", 3)], by=system, at=at, batch_id=batch)
    assert actions.remove_batch(batch, by=system, at=at) == 2
    assert Order.objects.get().key == "before"
    assert Line.objects.count() == 1
    assert actions.remove_batch(batch, by=system, at=at) == 0
    again = record_orders([shop.order("1", 1, 2)], by=system, at=at, batch_id=batch)
    assert again.orders == 1
