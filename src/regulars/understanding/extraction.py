"""From PostgreSQL to the canonical tables of `insight`, as Parquet, without names or contacts.

All tables are read in one snapshot, so that they agree with each other. Rows flow as Arrow
batches: memory stays bounded at any size.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import pyarrow.parquet as pq

# The wall clock of the store, because people buy by the clock on its wall. What someone erased
# bought stays a sale, of nobody.
LINES = """
SELECT c.id AS customer_id, o.id AS order_id,
       (o.ordered_at AT TIME ZONE s.time_zone) AS ordered_at,
       l.item_id AS product_id, l.quantity::float8 AS quantity, l.amount, l.discount,
       o.store_id, l.staff_id, o.channel, i.kind
FROM sales_line l
JOIN sales_order o ON o.id = l.order_id
JOIN offer_store s ON s.id = o.store_id
JOIN offer_item i ON i.id = l.item_id
LEFT JOIN people_customer c ON c.id = o.customer_id AND c.erased_at IS NULL
"""

CUSTOMERS = """
SELECT id AS customer_id, joined_on, nullif(sex, '') AS sex, birth_year::int AS birth_year,
       nullif(concat_ws(' ', nullif(province, ''), nullif(city, '')), '') AS region,
       nullif(occupation, '') AS occupation, nullif(income_band, '') AS income_band,
       nullif(found_us, '') AS source
FROM people_customer WHERE erased_at IS NULL
"""

PRODUCTS = """
SELECT id AS product_id, name, kind, nullif(category, '') AS category,
       nullif(brand, '') AS brand, price, cost
FROM offer_item
"""

EVENTS = """
SELECT e.customer_id, (e.at AT TIME ZONE coalesce(s.time_zone, '{zone}')) AS at, e.kind, e.key
FROM intake_event e
JOIN people_customer c ON c.id = e.customer_id AND c.erased_at IS NULL
LEFT JOIN offer_store s ON s.id = e.store_id
"""

TABLES = {"lines": LINES, "customers": CUSTOMERS, "products": PRODUCTS, "events": EVENTS}

Progress = Callable[[str], None]


def extract(database: str, folder: Path, *, zone: str, progress: Progress) -> dict[str, int]:
    """Writes one Parquet file a table into `folder`; returns the rows of each.

    Args:
        database: a libpq URL.
        zone: the time zone of the business, for what happened in no store.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, int] = {}
    with adbc.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for name, query in TABLES.items():
            progress(name)
            cursor.execute(query.format(zone=zone) if "{zone}" in query else query)
            rows[name] = write_parquet(cursor, folder / f"{name}.parquet")
    return rows


def write_parquet(cursor: Any, file: Path) -> int:
    """Writes what a query answers into a Parquet file, batch by batch; returns the rows."""
    reader = cursor.fetch_record_batch()
    count = 0
    with pq.ParquetWriter(file, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            count += batch.num_rows
    return count
