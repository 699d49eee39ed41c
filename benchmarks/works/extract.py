"""All lines of a business out of PostgreSQL into one Parquet file, as an analysis begins.

Every contestant runs the same query (lines with the store's wall clock) in one transaction of the
same server and writes a zstd-compressed Parquet file whose rows and sums must agree. The business
is generated inside the database: nine lines an order, one customer for 20 orders.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.work import Contestant, Work

CHUNK_ROWS = 50_000

FILL = """
INSERT INTO offer_store (code, name, time_zone, active)
VALUES ('s', 's', 'Asia/Shanghai', true);
INSERT INTO offer_item
    (code, kind, name, category, department, brand, supplier, price, cost, active)
SELECT i, 'product', 'item ' || i, 'c' || i % 40, '', 'b' || i % 90, '', 1000, 600, true
FROM generate_series(1, 20000) AS i;
INSERT INTO people_customer
    (number, name, sex, birth_calendar, province, city, city_tier, occupation, income_band,
     found_us, custom, created_at)
SELECT 'B' || i, '', '', 'solar', '', '', '', '', '', '', '{{}}', now()
FROM generate_series(1, {customers}) AS i;
INSERT INTO sales_order (source, key, store_id, customer_id, channel, ordered_at, content)
SELECT 'bench', i, (SELECT min(id) FROM offer_store),
       (SELECT min(id) FROM people_customer) + i % {customers}, 'store',
       timestamptz '2023-01-01 02:00Z' + i * interval '97 seconds', i
FROM generate_series(1, {orders}) AS i;
INSERT INTO sales_line (order_id, position, item_id, quantity, amount, discount)
SELECT (SELECT min(id) FROM sales_order) + i / 9, i % 9,
       (SELECT min(id) FROM offer_item) + i * 7919 % 20000, 1 + i % 3, 100 + i * 31 % 9000, i % 50
FROM generate_series(0, {lines} - 1::bigint) AS i;
ANALYZE;
"""


def make_input(folder: Path, n: int) -> Path:
    """A file with the address of a database that holds n lines; its server runs as long as we."""
    import psycopg

    from regulars.kit import postgres

    var, code = folder.absolute() / "businesses", f"bench_{n}"
    held = postgres.address(var, code)
    address = folder / f"extract-{n}.url"
    environment = {**os.environ, "REGULARS_VAR": str(var), "REGULARS_BUSINESS": code}
    setup = [sys.executable, "-W", "ignore", "-m", "regulars.site.cli", "setup"]
    subprocess.run(
        setup, env=environment, check=True, stdin=subprocess.DEVNULL, capture_output=True
    )
    with psycopg.connect(held.url) as connection:
        if connection.execute("SELECT 1 FROM sales_order LIMIT 1").fetchone() is None:
            orders = n // 9 + 1
            connection.execute(
                FILL.format(customers=orders // 20 + 1, orders=orders, lines=n).encode()
            )
    address.write_text(held.url)
    return address


def _target(address: Path) -> Path:
    return address.with_suffix(f".{os.getpid()}.parquet")


def prepare_ours() -> Any:
    from regulars.understanding import extraction

    return extraction


def run_ours(address: Path, extraction: Any) -> Path:
    with extraction.adbc.connect(address.read_text()) as connection, connection.cursor() as cursor:
        cursor.execute(extraction.LINES)
        extraction.write_parquet(cursor, _target(address))
    return _target(address)


def prepare_psycopg() -> Any:
    import psycopg
    import pyarrow
    import pyarrow.parquet

    return psycopg, pyarrow


def run_psycopg(address: Path, modules: Any) -> Path:
    psycopg, pa = modules
    from regulars.understanding.extraction import LINES

    with psycopg.connect(address.read_text()) as connection, connection.cursor("lines") as cursor:
        cursor.execute(LINES)
        names = [column.name for column in cursor.description]
        writer = None
        while rows := cursor.fetchmany(CHUNK_ROWS):
            columns = [pa.array(column) for column in zip(*rows, strict=True)]
            batch = pa.RecordBatch.from_arrays(columns, names)
            if writer is None:
                schema = pa.schema(
                    [(f.name, pa.int64() if f.type == pa.null() else f.type) for f in batch.schema]
                )
                writer = pa.parquet.ParquetWriter(_target(address), schema, compression="zstd")
            writer.write_batch(batch.cast(writer.schema))
        if writer:
            writer.close()
    return _target(address)


def prepare_pandas() -> Any:
    import pandas
    import psycopg

    return psycopg, pandas


def run_pandas(address: Path, modules: Any) -> Path:
    psycopg, pandas = modules
    from regulars.understanding.extraction import LINES

    with psycopg.connect(address.read_text()) as connection:
        pandas.read_sql(LINES, connection).to_parquet(_target(address), compression="zstd")
    return _target(address)


def prepare_copy() -> Any:
    import duckdb
    import psycopg

    return psycopg, duckdb


def run_copy(address: Path, modules: Any) -> Path:
    psycopg, duckdb = modules
    from regulars.understanding.extraction import LINES

    text = _target(address).with_suffix(".csv")
    with psycopg.connect(address.read_text()) as connection, connection.cursor() as cursor:
        command = f"COPY ({LINES}) TO STDOUT (FORMAT csv, HEADER)"
        with cursor.copy(command) as copy, text.open("wb") as file:
            for block in copy:
                file.write(block)
    duckdb.connect().execute(
        f"COPY (FROM read_csv('{text}')) TO '{_target(address)}' (COMPRESSION zstd)"
    )
    text.unlink()
    return _target(address)


def save(answer: Path, path: Path) -> None:
    answer.rename(path)


def compare(answers: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Rows and sums of each contestant's file, and whether they are ours."""
    import duckdb

    def figures(path: Path) -> tuple[Any, ...] | None:
        return duckdb.execute(
            "SELECT count(*), sum(amount), sum(discount), sum(quantity), sum(order_id),"
            f" max(ordered_at)::timestamp FROM read_parquet('{path}')"
        ).fetchone()

    ours = figures(answers["ours"])
    return {
        name: {"rows": ours[0] if ours else 0, "agrees": figures(path) == ours}
        for name, path in answers.items()
    }


WORK = Work(
    name="extract",
    unit="lines",
    sizes=(100_000, 1_000_000),
    make_input=make_input,
    contestants=(
        Contestant("ours", run_ours, prepare_ours, save),
        Contestant("psycopg rows", run_psycopg, prepare_psycopg, save),
        Contestant("pandas read_sql", run_pandas, prepare_pandas, save),
        Contestant("copy csv + duckdb", run_copy, prepare_copy, save),
    ),
    compare=compare,
)
