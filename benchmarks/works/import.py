# ruff: noqa: N999  the work is called import
"""Invoice lines out of a CSV file into orders, lines, items and customers.

Ours does all that an import does: the whole file looked through, matched to the shipped preset,
every row checked in a dry run, refused rows kept with reasons, chunks moved with their position,
audit. The others do what a script of an afternoon does: they trust the file and, run twice, would
bring every line in twice. The clock covers the whole way from the file; all must agree on orders,
lines and amount.
"""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.work import Contestant, Work

VAR, BUSINESS = Path("var/bench/businesses").absolute(), "bench_import"
FIRST = datetime.fromisoformat("2024-01-01 08:00")
HEADER = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID",
          "Country"]  # fmt: skip
TABLES = (
    "sales_line, sales_order, intake_change, intake_quarantinedrow, intake_import, intake_event,"
    " people_contactpoint, people_externalid, people_customertag, people_customer,"
    " offer_servicestep, offer_item, offer_staff_stores, offer_staff, offer_store, kit_batch"
)


def make_input(folder: Path, n: int) -> Path:
    """n lines, eighteen an invoice, of 4,000 items; one invoice in five names no customer."""
    path = folder / f"import-{n}.csv"
    _environment()
    setup = [sys.executable, "-W", "ignore", "-m", "regulars.site.cli", "setup"]
    subprocess.run(setup, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    if path.exists():
        return path
    chance = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for line in range(n):
            invoice = line // 18
            if line % 18 == 0:
                at = FIRST + timedelta(minutes=17 * invoice % 500_000)
                customer = "" if chance.random() < 0.2 else str(10_000 + chance.randrange(4000))
            item = chance.randrange(4000)
            price = f"{(100 + item * 37 % 4900) / 100:.2f}"
            quantity = 1 + chance.randrange(12)
            writer.writerow(
                [invoice, f"S{item}", f"ITEM {item}", quantity, at, price, customer, "China"]
            )
    return path


def _environment() -> None:
    os.environ["REGULARS_VAR"], os.environ["REGULARS_BUSINESS"] = str(VAR), BUSINESS
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.site.settings"


def _database() -> Any:
    """A psycopg connection to the database of this work."""
    import psycopg

    from regulars.kit import postgres

    return psycopg.connect(postgres.address(VAR, BUSINESS).url)


def prepare_django() -> None:
    _environment()
    import django

    django.setup()
    from django.db import connection

    connection.ensure_connection()


def run_ours(path: Path, _prepared: Any) -> dict[str, float]:
    from regulars.intake import actions, presets, running
    from regulars.kit.permissions import SYSTEM

    now, seconds, begun = datetime.now(UTC), {}, time.perf_counter()

    def lap(step: str) -> None:
        seconds[step] = round(time.perf_counter() - begun - sum(seconds.values()), 2)

    with path.open("rb") as file:
        blocks = iter(lambda: file.read(2**20), b"")
        job = actions.receive(blocks, path.name, by=SYSTEM, at=now)
    lap("receive")
    preset = presets.recognise(job.columns)
    assert preset is not None
    actions.match_columns(job.pk, preset.target, preset.source, preset.match, by=SYSTEM)
    actions.begin_check(job.pk, by=SYSTEM, at=now)
    running.check(job.pk, at=now)
    lap("check")
    actions.begin_run(job.pk, by=SYSTEM, at=now)
    running.run(job.pk, by=SYSTEM, at=now)
    lap("run")
    return seconds


def run_bulk_create(path: Path, _prepared: Any) -> dict[str, float]:
    from django.db import transaction

    from regulars.offer.models import Item, Store
    from regulars.people.models import Customer
    from regulars.sales.models import Line, Order

    now = datetime.now(UTC)
    with path.open(newline="", encoding="utf-8") as file, transaction.atomic():
        rows = list(csv.DictReader(file))
        store = Store.objects.create(code="main", name="main", time_zone="Asia/Shanghai")
        codes = {row["StockCode"]: row["Description"] for row in rows}
        items = Item.objects.bulk_create(
            [Item(code=code, name=name, kind="product") for code, name in codes.items()],
            batch_size=5000,
        )
        numbers = {row["Customer ID"] for row in rows} - {""}
        people = Customer.objects.bulk_create(
            [Customer(number=number, created_at=now) for number in numbers], batch_size=5000
        )
        item_of = {item.code: item for item in items}
        person_of = {person.number: person for person in people}
        invoices = {row["Invoice"]: row for row in rows}
        orders = Order.objects.bulk_create(
            [
                Order(
                    source="online", key=key, store=store, channel="online", content=0,
                    customer=person_of.get(row["Customer ID"]),
                    ordered_at=datetime.fromisoformat(row["InvoiceDate"]).replace(tzinfo=UTC),
                )
                for key, row in invoices.items()
            ],
            batch_size=5000,
        )  # fmt: skip
        order_of = {order.key: order for order in orders}
        Line.objects.bulk_create(
            [
                Line(
                    order=order_of[row["Invoice"]], position=position,
                    item=item_of[row["StockCode"]], quantity=int(row["Quantity"]),
                    amount=int(Decimal(row["Price"]) * int(row["Quantity"]) * 100),
                )
                for position, row in enumerate(rows)
            ],
            batch_size=5000,
        )  # fmt: skip
    return {}


PLAIN_SQL = """
INSERT INTO offer_store (code, name, time_zone, active)
VALUES ('main', 'main', 'Asia/Shanghai', true);
INSERT INTO offer_item
    (code, kind, name, category, department, brand, supplier, price, cost, active)
SELECT code, 'product', min(name), '', '', '', '', NULL, NULL, true FROM raw GROUP BY code;
INSERT INTO people_customer
    (number, name, sex, birth_calendar, province, city, city_tier, occupation, income_band,
     found_us, custom, sort_name, created_at)
SELECT DISTINCT customer, '', '', 'solar', '', '', '', '', '', '', '{}'::jsonb, '', now()
FROM raw WHERE customer <> '';
INSERT INTO sales_order (source, key, store_id, customer_id, channel, ordered_at, content)
SELECT 'online', invoice, (SELECT id FROM offer_store), min(c.id), 'online', min(at), 0
FROM raw LEFT JOIN people_customer c ON c.number = raw.customer GROUP BY invoice;
INSERT INTO sales_line (order_id, position, item_id, quantity, amount, discount)
SELECT o.id, row_number() OVER (), i.id, raw.quantity,
    (raw.price * raw.quantity * 100)::bigint, 0
FROM raw JOIN sales_order o ON o.key = raw.invoice JOIN offer_item i ON i.code = raw.code;
"""


def prepare_plain_sql() -> Any:
    _environment()
    return _database()


def run_plain_sql(path: Path, database: Any) -> dict[str, float]:
    with database, database.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE raw (invoice text, code text, name text, quantity int,"
            " at timestamp, price numeric, customer text, country text)"
        )
        with cursor.copy("COPY raw FROM STDIN (FORMAT csv, HEADER)") as copy, path.open("rb") as f:
            while block := f.read(2**20):
                copy.write(block)
        cursor.execute("UPDATE raw SET customer = '' WHERE customer IS NULL")
        cursor.execute(PLAIN_SQL)
    return {}


STANDING = """
SELECT (SELECT count(*) FROM sales_order), count(*), sum(amount)::bigint FROM sales_line
"""


def save(answer: dict[str, float], path: Path) -> None:
    """What stands in the database afterwards, with the seconds of our steps."""
    with _database() as database:
        orders, lines, amount = database.execute(STANDING).fetchone()
    figures = {"orders": orders, "lines": lines, "amount": amount}
    path.write_text(json.dumps({"figures": figures, "seconds": answer}))


def compare(answers: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Lines each brought in, whether all figures are ours, and the seconds of our steps."""
    told = {name: json.loads(path.read_text()) for name, path in answers.items()}
    ours = told["ours"]["figures"]
    return {
        name: {
            "lines": one["figures"]["lines"],
            "agrees": one["figures"] == ours,
            **one["seconds"],
        }
        for name, one in told.items()
    }


def clean() -> None:
    """Empties what the run before brought."""
    with _database() as database:
        database.execute("SET session_replication_role = replica")
        database.execute(f"TRUNCATE {TABLES} CASCADE")


WORK = Work(
    name="import",
    unit="lines",
    sizes=(50_000, 500_000),
    make_input=make_input,
    contestants=(
        Contestant("ours", run_ours, prepare_django, save),
        Contestant("django bulk_create", run_bulk_create, prepare_django, save),
        Contestant("plain sql", run_plain_sql, prepare_plain_sql, save),
    ),
    compare=compare,
    repeats=2,
    clean=clean,
    targets=("525,461 invoice lines in well under a minute on two cores",),
)
