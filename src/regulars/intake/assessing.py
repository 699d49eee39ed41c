"""How good the data is: extracted, scored by `insight.quality`, kept with the rows behind it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import ibis
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction
from ibis.expr.types import Column, Table

from regulars.insight import quality
from regulars.insight.quality import Check, Dimension, Score
from regulars.intake.models import QualityReport
from regulars.kit import audit
from regulars.kit.permissions import Actor, Permission
from regulars.kit.postgres import database_url

SOURCE = "delivered_by"
MOST_ROWS = 100
_BY_HAND = "''"

# As the analysis sees them, with the system each row came from; no names, no contacts.
_TABLES = {
    "customers": f"""
SELECT c.id AS customer_id, joined_on, nullif(sex, '') AS sex, birth_year::int AS birth_year,
    nullif(concat_ws(' ', nullif(province, ''), nullif(city, '')), '') AS region,
    nullif(occupation, '') AS occupation, nullif(income_band, '') AS income_band,
    nullif(found_us, '') AS source, coalesce(j.source, {_BY_HAND}) AS {SOURCE}
FROM people_customer c LEFT JOIN intake_import j ON j.batch_id = c.batch_id
WHERE erased_at IS NULL""",
    "products": f"""
SELECT i.id AS product_id, i.name, i.kind, nullif(category, '') AS category,
    nullif(brand, '') AS brand, price, cost, coalesce(j.source, {_BY_HAND}) AS {SOURCE}
FROM offer_item i LEFT JOIN intake_import j ON j.batch_id = i.batch_id""",
    "lines": f"""
SELECT o.customer_id, o.id AS order_id, (o.ordered_at AT TIME ZONE s.time_zone) AS ordered_at,
    l.item_id AS product_id, l.quantity::float8 AS quantity, l.amount, l.discount, o.store_id,
    l.staff_id, o.channel, o.source AS {SOURCE}
FROM sales_line l
JOIN sales_order o ON o.id = l.order_id
JOIN offer_store s ON s.id = o.store_id""",
    "events": f"""
SELECT e.id AS event_id, e.customer_id, e.kind,
    (e.at AT TIME ZONE coalesce(s.time_zone, '{{zone}}')) AS at, e.source AS {SOURCE}
FROM intake_event e LEFT JOIN offer_store s ON s.id = e.store_id""",
}
IDS = {
    "customers": "customer_id",
    "products": "product_id",
    "lines": "order_id",
    "events": "event_id",
}


def _ahead(rows: Table, _tables: Any, as_of: date) -> Column:
    return (rows.at >= datetime.combine(as_of, time.min)) & (rows.kind != "booking")


# A booking lies ahead by its nature.
CHECKS: Sequence[Check] = (
    *(c for c in quality.CHECKS if (c.table, c.name) != ("events", "not_in_future")),
    quality.filled("events", "customer_id"),
    Check("events", "at", Dimension.TIMELINESS, "not_in_future", _ahead, needs=("kind",)),
)


def assess(*, by: Actor, at: datetime, today: date) -> QualityReport:
    """Scores the data as they are now and keeps the report; the last one is what pages show."""
    by.must(Permission.RUN_ANALYSIS)
    as_of = today + timedelta(days=1)
    with tempfile.TemporaryDirectory(dir=settings.VAR) as folder:
        _extract(Path(folder))
        database = ibis.duckdb.connect(threads=2)
        tables = {name: database.read_parquet(f"{folder}/{name}.parquet") for name in _TABLES}
        scores = quality.assess(tables, as_of=as_of, checks=CHECKS, source_column=SOURCE)
        fresh = quality.freshness(tables, as_of=as_of, source_column=SOURCE)
        told = [_told(score, tables, as_of) for score in scores]
        database.disconnect()
    with transaction.atomic():
        report = QualityReport.objects.create(
            at=at,
            as_of=today,
            scores=told,
            freshness=[
                {
                    "source": one.source,
                    "table": one.table,
                    "newest": one.newest.date().isoformat() if one.newest else None,
                    "score": one.score,
                }
                for one in fresh
            ],
        )
        detail = {"figures": len(told)}
        audit.record("intake.assess", f"quality:{report.pk}", by=by, at=at, detail=detail)
    return report


def _extract(folder: Path) -> None:
    """All tables in one snapshot, so that references between them are judged fairly."""
    with adbc.connect(database_url()) as connection, connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for name, query in _TABLES.items():
            cursor.execute(query.replace("{zone}", settings.TIME_ZONE))
            reader = cursor.fetch_record_batch()
            with pq.ParquetWriter(folder / f"{name}.parquet", reader.schema) as writer:
                for batch in reader:
                    writer.write_batch(batch)


def _told(score: Score, tables: dict[str, Table], as_of: date) -> dict[str, Any]:
    told: dict[str, Any] = {
        "source": score.source,
        "table": score.table,
        "field": score.field,
        "dimension": score.dimension.value,
        "check": score.check,
        "checked": score.checked,
        "failed": score.failed,
        "rows": [],
    }
    if score.failed and score.dimension is not Dimension.USABILITY:
        rows = quality.failing_rows(tables, score, as_of=as_of, checks=CHECKS)
        ids = rows.filter(rows[SOURCE] == score.source)[[IDS[score.table]]].distinct()
        first = ids.order_by(IDS[score.table]).limit(MOST_ROWS).to_pyarrow()
        told["rows"] = first.column(0).to_pylist()
    return told
