"""Customers are recognised, added, updated; what identifies them never stands in the open."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection

from regulars.intake import actions
from regulars.intake.models import Change
from regulars.kit.permissions import SYSTEM
from regulars.people.actions import reveal_contacts
from regulars.people.models import Customer
from tests.integration.intake.conftest import Bring, account

HEAD = "客户编号,姓名,性别,生日,手机,微信,注册日期,标签\n"
LIN = "K1,林晓雯,女,1990-03-15,138 0000 2384,lin_xw,2024-01-02,老客、敏感头皮\n"
WANG = "K2,王芳,女,3月8日,+86 13900001111,,2024-02-03,\n"


def test_customers_come_in_with_contacts_birthdays_and_tags(bring: Bring, at: datetime) -> None:
    assert account(bring(HEAD + LIN + WANG)) == (2, 2, 0, 0)
    lin = Customer.objects.get(external_ids__value="K1")
    assert (lin.name, lin.sex, lin.birth_year, lin.birth_month) == ("林晓雯", "female", 1990, 3)
    assert lin.joined_on == date(2024, 1, 2)
    assert reveal_contacts(lin.pk, by=SYSTEM, at=at) == [
        ("phone", "13800002384"), ("wechat", "lin_xw"),
    ]  # fmt: skip
    assert sorted(lin.tagged.values_list("tag__name", flat=True)) == ["敏感头皮", "老客"]
    assert Customer.objects.get(name="王芳").birth_year is None


def test_the_same_customers_again_change_nothing(bring: Bring) -> None:
    bring(HEAD + LIN + WANG)
    assert account(bring(HEAD + WANG + LIN)) == (2, 0, 0, 2)
    assert Customer.objects.count() == 2


def test_a_changed_customer_is_updated_and_what_was_is_sealed(bring: Bring) -> None:
    bring(HEAD + LIN)
    job = bring(HEAD + LIN.replace("林晓雯", "林小雯").replace("2384", "2385"))
    assert account(job) == (1, 1, 0, 0)
    assert job.findings["changed"] == 1
    lin = Customer.objects.get()
    assert lin.name == "林小雯" and lin.contacts.filter(kind="phone").count() == 2
    assert "林" not in str(bytes(Change.objects.get().sealed).decode("latin-1"))


def test_a_customer_is_recognised_by_phone_when_the_name_agrees(bring: Bring) -> None:
    bring("姓名,手机\n林晓雯,13800002384\n")
    assert account(bring("姓名,手机,城市\n林晓雯,+86 138-0000-2384,杭州\n")) == (1, 1, 0, 0)
    assert Customer.objects.get().city == "杭州"
    other = bring("姓名,手机\n林太太,13800002384\n")
    assert account(other) == (1, 0, 1, 0)
    assert other.findings["reasons"][0]["code"] == "another_name"


def test_rows_that_name_nobody_or_badly_go_to_quarantine(bring: Bring) -> None:
    job = bring(
        "姓名,手机,性别,生日\n无名,,女,\n甲,123,女,\n乙,13800000001,外星,\n丙,13800000002,男,1990-02-30\n"
        "丁,13800000003,男,2990-02-03\n戊,13800000004,男,1990-02-03\n"
    )
    assert account(job) == (6, 1, 5, 0)
    codes = {found["code"] for found in job.findings["reasons"]}
    assert codes == {"nobody", "not_a_phone", "unknown_sex", "impossible_date"}


def test_one_number_for_two_customers_of_one_file_is_refused(bring: Bring) -> None:
    job = bring("客户编号,卡号,姓名\nA,100,甲\nB,100,乙\n")
    assert account(job) == (2, 1, 1, 0)
    assert job.findings["reasons"][0]["code"] == "number_taken"


def test_the_same_code_twice_in_a_file(bring: Bring) -> None:
    job = bring("客户编号,姓名\nA,甲\nA,甲\nA,乙\n")
    assert account(job) == (3, 1, 1, 1)
    assert job.findings["reasons"][0] == {"field": "", "code": "twice", "rows": 1, "first": [4]}


def test_staged_rows_hold_no_name_and_no_phone_in_the_open(checked: Bring, at: datetime) -> None:
    job = checked(HEAD + LIN)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(r::text, '') FROM intake_rows_{job.pk} r")
        staged = cursor.fetchone()[0]
    for word in ("林晓雯", "13800002384", "lin_xw"):
        assert word not in staged
        assert word.encode().hex() not in staged
    actions.forget(job.pk, by=SYSTEM, at=at)
