"""`regulars import`: the same import as on the page, in the foreground."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.intake.cli import main
from regulars.intake.models import Import
from regulars.sales.models import Order

SALES = (
    "单号,日期,客户编号,商品名称,数量,金额\n1,2026-03-01,K1,洗发水,1,88\n2,2026-02-30,K2,发膜,1,9\n"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "销售.csv"
    path.write_text(SALES, encoding="gb18030")
    return path


@pytest.fixture(autouse=True)
def english_database(db: None) -> None:
    """The commands write."""


def test_a_file_is_imported_listed_and_taken_back(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(file), "--source", "till", "--yes"]) == 0
    said = capsys.readouterr().out
    assert "2 rows read = 1 accepted + 1 in quarantine + 0 already there" in said
    assert "Date: There is no such day." in said
    pk = Import.objects.get().pk
    assert main(["--list"]) == 0
    assert "销售.csv" in capsys.readouterr().out
    assert main(["--again", str(pk)]) == 0
    assert main(["--undo", str(pk)]) == 0
    assert "Sales 1" in capsys.readouterr().out
    assert not Order.objects.exists()


def test_a_dry_run_leaves_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(file), "--dry-run"]) == 0
    assert "1 new" in capsys.readouterr().out
    assert not Import.objects.exists() and not Order.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.csv"], "No such file"),
        ([], "Name a file"),
        (["--undo", "999"], "no import of that number"),
        (["--resume", "999"], "no import of that number"),
        (["{file}", "--preset", "none"], "no preset “none”"),
        (["{file}", "--target", "items"], "Say which column holds"),
    ],
)
def test_what_cannot_be_done_is_said_and_the_exit_status_tells(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main([word.format(file=file) for word in arguments]) == 1
    assert says in capsys.readouterr().err
    assert not Import.objects.exists()
