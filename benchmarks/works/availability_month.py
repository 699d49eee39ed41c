"""A month of “anyone” for a service of three steps: 50 staff, 20 rooms, n bookings already there.

Ours are the very calls of the booking page, once from the database on and once in the library
alone, spans given. The other tries candidate times one after another against the bookings of each
person's day, in memory: what open booking tools do, without their queries. All must find the same
beginnings.
"""

from __future__ import annotations

import json
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

VAR = Path("var/bench/businesses").absolute()
STAFF, ROOMS, DAYS = 50, 20, 30
FIRST = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)  # ten in the morning in Shanghai
OPEN_HOURS = 10
ASKED = 60
STEPS = (
    ("prepare", 20, "same", False),
    ("work in", 25, "none", True),
    ("finish", 30, "same", False),
)


def make_input(folder: Path, n: int) -> Path:
    """A file whose name is the business that holds n bookings; it tells ids and spans."""
    business = folder / f"bench_month_{n}"
    environment = {**os.environ, "REGULARS_VAR": str(VAR), "REGULARS_BUSINESS": business.name}
    setup = [sys.executable, "-W", "ignore", "-m", "regulars.site.cli", "setup"]
    subprocess.run(
        setup, env=environment, check=True, stdin=subprocess.DEVNULL, capture_output=True
    )
    if not business.exists():
        prepare()
        _use(business)
        business.write_text(json.dumps(_fill(n)), "utf-8")
    return business


def prepare() -> None:
    os.environ["REGULARS_VAR"], os.environ["REGULARS_BUSINESS"] = str(VAR), "bench_month"
    os.environ["DJANGO_SETTINGS_MODULE"] = "regulars.site.settings"
    import django

    django.setup()


def _use(business: Path) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = business.name


def _fill(n: int) -> dict[str, Any]:
    from regulars.booking.models import Appointment, Occupancy, Resource
    from regulars.booking.rostering import ShiftDraft, add_shifts
    from regulars.kit.permissions import SYSTEM
    from regulars.offer.actions import ItemDraft, StepDraft, add_items, add_staff, add_store
    from regulars.offer.arranging import PlaceDraft, SkillDraft, add_places, set_hours, set_skills

    at = FIRST - timedelta(days=1)
    given: dict[str, Any] = {"by": SYSTEM, "at": at}
    store = add_store("bench", "Bench", "Asia/Shanghai", **given)
    set_hours(store.pk, {day: [(600, 1200)] for day in range(7)}, **given)
    rooms = add_places(store.pk, [PlaceDraft("room", f"R{r}") for r in range(ROOMS)], **given)
    people = [add_staff(f"S{s}", f"S{s}", stores=[store], **given).pk for s in range(STAFF)]
    steps = tuple(StepDraft(a, b, d, c, place_kind="room") for a, b, c, d in STEPS)
    (item,) = add_items([ItemDraft("svc", "service", "Service", price=1, steps=steps)], **given)
    set_skills([SkillDraft(one, item) for one in people], **given)
    days = [FIRST + timedelta(d) for d in range(DAYS)]
    hours = timedelta(hours=OPEN_HOURS)
    add_shifts([ShiftDraft(p, store.pk, d, d + hours) for p in people for d in days], **given)
    rows = [Resource(staff_id=one) for one in people] + [Resource(place_id=r) for r in rooms]
    keys = [row.pk for row in Resource.objects.bulk_create(rows)]
    spans = _draw(n)
    appointments = Appointment.objects.bulk_create(
        Appointment(
            store=store, state="booked", channel="desk", starts_at=_moment(whole[0]),
            ends_at=_moment(whole[1]), created_at=at, created_by="bench",
        )
        for _, _, whole, _ in spans
    )  # fmt: skip
    Occupancy.objects.bulk_create(
        (
            Occupancy(resource_id=keys[which], appointment=row, span=(_moment(a), _moment(b)))
            for row, (person, room, whole, hands) in zip(appointments, spans, strict=True)
            for which, (a, b) in [(STAFF + room, whole), *((person, span) for span in hands)]
        ),
        batch_size=5_000,
    )
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"store": store.pk, "item": item, "spans": spans}


def _moment(minute: int) -> datetime:
    return FIRST + timedelta(minutes=minute)


def _draw(n: int) -> list[Any]:
    """n bookings (person, room, whole span, spans of hands) in minutes from the first opening."""
    random, found = Random(7), []
    taken: dict[tuple[int, int], list[tuple[int, int]]] = {}
    while len(found) < n:
        person, room = random.randrange(STAFF), random.randrange(ROOMS)
        length = random.choice((15, 20, 25)) if n > 5_000 else random.choice((30, 45, 60))
        day = random.randrange(DAYS)
        begin = day * 1440 + 5 * random.randrange((600 - length) // 5)
        whole = begin, begin + length
        if not any(
            begin < b and a < whole[1]
            for which in (person, STAFF + room)
            for a, b in taken.get((which, day), ())
        ):
            for which in (person, STAFF + room):
                taken.setdefault((which, day), []).append(whole)
            found.append((person, room, whole, [whole]))
    return found


def run_ours(business: Path, _: None) -> dict[str, Any]:
    """From the database on, as the page does."""
    from regulars.booking.drafts import ServiceDraft
    from regulars.booking.queries import Visit, starts
    from regulars.offer.models import Store

    _use(business)
    told = json.loads(business.read_text("utf-8"))
    store, services = Store.objects.get(pk=told["store"]), (ServiceDraft(told["item"]),)

    def month() -> list[int]:
        visit = Visit.of_new(store, services)
        found = starts(visit, FIRST, FIRST + timedelta(days=DAYS), at=FIRST)
        return [int((moment - FIRST).total_seconds() // 60) for moment in found]

    return _timed(month)


def run_library(business: Path, _: None) -> dict[str, Any]:
    """Spans as arrays in, beginnings out; no database."""
    import numpy as np

    from regulars.booking.availability import Finder
    from regulars.booking.free import PLACE, Free, Key
    from regulars.booking.minutes import Window, many
    from regulars.booking.visits import Step, Wish

    told = json.loads(business.read_text("utf-8"))["spans"]
    rows = [(STAFF + room, *whole) for _, room, whole, _ in told]
    rows += [(person, *span) for person, _, _, hands in told for span in hands]
    which, begins, ends = np.array(rows, np.int64).reshape(-1, 3).T
    window = Window(0, DAYS * 1440)
    hours = window.bits((d * 1440, d * 1440 + OPEN_HOURS * 60) for d in range(DAYS))
    grid = window.bits((m, m + 1) for m in range(0, DAYS * 1440, 15))
    steps = tuple(Step(a, b, c, d, "room") for a, b, c, d in STEPS)
    wish = Wish(1, steps, dict.fromkeys(range(STAFF), 100))

    def ask() -> list[int]:
        busy = many(STAFF + ROOMS, which, begins, ends, window)
        staff = {s: hours & ~busy[s] for s in range(STAFF)}
        rooms = {Key(PLACE, r): window.all & ~busy[STAFF + r] for r in range(ROOMS)}
        free = Free(window, hours, staff, staff, {"room": rooms})
        return window.minutes(Finder([wish], free).starts(grid))

    return _timed(ask)


def run_loop(business: Path, _: None) -> dict[str, Any]:
    """Every candidate time, every person, every booking of theirs that day: in memory."""
    told = json.loads(business.read_text("utf-8"))["spans"]
    by_day: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for person, room, whole, hands in told:
        for which, spans in ((person, hands), (STAFF + room, [whole])):
            for a, b in spans:
                by_day.setdefault((which, a // 1440), []).append((a, b))

    def free(which: int, a: int, b: int) -> bool:
        return not any(x < b and a < y for x, y in by_day.get((which, a // 1440), ()))

    def ask() -> list[int]:
        length = sum(step[1] for step in STEPS)
        first, last = STEPS[0][1], STEPS[-1][1]
        return [
            at
            for day in range(DAYS)
            for at in range(day * 1440, day * 1440 + OPEN_HOURS * 60 - length + 1, 15)
            if any(
                free(s, at, at + first) and free(s, at + length - last, at + length)
                for s in range(STAFF)
            )
            and any(free(STAFF + r, at, at + length) for r in range(ROOMS))
        ]

    return _timed(ask, times=5)


def _timed(ask: Callable[[], list[int]], times: int = ASKED) -> dict[str, Any]:
    """Milliseconds by the clock, and of this process, which a busy machine does not stretch."""
    clock, own, found = [], [], ask()
    for _ in range(times):
        begun, busy = time.perf_counter(), time.process_time()
        ask()
        clock.append(1000 * (time.perf_counter() - begun))
        own.append(1000 * (time.process_time() - busy))
    return {"found": found, "ms": sorted(clock), "own_ms": sorted(own)}


def save(answer: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(answer), encoding="utf-8")


def compare(answers: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Milliseconds a question by clock and process, and whether the beginnings are ours."""
    read = {name: json.loads(path.read_text("utf-8")) for name, path in answers.items()}
    return {
        name: {
            "agrees": answer["found"] == read["ours"]["found"],
            "beginnings": len(answer["found"]),
        }
        | {
            f"{what}_{level}": round(answer[what][int((len(answer[what]) - 1) * share)], 1)
            for what in ("ms", "own_ms")
            for level, share in (("median", 0.5), ("p99", 0.99))
        }
        for name, answer in read.items()
    }


WORK = Work(
    name="availability_month",
    unit="bookings in the month",
    sizes=(1_000, 10_000),
    make_input=make_input,
    contestants=(
        Contestant("ours", run_ours, prepare=prepare, save=save),
        Contestant("ours, library alone", run_library, prepare=prepare, save=save),
        Contestant("loops in memory", run_loop, save=save),
    ),
    compare=compare,
    targets=("p99 under 30 ms in the library and under 80 ms from the database on",),
    repeats=1,
)
