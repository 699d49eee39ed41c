"""Files as tables: what can be read is read, what cannot is refused with a way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from regulars.intake.reading import FileError, open_table

Write = Callable[[str, bytes], Path]
CHINESE = "姓名,手机,备注\n林晓雯,13800002384,“老”客户\n王芳,13900001111,\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return to


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"),
     ("gbk", "gb18030"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le")],
)  # fmt: skip
def test_chinese_text_is_read_in_the_encoding_it_was_written_in(
    write: Write, encoding: str, found: str
) -> None:
    table = open_table(write("客户.csv", CHINESE.encode(encoding)))
    assert table.encoding == found
    assert list(table.columns) == ["姓名", "手机", "备注"]
    assert next(table.rows()) == (2, ["林晓雯", "13800002384", "“老”客户"])


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_out(write: Write, delimiter: str) -> None:
    text = f"a{delimiter}b\n1{delimiter}x, y\n" if delimiter != "," else 'a,b\n1,"x, y"\n'
    table = open_table(write("a.csv", text.encode()))
    assert table.delimiter == delimiter
    assert list(table.rows()) == [(2, ["1", "x, y"])]


def test_quoted_line_breaks_blank_lines_and_ragged_rows(write: Write) -> None:
    table = open_table(write("a.csv", b'a,b\n\n"1\n2",x\n3\n4,5,6\n7,8,\n'))
    assert list(table.rows()) == [
        (3, ["1\n2", "x"]), (4, ["3"]), (5, ["4", "5", "6"]), (6, ["7", "8"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"\n\n", "empty"),
        ("a.csv", b"Date,Code,Date\n1,2,3\n", "“Date” twice (columns 1 and 3)"),
        ("a.json", b'{"a": 1}', "JSON"),
        ("a.html", b"<html>", "HTML"),
        ("a.pdf", b"%PDF-1.7 ...", "PDF"),
        ("a.png", b"\x89PNG\r\n", "PNG"),
        ("a.bin", bytes([0, 0, 0, 1]) * 50 + b"\xff\x81", "not text"),
        ("a.csv", b"name\nok\n" + b"bad \xff\xff byte\n", "byte 13, in line 3"),
        ("a.xlsx", b"PK\x03\x04 broken", "damaged"),
        ("a.parquet", b"PAR1 broken", "damaged"),
        ("a.csv", b'a,b\n"1,' + b"x" * 200_000, "never ends"),
    ],
)
def test_a_file_that_is_no_table_is_refused_clearly(
    write: Write, name: str, content: bytes, says: str
) -> None:
    with pytest.raises(FileError, match=None) as refused:
        list(open_table(write(name, content)).rows())
    assert says in str(refused.value)


def test_a_workbook_gives_dates_and_whole_numbers_as_people_see_them(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "empty"
    sheet = book.create_sheet("销售")
    sheet.append(["单号", "时间", "金额", "备注"])
    sheet.append([1001, datetime(2026, 3, 15, 14, 30), 88.5, None])
    sheet.append([])
    sheet.append([1002, datetime(2026, 3, 16), 90.0, "补"])
    book.save(tmp_path / "a.xlsx")
    table = open_table(tmp_path / "a.xlsx")
    assert table.sheet == "销售" and list(table.sheets) == ["empty", "销售"]
    assert list(table.rows()) == [
        (2, ["1001", "2026-03-15 14:30:00", "88.5", ""]),
        (4, ["1002", "2026-03-16", "90", "补"]),
    ]
    with pytest.raises(FileError, match="no sheet “x”"):
        list(open_table(tmp_path / "a.xlsx", sheet="x").rows())


def test_a_workbook_locked_with_a_password_says_so(write: Write) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    locked = ole + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(FileError, match="password"):
        open_table(write("a.xlsx", locked))


def test_parquet_gives_numbers_as_they_were_and_nothing_for_null(tmp_path: Path) -> None:
    content = {
        "id": [1, None], "price": [2.1, 0.29], "at": [datetime(2026, 1, 2, 3, 4), None],
        "name": [" a ", None],
    }  # fmt: skip
    pq.write_table(pa.table(content), tmp_path / "a.parquet")
    assert list(open_table(tmp_path / "a.parquet").rows()) == [
        (2, ("1", "2.1", "2026-01-02 03:04:00", "a")),
        (3, ("", "0.29", "", "")),
    ]


def test_parquet_with_lists_is_no_table(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [[1, 2]]}), tmp_path / "a.parquet")
    with pytest.raises(FileError, match="lists"):
        open_table(tmp_path / "a.parquet")


def test_a_parquet_file_cut_off_in_the_middle_is_damaged(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": list(range(1000))}), tmp_path / "a.parquet")
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "b.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(FileError, match="damaged"):
        open_table(tmp_path / "b.parquet")
