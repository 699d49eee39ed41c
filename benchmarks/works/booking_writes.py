"""n bookings by four processes at once, of a chain of eight stores with 25 staff each.

Ours is the real action: plan, lock, look again, write, log, audit. The other is what open booking
tools do: ask whether the time is free, and insert it if so. Both get the same requests, in which
every eighth wants a time that another wants too; how many minutes were taken twice is told.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.work import Contestant, Work

VAR, BUSINESS = Path("var/bench/businesses").absolute(), "bench_writes"
STORES, STAFF, DAYS, PROCESSES = 8, 25, 14, 4
FIRST = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai
AT = FIRST - timedelta(days=1)
OVERLAPPING = """
SELECT count(*) FROM booking_occupancy a JOIN booking_occupancy b
ON a.resource_id = b.resource_id AND a.id < b.id AND a.span && b.span
"""


def make_input(folder: Path, n: int) -> Path:
    """A file with n requests: store, staff, minute from the first opening."""
    path = folder / f"bookings-{n}.json"
    prepare()
    setup = [sys.executable, "-W", "ignore", "-m", "regulars.site.cli", "setup"]
    subprocess.run(setup, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    from regulars.offer.models import Store

    if not Store.objects.exists():
        _open()
    random, requests = Random(7), []
    for i in range(n):
        if i % 8 == 7:
            requests.append(requests[-1])
            continue
        minute = random.randrange(DAYS) * 1440 + 15 * random.randrange(38)
        requests.append((random.randrange(STORES), random.randrange(STAFF), minute))
    path.write_text(json.dumps(requests), "utf-8")
    return path


def prepare() -> None:
    os.environ["REGULARS_VAR"], os.environ["REGULARS_BUSINESS"] = str(VAR), BUSINESS
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.site.settings"
    import django

    django.setup()


def _open() -> None:
    from regulars.booking.rostering import ShiftDraft, add_shifts
    from regulars.kit.permissions import SYSTEM
    from regulars.offer.actions import ItemDraft, StepDraft, add_items, add_staff, add_store
    from regulars.offer.arranging import PlaceDraft, SkillDraft, add_places, set_hours, set_skills

    given: dict[str, Any] = {"by": SYSTEM, "at": AT}
    steps = (StepDraft("cut", 30, place_kind="chair"),)
    (item,) = add_items([ItemDraft("cut", "service", "Cut", price=1, steps=steps)], **given)
    for number in range(STORES):
        store = add_store(f"{number:02d}", f"Store {number}", "Asia/Shanghai", **given)
        set_hours(store.pk, {day: [(600, 1200)] for day in range(7)}, **given)
        add_places(store.pk, [PlaceDraft("chair", "Chairs", units=STAFF)], **given)
        team = [
            add_staff(f"{number:02d}{s:02d}", "S", stores=[store], **given).pk for s in range(STAFF)
        ]
        set_skills([SkillDraft(one, item) for one in team], **given)
        days = [FIRST + timedelta(d) for d in range(DAYS)]
        hours = timedelta(hours=10)
        add_shifts([ShiftDraft(s, store.pk, d, d + hours) for s in team for d in days], **given)


def clean() -> None:
    prepare()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "TRUNCATE booking_occupancy, booking_bookedstep, booking_bookedservice,"
            " booking_change, booking_appointment"
        )


def run_ours(path: Path, _: None) -> dict[str, Any]:
    from regulars.booking.actions import book
    from regulars.booking.drafts import ServiceDraft, VisitDraft
    from regulars.booking.refusals import Refused
    from regulars.kit.permissions import SYSTEM

    def one(store: int, item: int, staff: int, at: datetime) -> bool:
        try:
            book(VisitDraft(store, at, (ServiceDraft(item, staff),)), by=SYSTEM, at=AT)
        except Refused:
            return False
        return True

    return _run(path, one)


def run_check_then_insert(path: Path, _: None) -> dict[str, Any]:
    from django.db import connection, transaction

    from regulars.booking.free import STAFF as PERSON
    from regulars.booking.free import Key
    from regulars.booking.models import Appointment, Occupancy
    from regulars.booking.resources import ids_of

    def one(store: int, item: int, staff: int, at: datetime) -> bool:
        span = at, at + timedelta(minutes=30)
        key = Key(PERSON, staff)
        resource = ids_of([key])[key]
        if Occupancy.objects.filter(resource_id=resource, span__overlap=span).exists():
            return False
        with transaction.atomic():
            row = Appointment.objects.create(
                store_id=store, state="booked", channel="desk", starts_at=span[0],
                ends_at=span[1], created_at=AT, created_by="bench",
            )  # fmt: skip
            Occupancy.objects.create(resource_id=resource, appointment=row, span=span)
        return True

    guard = next(c for c in Occupancy._meta.constraints if c.name == "never_double_booked")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Occupancy, guard)
    try:
        return _run(path, one)
    finally:
        clean()
        with connection.schema_editor() as editor:
            editor.add_constraint(Occupancy, guard)


def _run(path: Path, one: Callable[[int, int, int, datetime], bool]) -> dict[str, Any]:
    from django.db import connection

    from regulars.offer.models import Item, Staff, Store

    stores = list(Store.objects.order_by("code").values_list("pk", flat=True))
    staff = list(Staff.objects.order_by("code").values_list("pk", flat=True))
    item, requests = Item.objects.get().pk, json.loads(path.read_text("utf-8"))
    connection.close()
    told: Any = multiprocessing.get_context("fork").Queue()

    def work(mine: list[tuple[int, int, int]]) -> None:
        booked, begun = 0, time.perf_counter()
        for store, person, minute in mine:
            at = FIRST + timedelta(minutes=minute)
            booked += one(stores[store], item, staff[store * STAFF + person], at)
        told.put((booked, time.perf_counter() - begun))

    fork = multiprocessing.get_context("fork")
    running = [fork.Process(target=work, args=(requests[n::PROCESSES],)) for n in range(PROCESSES)]
    begun = time.perf_counter()
    for process in running:
        process.start()
    booked = sum(told.get()[0] for _ in running)
    seconds = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPPING)
        twice = cursor.fetchone()[0]
    return {"booked": booked, "asked": len(requests), "seconds": seconds, "taken_twice": twice}


def save(answer: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(answer), encoding="utf-8")


def compare(answers: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Requests answered a second, how many became bookings, and what was taken twice."""
    read = {name: json.loads(path.read_text("utf-8")) for name, path in answers.items()}
    return {
        name: {
            "asked_a_second": round(answer["asked"] / answer["seconds"], 1),
            "booked_a_second": round(answer["booked"] / answer["seconds"], 1),
            "booked": answer["booked"],
            "taken_twice": answer["taken_twice"],
        }
        for name, answer in read.items()
    }


WORK = Work(
    name="booking_writes",
    unit="requests",
    sizes=(2_000,),
    make_input=make_input,
    contestants=(
        Contestant("ours", run_ours, prepare=prepare, save=save),
        Contestant("check, then insert", run_check_then_insert, prepare=prepare, save=save),
    ),
    compare=compare,
    targets=("200 bookings a second, nothing taken twice",),
    repeats=1,
    clean=clean,
)
