"""How cells are read: nothing is guessed, rounded or silently changed."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.intake import rules
from regulars.intake.rules import Bad
from regulars.people.drafts import Birth


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2018-03-15", "mdy", datetime(2018, 3, 15)),
        ("20180315", "ymd", datetime(2018, 3, 15)),
        ("2018年3月5日", "ymd", datetime(2018, 3, 5)),
        ("03/04/2018", "mdy", datetime(2018, 3, 4)),
        ("03/04/2018", "dmy", datetime(2018, 4, 3)),
        ("03.04.2018 3:50:00 PM", "mdy", datetime(2018, 3, 4, 15, 50)),
        ("2009-12-01 07:45:00", "ymd", datetime(2009, 12, 1, 7, 45)),
        ("2018-03-15T12:00:00", "ymd", datetime(2018, 3, 15, 12)),
        ("2018/03/15 下午3:50", "ymd", datetime(2018, 3, 15, 15, 50)),
        ("２０１８－０３－１５", "ymd", datetime(2018, 3, 15)),
        ("2018-03-15T12:00:00Z", "ymd", datetime(2018, 3, 15, 12, tzinfo=UTC)),
    ],
)
def test_dates_are_read_in_the_order_chosen(text: str, order: str, expected: datetime) -> None:
    assert rules.read_moment(text, order) == expected


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("02/30/2018", "mdy", "impossible_date"),
        ("2018-13-01", "ymd", "impossible_date"),
        ("15/03/2018", "mdy", "impossible_date"),
        ("03/15/18", "mdy", "short_year"),
        ("03/15/2018", "ymd", "not_a_date"),
        ("yesterday", "mdy", "not_a_date"),
        ("2018-03-15 25:00", "ymd", "not_a_time"),
        ("2018-03-1512", "ymd", "not_a_date"),
    ],
)
def test_a_date_that_is_none_is_refused_with_its_reason(text: str, order: str, code: str) -> None:
    with pytest.raises(Bad) as refused:
        rules.read_moment(text, order)
    assert refused.value.code == code


def test_a_column_decides_its_order_and_doubt_is_told() -> None:
    assert rules.date_orders(["03/04/2018", "03/15/2018"]) == ["mdy"]
    assert rules.date_orders(["15/03/2018"]) == ["dmy"]
    assert rules.date_orders(["03/04/2018", "01/02/2018"]) == ["mdy", "dmy"]
    assert rules.date_orders(["2018-03-04"]) == ["ymd", "mdy", "dmy"]
    assert rules.date_orders(["02/30/2018", "03/15/2018"]) == ["mdy"]
    assert rules.date_orders(["03/04/2018", "n/a", "?"]) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3:50:00 PM", time(15, 50)), ("12:00 AM", time(0)), ("12:30 PM", time(12, 30)),
     ("10:00", time(10)), ("上午9:05", time(9, 5)), ("晚上8:00", time(20))],
)  # fmt: skip
def test_times_of_day(text: str, expected: time) -> None:
    assert rules.read_time(text) == expected


@pytest.mark.parametrize(
    ("text", "minor"),
    [("82", 8200), ("1,234.50", 123450), ("¥12", 1200), ("(3.5)", -350), ("2-", -200),
     ("-￥２．５０", -250), ("75.6", 7560), ("1e2", 10000)],
)  # fmt: skip
def test_amounts_as_tills_write_them(text: str, minor: int) -> None:
    assert rules.read_money(text) == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [("12,50", "not_a_number"), ("12.345", "finer_than_a_cent"), ("abc", "not_a_number"),
     ("", "not_a_number"), ("nan", "not_a_number"), ("1_000", "not_a_number"),
     ("9" * 13, "too_large"), ("1e99", "too_large"), ("--5", "not_a_number")],
)  # fmt: skip
def test_an_amount_that_is_none_is_refused(text: str, code: str) -> None:
    with pytest.raises(Bad) as refused:
        rules.read_money(text)
    assert refused.value.code == code


@given(st.integers(-(10**11), 10**11))
def test_every_amount_comes_back_as_it_was_written(minor: int) -> None:
    assert rules.read_money(f"{Decimal(minor) / 100:,}") == minor


@given(st.text(max_size=40), st.sampled_from(rules.DATE_ORDERS))
def test_no_text_breaks_a_reader(text: str, order: str) -> None:
    for read in (
        lambda t: rules.read_moment(t, order), rules.read_time, rules.read_number,
        rules.read_quantity, lambda t: rules.read_birth(t, order), rules.read_sex,
        rules.read_yes_no, rules.read_item_kind, rules.read_word,
    ):  # fmt: skip
        with suppress(Bad):
            read(text)


def test_birthdays_with_and_without_year_solar_and_lunar() -> None:
    assert rules.read_birth("1990-03-15", "ymd") == Birth(3, 15, 1990)
    assert rules.read_birth("3月15日", "ymd") == Birth(3, 15)
    assert rules.read_birth("02-29", "ymd") == Birth(2, 29)
    assert rules.read_birth("农历 1990-02-30", "ymd") == Birth(2, 30, 1990, lunar=True)
    with pytest.raises(Bad):
        rules.read_birth("1990-02-30", "ymd")


def test_words_of_tills() -> None:
    assert [rules.read_sex(word) for word in ("女", "M", "未知")] == ["female", "male", ""]
    assert rules.read_yes_no("TRUE") and rules.read_yes_no("在售") and not rules.read_yes_no("停用")
    assert rules.read_item_kind("服务项目") == "service"
    assert rules.read_word("No Show") == "no_show"
    assert rules.read_quantity("-1.5") == Decimal("-1.5")
    with pytest.raises(Bad):
        rules.read_quantity("0.0001")
