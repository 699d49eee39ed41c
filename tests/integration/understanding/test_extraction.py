"""What crosses over to the analysis: every line once, by the store's clock, and nobody's name."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from regulars.intake.events import EventDraft, record_events
from regulars.kit.permissions import SYSTEM
from regulars.kit.postgres import database_url
from regulars.offer.actions import ItemDraft, add_items, add_store
from regulars.people.actions import add_customers
from regulars.people.drafts import CustomerDraft
from regulars.people.models import Customer
from regulars.sales.actions import LineDraft, OrderDraft, record_orders
from regulars.sales.models import Line
from regulars.understanding.extraction import extract
from tests.factories.salon import open_salon

pytestmark = pytest.mark.django_db(transaction=True)
SECRETS = ("13812345678", "wang@example.com", "王小明")


def extracted(folder: Path) -> dict[str, list[dict[str, object]]]:
    extract(database_url(), folder, zone="Asia/Shanghai", progress=lambda step: None)
    return {file.stem: pq.read_table(file).to_pylist() for file in folder.glob("*.parquet")}


def test_every_line_crosses_once(at: datetime, tmp_path: Path) -> None:
    open_salon(until=at, customers=8, days=90)
    lines = extracted(tmp_path)["lines"]
    assert len(lines) == Line.objects.count()
    assert sum(line["amount"] for line in lines) == sum(  # type: ignore[misc]
        Line.objects.values_list("amount", flat=True)
    )


def test_each_store_keeps_its_own_clock(at: datetime, tmp_path: Path) -> None:
    moment = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
    (item,) = add_items([ItemDraft("cut", "service", "Cut")], by=SYSTEM, at=at)
    orders = []
    for code, zone in (("east", "Asia/Shanghai"), ("west", "America/New_York")):
        store = add_store(code, code, zone, by=SYSTEM, at=at)
        line = LineDraft(item, Decimal(1), 1000)
        orders.append(OrderDraft("till", code, store.pk, moment, (line,)))
    record_orders(orders, by=SYSTEM, at=at)
    clocks = {line["ordered_at"] for line in extracted(tmp_path)["lines"]}
    assert clocks == {datetime(2026, 3, 2, 4, 30), datetime(2026, 3, 1, 15, 30)}


def test_no_name_and_no_contact_crosses(at: datetime, tmp_path: Path) -> None:
    contacts = (("phone", SECRETS[0]), ("email", SECRETS[1]))
    add_customers([CustomerDraft(name=SECRETS[2], contacts=contacts)], by=SYSTEM, at=at)
    customers = extracted(tmp_path)["customers"]
    assert len(customers) == 1
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        assert not any(secret.encode() in content for secret in SECRETS)
    assert not any(secret in str(customers) for secret in SECRETS)


def test_what_someone_erased_bought_belongs_to_nobody(at: datetime, tmp_path: Path) -> None:
    salon = open_salon(until=at, customers=8, days=90)
    erased = salon.customers[1]
    event = EventDraft("booking", "1", "no_show", at, customer_id=erased)
    record_events([event], by=SYSTEM, at=at)
    before = Line.objects.filter(order__customer=erased).count()
    Customer.objects.filter(pk=erased).update(erased_at=at, data_key=None)
    tables = extracted(tmp_path)
    assert before > 0
    assert not any(line["customer_id"] == erased for line in tables["lines"])
    assert len(tables["lines"]) == Line.objects.count()
    assert not any(row["customer_id"] == erased for row in tables["customers"])
    assert tables["events"] == []
