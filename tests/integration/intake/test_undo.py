"""An import can be taken back: what it brought goes, what it changed is as it was."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.exceptions import ValidationError

from regulars.intake.models import Change, Event, QuarantinedRow
from regulars.intake.undoing import undo
from regulars.kit.models import AuditEvent
from regulars.kit.permissions import SYSTEM
from regulars.offer.models import Item, Staff, Store
from regulars.people.actions import add_note, update_customer
from regulars.people.models import Customer
from regulars.sales.models import Order
from tests.integration.intake.conftest import Bring, account

SALES = "单号,日期,客户编号,商品名称,数量,金额,员工\n1,2026-03-01,K1,洗发水,1,88,小美\n"
CUSTOMERS = "客户编号,姓名,手机,城市,标签\nK1,林晓雯,13800002384,杭州,老客\n"


def test_taking_back_sales_leaves_nothing_behind(bring: Bring, at: datetime) -> None:
    job = bring(SALES + "2,2026-02-30,K1,洗发水,1,88,小美\n")
    undone = undo(job.pk, by=SYSTEM, at=at)
    assert undone.removed == {"orders": 1, "customers": 1, "items": 1, "staff": 1, "stores": 1}
    for table in (Order, Customer, Item, Staff, Store, QuarantinedRow, Change):
        assert not table.objects.exists(), table
    job.refresh_from_db()
    assert job.state == "undone" and job.data_key is None
    assert AuditEvent.objects.filter(action="intake.undo").count() == 1
    assert account(bring(SALES)) == (1, 1, 0, 0)


def test_changes_are_put_back_exactly(bring: Bring, at: datetime) -> None:
    bring(CUSTOMERS)
    before = Customer.objects.values().get()
    job = bring("客户编号,姓名,手机,城市,生日,标签\nK1,林小雯,13900000000,上海,1990-03-15,新客\n")
    assert Customer.objects.get().city == "上海"
    undone = undo(job.pk, by=SYSTEM, at=at)
    assert (undone.restored, undone.stayed) == (1, 0)
    assert Customer.objects.values().get() == before
    lin = Customer.objects.get()
    assert lin.contacts.count() == 1 and lin.tagged.get().tag.name == "老客"


def test_changed_items_are_put_back(bring: Bring, at: datetime) -> None:
    bring("编码,名称,类型,售价\nA,洗发水,商品,88\n")
    job = bring("编码,名称,类型,售价\nA,洗发露,商品,99\nB,发膜,商品,50\n")
    assert account(job) == (2, 2, 0, 0)
    undo(job.pk, by=SYSTEM, at=at)
    item = Item.objects.get()
    assert (item.name, item.price) == ("洗发水", 8800)


def test_what_a_person_changed_since_stays(bring: Bring, at: datetime) -> None:
    bring(CUSTOMERS)
    job = bring(CUSTOMERS.replace("杭州", "上海").replace("林晓雯", "林小雯"))
    update_customer(Customer.objects.get().pk, {"city": "苏州"}, by=SYSTEM, at=at)
    assert undo(job.pk, by=SYSTEM, at=at).stayed == 1
    lin = Customer.objects.get()
    assert (lin.city, lin.name) == ("苏州", "林晓雯")


def test_later_rows_that_build_on_an_import_hold_it(bring: Bring, at: datetime) -> None:
    customers = bring(CUSTOMERS)
    sales = bring(SALES, name="sales.csv")
    with pytest.raises(ValidationError, match="1 later order names customers") as refused:
        undo(customers.pk, by=SYSTEM, at=at)
    assert f"“{sales.file_name}” brought them: take that one back first" in str(refused.value)
    assert Customer.objects.exists()
    undo(sales.pk, by=SYSTEM, at=at)
    undo(customers.pk, by=SYSTEM, at=at)
    assert not Customer.objects.exists()


def test_a_later_import_that_changed_the_records_is_named(bring: Bring, at: datetime) -> None:
    first = bring(CUSTOMERS)
    second = bring(CUSTOMERS.replace("杭州", "上海"), name="second.csv")
    with pytest.raises(ValidationError, match=r"second\.csv"):
        undo(first.pk, by=SYSTEM, at=at)
    undo(second.pk, by=SYSTEM, at=at)
    undo(first.pk, by=SYSTEM, at=at)


def test_notes_written_since_hold_an_import(bring: Bring, at: datetime) -> None:
    job = bring(CUSTOMERS)
    add_note(Customer.objects.get().pk, "喜欢靠窗的位子", by=SYSTEM, at=at)
    with pytest.raises(ValidationError, match="1 note has been written"):
        undo(job.pk, by=SYSTEM, at=at)


def test_staff_that_later_rows_name_stay(bring: Bring, at: datetime) -> None:
    job = bring(SALES)
    bring(SALES.replace("1,2026", "9,2026").replace("K1", "K9").replace("洗发水", "发膜"))
    undo(job.pk, by=SYSTEM, at=at)
    assert Staff.objects.count() == 1 and Order.objects.get().key == "9"


def test_nothing_is_taken_back_twice(bring: Bring, at: datetime) -> None:
    job = bring(SALES)
    undo(job.pk, by=SYSTEM, at=at)
    with pytest.raises(ValidationError, match="nothing to take back"):
        undo(job.pk, by=SYSTEM, at=at)
    assert not Event.objects.exists()
