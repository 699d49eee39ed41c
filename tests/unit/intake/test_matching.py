"""Columns find their fields; a match that does not fit the file is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from regulars.intake.guess import guess_columns, guess_target, is_ambiguous
from regulars.intake.plan import Match, Options, make_plan
from regulars.intake.presets import shipped
from regulars.intake.profile import look_through
from regulars.intake.reading import open_table


def profile(tmp_path: Path, text: str) -> list[dict[str, Any]]:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    return look_through(open_table(tmp_path / "a.csv")).stored()


def test_chinese_headers_find_their_fields(tmp_path: Path) -> None:
    found = profile(
        tmp_path,
        "会员姓名,手机号码,性别,出生日期,注册时间,客户来源\n"
        "林晓雯,13800002384,女,1990-03-15,2024-01-02,美团\n",
    )
    assert guess_target(found) == "customers"
    assert guess_columns("customers", found) == {
        "name": "会员姓名", "phone": "手机号码", "sex": "性别", "birth": "出生日期",
        "joined_on": "注册时间", "found_us": "客户来源",
    }  # fmt: skip


def test_a_sales_file_is_told_from_an_items_file(tmp_path: Path) -> None:
    sales = "小票号,日期,商品名称,数量,实收金额\n1,2026-01-02,洗发水,1,88\n"
    assert guess_target(profile(tmp_path, sales)) == "sales"
    items = "编码,名称,类型,分类,售价,成本\nA1,洗发水,商品,洗护,88,40\n"
    assert guess_target(profile(tmp_path, items)) == "items"


def test_a_phone_column_is_known_by_its_content(tmp_path: Path) -> None:
    found = profile(tmp_path, "谁,怎么找\n林晓雯,13800002384\n王芳,13900001111\n")
    assert guess_columns("customers", found)["phone"] == "怎么找"


def test_dates_that_can_be_read_two_ways_are_told(tmp_path: Path) -> None:
    doubtful = profile(tmp_path, "Date,Order,Amount\n03/04/2018,1,5\n")
    assert is_ambiguous(doubtful, {"at": "Date"})
    clear = profile(tmp_path, "Date,Order,Amount\n03/04/2018,1,5\n03/15/2018,2,5\n")
    assert not is_ambiguous(clear, {"at": "Date"})


@pytest.mark.parametrize(
    ("target", "match", "says"),
    [
        ("sales", Match(columns={"order_number": "No"}), "Date"),
        ("sales", Match(columns={"order_number": "No", "at": "When"}), "code or the name"),
        (
            "sales",
            Match(columns={"order_number": "No", "at": "When", "item_name": "What"}),
            "amount or the unit price",
        ),
        ("customers", Match(columns={"name": "What"}), "code, number, phone"),
        ("items", Match(columns={"code": "Gone"}), "no column “Gone”"),
        ("items", Match(columns={"nonsense": "No"}), "no field nonsense"),
        ("events", Match(columns={"at": "When"}, constants={"kind": "visit"}), "recognised"),
        ("", Match(), "what the file holds"),
        ("sales", Match(options=Options(date_order="ydm")), "order of day"),
    ],
)
def test_a_match_that_leaves_something_open_is_refused(
    target: str, match: Match, says: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        make_plan(target, ["No", "When", "What"], match)
    assert says in " ".join(refused.value.messages)


def test_a_match_survives_its_storage() -> None:
    for preset in shipped():
        assert Match.read(preset.match.stored()) == preset.match


def test_every_shipped_preset_fits_the_columns_it_is_recognised_by() -> None:
    assert len(shipped()) == 7
    for preset in shipped():
        make_plan(preset.target, sorted(preset.columns), preset.match)
        assert preset.names.keys() == {"en", "zh"}
