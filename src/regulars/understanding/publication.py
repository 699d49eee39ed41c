"""Puts the results of a run into the database, all in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, transaction

from regulars.understanding.models import Figure, Run

# Column of `CustomerResult` -> expression over customers.parquet.
COLUMNS = {
    "customer_id": "customer_id",
    "first_on": "first_on",
    "last_on": "last_on",
    "purchases": "purchases",
    "purchase_days": "purchase_days",
    "spend": "spend",
    "spend_365d": "spend_365d",
    "average_order": "round(average_order)::bigint",
    "r_score": "r_score",
    "f_score": "f_score",
    "m_score": "m_score",
    "segment": "segment",
    "stage": "stage",
    "usual_gap_days": "usual_gap_days",
    "overdue_ratio": "overdue_ratio",
    "expected_next_on": "expected_next_on",
    "no_return": "p_churn",
    "no_return_low": "p_churn_low",
    "no_return_high": "p_churn_high",
    "no_return_n": "p_churn_n",
    "expected_purchases": "expected_purchases",
    "expected_spend": "expected_spend",
    "expected_spend_low": "expected_spend_low",
    "expected_spend_high": "expected_spend_high",
    "p_alive": "p_alive",
    "expected_loss": "expected_loss",
    "cause": "churn_cause",
    "traits": "array_literal(traits)",
}
ARRAY_LITERAL = r"""CREATE MACRO array_literal(words) AS '{' || coalesce(list_aggregate(
    list_transform(words, w -> '"' || regexp_replace(w, '(["\\])', '\\\1', 'g') || '"'),
    'string_agg', ','), '') || '}'"""
"""A list as PostgreSQL reads it: {"tier:elite","age:30-39"}."""
CHUNK_BYTES = 1 << 20


@transaction.atomic
def publish(run: Run, results: Path, *, at: datetime) -> None:
    """Publishes `customers.parquet`, `figures/` and `stores/` of a finished run.

    Raises:
        psycopg.errors.ForeignKeyViolation: a customer was removed since the extraction.
    """
    _copy_customers(run.pk, results / "customers.parquet", results / "customers.csv")
    _publish_figures(run, results / "figures", store_id=None)
    for folder in sorted((results / "stores").glob("*")):
        _publish_figures(run, folder, store_id=int(folder.name))
    run.manifest = json.loads((results / "manifest.json").read_text(encoding="utf-8"))
    run.state, run.published_at = Run.PUBLISHED, at
    run.save(update_fields=["manifest", "state", "published_at"])


def _publish_figures(run: Run, folder: Path, *, store_id: int | None) -> None:
    Figure.objects.bulk_create(
        Figure(run=run, store_id=store_id, name=file.stem, rows=_rows(file))
        for file in sorted(folder.glob("*.parquet"))
    )


def _copy_customers(run_id: int, parquet: Path, csv: Path) -> None:
    with duckdb.connect() as duck:
        duck.execute(ARRAY_LITERAL)
        known = [row[0] for row in duck.execute(f"DESCRIBE FROM '{parquet}'").fetchall()]
        rest = [name for name in known if name not in {*COLUMNS, *COLUMNS.values(), "traits"}]
        columns = ", ".join(
            f"{expression if '(' in expression or expression in known else 'NULL'} AS {name}"
            for name, expression in COLUMNS.items()
        )
        detail = ", ".join(f'"{name}" := "{name}"' for name in rest)
        duck.execute(
            f"COPY (SELECT {run_id} AS run_id, {columns}, struct_pack({detail})::json AS detail"
            f" FROM '{parquet}') TO '{csv}' (HEADER false)"
        )
    names = ", ".join(["run_id", *COLUMNS, "detail"])
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY understanding_customerresult ({names}) FROM STDIN (FORMAT csv)") as copy,
    ):
        for chunk in _chunks(csv):
            copy.write(chunk)


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _rows(file: Path) -> list[dict[str, Any]]:
    with duckdb.connect() as duck:
        texts = duck.execute(f"SELECT to_json(r)::varchar FROM '{file}' AS r").fetchall()
    return [json.loads(text) for (text,) in texts]


@transaction.atomic
def forget_old_runs(*, keep: int) -> None:
    """Deletes the results of all but the newest published runs; the runs themselves stay listed."""
    published = Run.objects.filter(state=Run.PUBLISHED).order_by("-published_at", "-pk")
    old = [run.pk for run in published[keep:]]
    with connection.cursor() as cursor:
        for table in ("understanding_customerresult", "understanding_figure"):
            cursor.execute(f"DELETE FROM {table} WHERE run_id = ANY(%s)", [old])
