"""Loads The Complete Journey into an empty business, in one transaction: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from django.db import transaction

from regulars.intake.events import record_event_rows
from regulars.kit.permissions import SYSTEM
from regulars.offer.actions import add_items, add_store
from regulars.people.adding import add_customers
from regulars.people.own_fields import define_field
from regulars.sales.actions import Recorded, record_batches
from regulars.site.samples import marker
from regulars.site.samples.journey.tables import DEMOGRAPHICS, ZONE, Journey
from regulars.site.samples.progress import Progress

NAME = "journey"


def load(*, facts: Path, progress: Progress, at: datetime, published: Path | None = None) -> None:
    """Loads every table; does nothing when they are there already.

    A run that is killed leaves nothing behind, so the next one starts afresh.

    Args:
        facts: the folder for the tables that analysis reads beside the records.
        published: the folder of the published tables; that of the installed package by default.

    Raises:
        NotEmpty: the business holds customers of its own, or another sample.
    """
    state = marker.state()
    if state and state.name == NAME and state.done:
        return
    marker.require_empty()
    journey = Journey(published)
    with transaction.atomic():
        marker.begin(NAME, {}, at=at)
        _offer(journey, progress, at=at)
        _households(journey, progress, at=at)
        _baskets(journey, progress, at=at)
        _touches(journey, progress, at=at)
        progress("promotions and coupons", 0, 1)
        journey.write_facts(facts)
        progress("promotions and coupons", 1, 1)
        marker.finish(NAME, at=at)
        progress("checking all references", 0, 1)
    marker.settle()
    progress("checking all references", 1, 1)


def _offer(journey: Journey, progress: Progress, *, at: datetime) -> None:
    codes = journey.store_codes()
    progress("stores", 0, len(codes))
    stores = [add_store(code, f"Store {code}", ZONE, by=SYSTEM, at=at) for code in codes]
    journey.know("store", {store.code: store.pk for store in stores})
    progress("stores", len(codes), len(codes))
    items = journey.items()
    progress("products", 0, len(items))
    ids = add_items(items, by=SYSTEM, at=at)
    journey.know("item", {item.code: pk for item, pk in zip(items, ids, strict=True)})
    progress("products", len(items), len(items))


def _households(journey: Journey, progress: Progress, *, at: datetime) -> None:
    for key, label in DEMOGRAPHICS.items():
        define_field(key, label, "choice", choices=journey.choices(key), by=SYSTEM, at=at)
    households = journey.households()
    progress("households", 0, len(households))
    ids = add_customers(households, by=SYSTEM, at=at)
    codes = [household.external[0][1] for household in households]
    journey.know("customer", dict(zip(codes, ids, strict=True)))
    progress("households", len(households), len(households))


def _baskets(journey: Journey, progress: Progress, *, at: datetime) -> Recorded:
    whole = journey.line_count()

    def told() -> Iterator[pa.RecordBatch]:
        done = 0
        for batch in journey.lines():
            progress("lines", done, whole)
            yield batch
            done += batch.num_rows
        progress("lines", done, whole)
        progress("moving lines into place", 0, 1)

    recorded = record_batches(told(), by=SYSTEM, at=at)
    progress("moving lines into place", 1, 1)
    return recorded


def _touches(journey: Journey, progress: Progress, *, at: datetime) -> None:
    progress("campaigns and redemptions", 0, 1)
    record_event_rows(journey.events(), by=SYSTEM, at=at)
    progress("campaigns and redemptions", 1, 1)
