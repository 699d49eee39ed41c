"""Tables that cannot be trusted are refused, with the table, the column and what to do."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars import insight
from regulars.insight import TableError
from tests.unit.insight.shops import AS_OF, SCHEMA, line, opened, rows_of

DAY = date(2025, 5, 1)


def lines_with(**columns: object) -> pa.Table:
    """Two good lines with some columns replaced."""
    table = pa.Table.from_pylist([line("a", DAY), line("b", DAY, order_id=2)], SCHEMA)
    for name, values in columns.items():
        column = values if isinstance(values, pa.Array) else pa.array(values)
        table = table.set_column(table.schema.get_field_index(name), name, column)
    return table


def refusal(tables: object, **options: object) -> TableError:
    with pytest.raises(TableError) as caught:
        insight.open_shop(tables, **options)  # type: ignore[arg-type]
    return caught.value


def test_money_in_floats_is_refused_with_the_hint_of_minor_units() -> None:
    error = refusal({"lines": lines_with(amount=[12.5, 3.0])})
    assert (error.table, error.column) == ("lines", "amount")
    assert "minor units" in str(error)
    assert "Multiply by 100" in error.remedy


def test_ids_that_became_floats_are_refused() -> None:
    error = refusal({"lines": lines_with(customer_id=[17850.0, None])})
    assert error.column == "customer_id"
    assert "whole numbers or text" in error.remedy


def test_a_day_that_does_not_exist_is_named_by_the_cell(tmp_path: Path) -> None:
    head = "customer_id,order_id,ordered_at,product_id,quantity,amount"
    good, bad = "a,1,2026-03-01 10:00:00,p,1,500", "a,2,2026-02-31 10:00:00,p,1,500"
    (tmp_path / "lines.csv").write_text("\n".join([head, good, bad, ""]))
    error = refusal(tmp_path)
    assert error.column == "ordered_at"
    assert "“2026-02-31 10:00:00”" in str(error)


def test_times_with_a_zone_are_refused() -> None:
    at = pa.array([datetime(2025, 1, 1), datetime(2025, 1, 2)], pa.timestamp("us", "Asia/Shanghai"))
    error = refusal({"lines": lines_with(ordered_at=at)})
    assert error.column == "ordered_at"
    assert "drop the zone" in error.remedy


def test_times_as_text_are_refused() -> None:
    error = refusal({"lines": lines_with(ordered_at=["01/02/2025", "soon"])})
    assert error.column == "ordered_at"


def test_a_missing_column_is_named_with_what_was_found() -> None:
    error = refusal({"lines": lines_with().drop_columns(["amount"])})
    assert error.column == "amount"
    assert "order_id" in error.remedy


@pytest.mark.parametrize("column", ["order_id", "ordered_at", "amount"])
def test_empty_cells_where_none_may_be_are_counted(column: str) -> None:
    rows = [line("a", DAY), {**line("b", DAY), column: None}]
    error = refusal({"lines": pa.Table.from_pylist(rows, SCHEMA)})
    assert error.column == column
    assert "1 of 2 rows" in error.problem


def test_a_customer_listed_twice_is_refused() -> None:
    error = refusal({"lines": lines_with(), "customers": pa.table({"customer_id": ["a", "a"]})})
    assert (error.table, error.column) == ("customers", "customer_id")


def test_ids_of_mixed_types_are_refused() -> None:
    error = refusal({"lines": lines_with(), "customers": pa.table({"customer_id": [1, 2]})})
    assert (error.table, error.column) == ("customers", "customer_id")
    assert "same type" in error.remedy


def test_an_unknown_table_is_refused() -> None:
    assert "Known tables" in refusal({"lines": lines_with(), "sales": lines_with()}).remedy


def test_lines_are_required(tmp_path: Path) -> None:
    assert refusal({}).table == "lines"
    assert refusal(tmp_path).table == "lines"
    assert "not a folder" in refusal(tmp_path / "nowhere").problem


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(insight.EngineError, match="duckdb"):
        insight.open_shop({"lines": lines_with()}, engine="abacus")


def test_whole_number_ids_stay_whole_numbers() -> None:
    with insight.open_shop({"lines": lines_with(customer_id=[7, 8])}) as shop:
        table = insight.features.summary.summary(shop, as_of=AS_OF).to_pyarrow()
    assert table.schema.field("customer_id").type == pa.int64()


def test_pandas_and_columns_of_nothing_are_accepted() -> None:
    frame = pd.DataFrame([line("a", DAY)]).astype({"amount": "int32"})
    with insight.open_shop({"lines": frame}) as shop:
        assert rows_of(insight.features.rfm.rfm(shop, as_of=AS_OF))["a"]["spend"] == 100


def test_parquet_csv_and_memory_give_the_same(tmp_path: Path) -> None:
    table = lines_with()
    folders = {name: tmp_path / name for name in ("parquet", "pieces", "csv")}
    for folder in folders.values():
        folder.mkdir()
    pq.write_table(table, folders["parquet"] / "lines.parquet")
    (folders["pieces"] / "lines").mkdir()
    for piece in range(2):
        pq.write_table(table.slice(piece, 1), folders["pieces"] / "lines" / f"{piece}.parquet")
    table.to_pandas().to_csv(folders["csv"] / "lines.csv", index=False)
    answers = []
    for source in (*folders.values(), {"lines": table}):
        with insight.open_shop(source) as shop:
            answers.append(rows_of(insight.features.rhythm.rhythm(shop, as_of=AS_OF)))
    assert answers == [answers[0]] * 4


def csv_shop(folder: Path, content: bytes) -> Path:
    (folder / "lines.csv").write_bytes(content)
    return folder


HEADER = b"customer_id,order_id,ordered_at,product_id,quantity,amount\n"


def test_a_csv_keeps_leading_zeros_and_a_byte_order_mark_is_no_letter(tmp_path: Path) -> None:
    rows = HEADER + b"00012,1,2025-05-01 10:00:00,p,1,100\n"
    with insight.open_shop(csv_shop(tmp_path, b"\xef\xbb\xbf" + rows)) as shop:
        assert rows_of(insight.features.rfm.rfm(shop, as_of=AS_OF)).keys() == {"00012"}


def test_a_csv_of_headers_only_is_an_empty_shop(tmp_path: Path) -> None:
    with insight.open_shop(csv_shop(tmp_path, HEADER)) as shop:
        assert rows_of(insight.features.rfm.rfm(shop, as_of=AS_OF)) == {}


def test_a_csv_in_another_encoding_is_refused_clearly(tmp_path: Path) -> None:
    rows = HEADER + "张三,1,2025-05-01 10:00:00,p,1,100\n".encode("gb18030")
    assert "UTF-8" in str(refusal(csv_shop(tmp_path, rows)))


def test_a_csv_with_a_torn_row_is_refused_clearly(tmp_path: Path) -> None:
    rows = HEADER + b"a,1,2025-05-01 10:00:00,p,1,100\nb,2\n"
    error = refusal(csv_shop(tmp_path, rows))
    assert "lines.csv" in error.problem


def test_a_file_that_is_no_parquet_is_refused_clearly(tmp_path: Path) -> None:
    (tmp_path / "lines.parquet").write_bytes(b"not parquet")
    assert "lines.parquet cannot be read" in refusal(tmp_path).problem


def test_unknown_columns_are_left_out() -> None:
    table = lines_with().append_column("colour", pa.array(["red", "blue"]))
    with insight.open_shop({"lines": table}) as shop:
        assert "colour" not in shop.tables["lines"].columns


def test_blank_ids_are_anonymous() -> None:
    with opened([line("", DAY), line("a", DAY)]) as shop:
        assert rows_of(insight.features.rfm.rfm(shop, as_of=AS_OF)).keys() == {"a"}
