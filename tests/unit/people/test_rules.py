"""How customers are found by name, and how contacts are spelled and shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.people.rules import mask_contact, name_keys, normalise_contact, query_term

NAMES = st.text(alphabet="曾黎单解乐欧阳王小明珅·", min_size=1, max_size=6)


def found(name: str, typed: str) -> bool:
    return any(key.startswith(query_term(typed)) for key in name_keys(name))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王小明", "王"),
        ("王小明", "小明"),
        ("王小明", "明"),
        ("王小明", "wxm"),
        ("王小明", "WX"),
        ("王小明", "xm"),
        ("王小明", "wangxiaoming"),
        ("王小明", "wang xiao"),
        ("王小明", "xiaoming"),
        ("曾黎", "zengli"),
        ("曾黎", "cengli"),
        ("曾黎", "zl"),
        ("单雄信", "shanxx"[:4]),
        ("解晓东", "xxd"),
        ("仇英", "qiuying"),
        ("查良镛", "zhaly"[:3]),
        ("尉迟恭", "yuchi"),
        ("吕布", "lvbu"),
        ("欧阳娜娜", "ouyangnana"),
        ("Anna Smith", "smi"),
        ("Anna Smith", "anna s"),
        ("ＡＮＮＡ", "anna"),
        ("王Anna", "anna"),
        ("王Anna", "王anna"),
        ("household 2375", "2375"),
        ("O'Brien", "brien"),
    ],
)
def test_a_customer_is_found_by(name: str, typed: str) -> None:
    assert found(name, typed)


@pytest.mark.parametrize(
    ("name", "typed"), [("王小明", "小红"), ("王小明", "wm"), ("Anna", "nna"), ("曾黎", "tengli")]
)
def test_a_customer_is_not_found_by(name: str, typed: str) -> None:
    assert not found(name, typed)


def test_every_reading_of_a_name_of_four_characters_is_kept() -> None:
    """The last combination of readings, not only the first few."""
    assert {"chongxing", "zhonghang"} <= {key[:9] for key in name_keys("重行乐和")}
    assert found("重行乐和", "zhonghangyuehuo")


def test_a_long_name_stays_small() -> None:
    assert len(name_keys("和" * 80)) < 400


@given(NAMES)
def test_any_part_of_a_chinese_name_finds_it(name: str) -> None:
    assert all(found(name, name[start:]) for start in range(len(name)) if name[start].strip())


@given(st.text(max_size=40))
def test_any_text_is_taken_and_no_key_is_empty(text: str) -> None:
    assert all(key and key == key.strip() for key in name_keys(text))


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("phone", "138 0000-2384", "13800002384"),
        ("phone", "+86 138 0000 2384", "13800002384"),
        ("phone", "8613800002384", "13800002384"),
        ("phone", "008613800002384", "13800002384"),
        ("phone", "１３８００００２３８４", "13800002384"),
        ("phone", "+1 (415) 555-0100", "+14155550100"),
        ("phone", "001 415 555 0100", "+14155550100"),
        ("phone", "010-8888 6666", "01088886666"),
        ("phone", "1234", ""),
        ("phone", "call me", ""),
        ("phone", "138****2384", ""),
        ("email", " Anna@Example.COM ", "anna@example.com"),
        ("email", "anna@example", ""),
        ("email", "a b@example.com", ""),
        ("wechat", " wx_anna ", "wx_anna"),
        ("wechat", "a b c", ""),
        ("wechat", "wx", ""),
    ],
)
def test_one_contact_has_one_spelling(kind: str, text: str, value: str) -> None:
    assert normalise_contact(kind, text) == value


@given(st.sampled_from(["phone", "email", "wechat"]), st.text(max_size=30))
def test_a_normalised_contact_stays_as_it_is(kind: str, text: str) -> None:
    once = normalise_contact(kind, text)
    assert normalise_contact(kind, once) == once


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("phone", "13800002384", "138****2384"),
        ("phone", "+14155550100", "+14****0100"),
        ("phone", "88886666", "8****6666"),
        ("phone", "12345", "****45"),
        ("email", "wang@qq.com", "w***@qq.com"),
        ("wechat", "wx_anna", "w***a"),
    ],
)
def test_a_masked_contact_can_be_recognised_not_used(kind: str, value: str, shown: str) -> None:
    assert mask_contact(kind, value) == shown


@given(st.from_regex(r"[0-9]{5,15}", fullmatch=True))
def test_a_masked_phone_hides_at_least_three_digits(phone: str) -> None:
    digits = sum(character.isdigit() for character in mask_contact("phone", phone))
    assert len(phone) - digits >= 3
