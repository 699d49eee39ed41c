"""The settings of a business: read as written, and refused in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regulars.site.business import Business


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    business = replace(
        Business.read(tmp_path, "salon"),
        name='青禾 "美学" \\ Co',
        currency="USD",
        hosts=["shop.example", "127.0.0.1"],
        standing_clock=datetime(2018, 1, 1, tzinfo=UTC),
    )
    business.write()
    assert Business.read(tmp_path, "salon") == business


def test_a_business_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    business = Business.read(tmp_path, "salon")
    assert (business.currency, business.time_zone) == ("CNY", "Asia/Shanghai")
    assert business.hosts == ["127.0.0.1", "localhost"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [('curency = "CNY"', "unknown settings curency"), ('currency = "XAU"', "currency must be")],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "salon").mkdir()
    (tmp_path / "salon" / "business.toml").write_text(text)
    with pytest.raises(ValueError, match=complaint):
        Business.read(tmp_path, "salon")


@pytest.mark.parametrize("code", ["", "Salon", "../etc", "a b", "9lives", "x" * 40])
def test_a_code_that_is_no_name_of_a_folder_and_database_is_refused(
    tmp_path: Path, code: str
) -> None:
    with pytest.raises(ValueError, match="REGULARS_BUSINESS"):
        Business.read(tmp_path, code)
