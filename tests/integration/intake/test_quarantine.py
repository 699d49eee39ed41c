"""No row vanishes: what cannot come in waits with its reason, is mended, tried again or dropped."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from regulars.intake import downloads, mending, queries, running
from regulars.intake.models import Import, QuarantinedRow
from regulars.intake.quarantine import open_cells
from regulars.intake.reading import open_table
from regulars.kit.permissions import SYSTEM
from regulars.sales.models import Line, Order
from tests.integration.intake.conftest import Bring, account

HEAD = "单号,日期,客户编号,商品名称,数量,金额\n"
GOOD = "1,2026-03-01,K1,洗发水,1,88\n"
BAD = "2,2026-02-30,K2,护发素,1,66\n2,2026-03-01,K2,=发膜,1,99\n"


def again(job: Import, at: datetime) -> Import:
    mending.begin_again(job.pk, by=SYSTEM, at=at)
    running.run(job.pk, by=SYSTEM, at=at)
    job.refresh_from_db()
    return job


def test_an_order_comes_in_whole_or_waits_whole(bring: Bring) -> None:
    job = bring(HEAD + GOOD + BAD)
    assert account(job) == (3, 1, 2, 0)
    assert Order.objects.get().key == "1"
    told = {group.code: group.rows for group in queries.groups(job)}
    assert told == {"impossible_date": 1, "order_held": 1}


def test_a_mended_row_comes_in_with_the_rest_of_its_order(bring: Bring, at: datetime) -> None:
    job = bring(HEAD + GOOD + BAD)
    cells = ["2", "2026-02-28", "K2", "护发素", "1", "66"]
    mending.mend_row(job.pk, 3, cells, by=SYSTEM, at=at)
    assert account(again(job, at)) == (3, 3, 0, 0)
    assert Line.objects.filter(order__key="2").count() == 2
    assert set(job.quarantine.values_list("state", flat=True)) == {"mended"}
    assert account(bring(HEAD + GOOD + BAD)) == (3, 0, 0, 3)


def test_a_row_mended_badly_waits_on_with_its_new_reason(bring: Bring, at: datetime) -> None:
    job = bring(HEAD + GOOD + BAD)
    mending.mend_row(job.pk, 3, ["2", "2026-02-28", "K2", "", "1", "6"], by=SYSTEM, at=at)
    assert account(again(job, at)) == (3, 1, 2, 0)
    assert "no_item" in {group.code for group in queries.groups(job)}


def test_one_value_is_replaced_in_ten_thousand_rows(bring: Bring, at: datetime) -> None:
    rows = "".join(f"{n},2026-13-01,K{n % 50},洗发水,1,88\n" for n in range(10_000))
    job = bring(HEAD + rows + GOOD.replace("1,", "x,", 1))
    assert account(job) == (10_001, 1, 10_000, 0)
    count = mending.replace_value(job.pk, "日期", "2026-13-01", "2026-03-01", by=SYSTEM, at=at)
    assert count == 10_000
    assert account(again(job, at)) == (10_001, 10_001, 0, 0)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_download_can_be_mended_and_sent_back(
    bring: Bring, at: datetime, tmp_path: Path, kind: str
) -> None:
    job = bring(HEAD + GOOD + BAD)
    make = downloads.as_csv if kind == "csv" else downloads.as_workbook
    path = tmp_path / f"q.{kind}"
    path.write_bytes(make(job, by=SYSTEM, at=at))
    table = open_table(path)
    assert list(table.columns) == ["Row", "Reason", *job.columns]
    rows = [list(cells) for _n, cells in table.rows()]
    assert rows[0][1] == "Date: There is no such day."
    assert rows[1][5] == "=发膜"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(table.columns)
    writer.writerows([cell.replace("02-30", "02-28") for cell in row] for row in rows)
    mended = tmp_path / "mended.csv"
    mended.write_text(text.getvalue(), encoding="utf-8-sig")
    assert mending.mend_by_file(job.pk, mended, by=SYSTEM, at=at) == 2
    assert account(again(job, at)) == (3, 3, 0, 0)


def test_a_cell_a_spreadsheet_would_run_is_disarmed_in_the_download(
    bring: Bring, at: datetime
) -> None:
    job = bring(HEAD + BAD)
    assert "\t=发膜" in downloads.as_csv(job, by=SYSTEM, at=at).decode("utf-8-sig")


def test_dropped_rows_stay_in_the_account_and_can_be_taken_up_again(
    bring: Bring, at: datetime
) -> None:
    job = bring(HEAD + GOOD + BAD)
    assert mending.drop_rows(job.pk, None, by=SYSTEM, at=at) == 2
    assert account(job) == (3, 1, 2, 0)
    with pytest.raises(ValidationError, match="No row is waiting"):
        mending.begin_again(job.pk, by=SYSTEM, at=at)
    mending.take_up(job.pk, 3, by=SYSTEM, at=at)
    assert job.quarantine.filter(state="waiting").count() == 1


def test_quarantined_cells_are_sealed(bring: Bring) -> None:
    job = bring("姓名,手机\n林晓雯,13800\n林晓雯,x\n")
    row = QuarantinedRow.objects.filter(of=job).first()
    assert row is not None
    assert "林晓雯".encode() not in bytes(row.sealed)
    assert open_cells(row, mending.key_of(job))[0] == "林晓雯"


def test_an_order_there_with_other_lines_is_told_and_left_alone(bring: Bring) -> None:
    bring(HEAD + GOOD)
    job = bring(HEAD + GOOD.replace("88", "77"))
    assert account(job) == (1, 0, 1, 0)
    assert job.findings["reasons"][0]["code"] == "there_with_other_lines"
    assert Line.objects.get().amount == 8800
