"""How many rows a business holds, table by table: what `make demo` says was loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
from rich.table import Table

from regulars.booking.models import Appointment, Shift
from regulars.intake.models import Event
from regulars.kit.models import AuditEvent, User
from regulars.messaging.models import Send
from regulars.offer.models import Item, ServiceStep, Staff, Store
from regulars.people.models import (
    Consent,
    ContactPoint,
    Customer,
    CustomerTag,
    CustomField,
    Note,
    Relation,
)
from regulars.sales.models import Line, Order
from regulars.understanding.models import CustomerResult, Run

TABLES = (
    ("stores", Store), ("staff", Staff), ("services and products", Item),
    ("service steps", ServiceStep), ("customers", Customer), ("contacts", ContactPoint),
    ("custom fields", CustomField), ("consents", Consent), ("tags on customers", CustomerTag),
    ("notes", Note), ("relations", Relation), ("orders", Order), ("order lines", Line),
    ("events", Event), ("shifts", Shift), ("appointments", Appointment), ("messages", Send),
    ("users", User), ("audit events", AuditEvent),
    ("analysis runs", Run), ("analysed customers", CustomerResult),
)  # fmt: skip


def counts(facts: Path) -> Iterator[tuple[str, int]]:
    """The name and rows of each table, and of each fact table kept as Parquet in `facts`."""
    for name, model in TABLES:
        yield name, model._default_manager.count()
    for file in sorted(facts.glob("[!.]*.parquet")):
        yield f"facts: {file.stem.replace('_', ' ')}", pq.read_metadata(file).num_rows


def table(title: str, facts: Path) -> Table:
    """The counts as a table for the terminal; empty tables are left out."""
    shown = Table(title=title, title_justify="left")
    shown.add_column("table")
    shown.add_column("rows", justify="right")
    for name, rows in counts(facts):
        if rows:
            shown.add_row(name, f"{rows:,}")
    return shown
