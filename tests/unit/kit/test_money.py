"""Amounts: read exactly or refused, split without losing a cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.money import allocate, parse_money, read_decimal

MINOR = st.integers(min_value=-(10**16), max_value=10**16)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("12.50", 1250),
        (".5", 50),
        ("¥1,234.00", 123400),
        ("￥1，234．５０", 123450),
        ("1234元", 123400),
        (" £ 3.99 ", 399),
        ("-3.99", -399),
        ("−3.99", -399),
        ("3.99-", -399),
        ("-¥3.99", -399),
        ("¥-3.99", -399),
        ("(3.99)", -399),
        ("（3.99）", -399),
        ("12.500000", 1250),
        ("-0", 0),
    ],
)
def test_amounts_as_tills_write_them(text: str, minor: int) -> None:
    assert parse_money(text) == minor


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "¥", "-", ".", "()", "abc", "1 2x", "1.2.3", "1_000", "nan", "inf", "1e3"),
        *("1e999999", "((5))", "(5", "--5", "٣", "1,2,3", "12,50", "1.234,56"),
        *("9" * 16, "0." + "0" * 10),
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        parse_money(text)


@pytest.mark.parametrize("text", ["0.001", "12.345", "-0.009"])
def test_finer_than_a_cent_is_refused_never_rounded(text: str) -> None:
    with pytest.raises(ValueError, match="finer than one hundredth"):
        parse_money(text)


@given(MINOR)
def test_what_is_written_is_read_back(minor: int) -> None:
    assert parse_money(f"{Decimal(minor) / 100:,.2f}") == minor


@given(st.text(alphabet="0123456789.,-() ¥元e_x", max_size=24))
def test_any_text_gives_an_integer_or_a_value_error(text: str) -> None:
    try:
        assert isinstance(parse_money(text), int)
    except ValueError as error:
        assert text in str(error)


def test_a_quantity_may_have_three_decimals() -> None:
    assert read_decimal("1,250.125") == Decimal("1250.125")


@given(MINOR, st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=30))
def test_shares_sum_to_the_whole_and_are_fair_to_a_cent(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        exact = Decimal(total) * weight / whole if whole else Decimal(total) / len(weights)
        assert abs(part - exact) < 1


@given(MINOR, st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=10))
def test_a_refund_takes_back_exactly_what_was_shared_out(total: int, weights: list[int]) -> None:
    assert allocate(-total, weights) == [-part for part in allocate(total, weights)]


@given(MINOR, st.lists(st.integers(min_value=1, max_value=10**6), min_size=1, max_size=10))
def test_nothing_goes_to_a_line_of_no_weight(total: int, weights: list[int]) -> None:
    assert allocate(total, [*weights, 0])[-1] == 0


def test_the_odd_cent_goes_to_the_earlier_of_equals() -> None:
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_weights_that_make_no_shares_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate(1, weights)
