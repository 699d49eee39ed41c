"""What the calendar in the browser draws, as JSON: columns, blocks, and what is grey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.booking import diary, queries, rebuilding, states
from regulars.booking.diary import Block, Entry
from regulars.booking.minutes import Bits, Window, minute_of, moment_of, spans_of
from regulars.booking.models import Appointment
from regulars.booking.pages.frame import PLACES, WEEK, Frame, frame_of, wall
from regulars.booking.words import STATES
from regulars.kit import clock
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.offer.hours import timetable
from regulars.offer.models import Place, Staff

Json = dict[str, Any]
SHORT = timedelta(minutes=15)
"""Up to here a block has hardly room for one line."""


@needs(Permission.SEE_BOOKINGS)
def feed(request: Request) -> HttpResponse:
    """The calendar's data; nothing (204) while what was `seen` is still so.

    The page asks every few seconds. A line that stays open would hold one of the server's few
    threads for each calendar that is open.
    """
    frame, at = frame_of(request), clock.now()
    stamp = diary.stamp(frame.store, frame.first, frame.last, at=at)
    if request.GET.get("seen") == stamp:
        # Time goes on all the same: the line for now moves.
        return HttpResponse(status=204, headers={"X-Now": wall(at, frame.zone)})
    may = request.actor.may(Permission.MAKE_BOOKINGS, store_id=frame.store.pk)
    answer = JsonResponse(drawn(frame, at=at, may_change=may) | {"stamp": stamp})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def drawn(frame: Frame, *, at: datetime, may_change: bool) -> Json:
    """Columns, events and the hours to show. Times are those of the store's clock."""
    staff_id = frame.staff.pk if frame.staff else None
    found = diary.entries(frame.store, frame.first, frame.last, at=at, staff_id=staff_id)
    shown = [entry for entry in found if entry.appointment.state != Appointment.CANCELLED]
    window = Window(minute_of(frame.first), minute_of(frame.last))
    work = {
        staff: window.bits([(minute_of(a), minute_of(b)) for a, b in spans])
        for staff, spans in queries.at_work(frame.store, frame.first, frame.last).items()
    }
    opened = _opened(frame, window)
    blocks = list(_blocks(frame, shown))
    columns = _columns(frame, work, blocks)
    events = [_event(frame, entry, block, n, may_change) for n, (entry, block) in enumerate(blocks)]
    for column in columns:
        staff = diary.staff_of(column["id"])
        free = opened & work.get(staff, 0) if staff is not None else opened
        events += _grey(frame, window, column["id"], window.all & ~free)
    return {
        "columns": columns,
        "events": events,
        "now": wall(at, frame.zone),
        "summary": summary(found),
        "hours": _hours(frame, window, opened, blocks),
    }


def summary(found: Sequence[Entry]) -> str:
    """How many come, and how many of them are through."""
    kept = [one.appointment.state for one in found if one.appointment.state in states.OCCUPYING]
    if not kept:
        return ""
    done = sum(state == states.DONE for state in kept)
    return _("%(all)d appointments, %(done)d done") % {"all": len(kept), "done": done}


def _opened(frame: Frame, window: Window) -> Bits:
    days = frame.first_day - timedelta(1), frame.first_day + timedelta(frame.days)
    spans = timetable(frame.store, *days).spans(*days)
    return sum_of(window.bits([(minute_of(a), minute_of(b))]) for a, b in spans)


def sum_of(sets: Iterator[Bits]) -> Bits:
    """All minutes that are in one of the sets."""
    found = 0
    for bits in sets:
        found |= bits
    return found


def _blocks(frame: Frame, shown: Sequence[Entry]) -> Iterator[tuple[Entry, Block]]:
    for entry in shown:
        blocks = entry.place_blocks() if frame.view == PLACES else entry.staff_blocks()
        for block in blocks:
            if frame.staff is None or block.column == diary.staff_column(frame.staff.pk):
                yield entry, block


def _columns(
    frame: Frame, work: Mapping[int, Bits], blocks: Sequence[tuple[Entry, Block]]
) -> list[Json]:
    if frame.view == PLACES:
        places = Place.objects.filter(store=frame.store, active=True)
        return [
            {"id": diary.place_column(place.pk, unit), "title": _unit(place, unit), "note": ""}
            for place in places
            for unit in range(place.units)
        ]
    if frame.view == WEEK and frame.staff is not None:
        return [{"id": diary.staff_column(frame.staff.pk), "title": frame.staff.name, "note": ""}]
    ids = {*work, *(found for _, b in blocks if (found := diary.staff_of(b.column)) is not None)}
    columns = [
        {
            "id": diary.staff_column(one.pk),
            "title": one.name,
            "note": one.title,
            "load": _load(one.pk, work.get(one.pk, 0), blocks),
        }
        for one in Staff.objects.filter(pk__in=ids).order_by("pk")
    ]
    if any(block.column == diary.NOBODY for _, block in blocks):
        columns.append({"id": diary.NOBODY, "title": "—", "note": ""})
    return columns


def _unit(place: Place, unit: int) -> str:
    return place.name if place.units == 1 else f"{place.name} {unit + 1}"


def _load(staff_id: int, work: Bits, blocks: Sequence[tuple[Entry, Block]]) -> int | None:
    """Per cent of the minutes at work that are booked; None for who is not at work."""
    minutes = work.bit_count()
    column = diary.staff_column(staff_id)
    taken = sum(
        (block.ends - block.begins).total_seconds() / 60
        for entry, block in blocks
        if block.column == column
        and block.kind != "waiting"
        and entry.appointment.state != Appointment.NO_SHOW
    )
    return round(100 * taken / minutes) if minutes else None


def _event(frame: Frame, entry: Entry, block: Block, n: int, may_change: bool) -> Json:
    appointment = entry.appointment
    hands = block.kind == "hands"
    state = appointment.state
    return {
        "id": f"{appointment.pk}-{n}",
        "resourceIds": [block.column],
        "start": wall(block.begins, frame.zone),
        "end": wall(block.ends, frame.zone),
        "display": "auto" if hands else "background",
        "startEditable": hands and may_change and state in rebuilding.MOVABLE,
        "durationEditable": hands and may_change and state in rebuilding.RESIZABLE,
        "classNames": [f"is-{block.kind}", f"state-{state}", *_size(block)],
        "extendedProps": {
            "appointment": appointment.pk,
            "url": reverse("booking:appointment", args=[appointment.pk]),
            "version": appointment.version,
            "kind": block.kind,
            "column": block.column,
            "step": block.last_step,
            "who": entry.who,
            "what": entry.what,
            "label": " + ".join(dict.fromkeys(block.label)),
            "state": state,
            "stateLabel": str(STATES[state].label),
            "asked": entry.asked,
        },
    }


def _size(block: Block) -> list[str]:
    return ["is-short"] if block.ends - block.begins <= SHORT else []


def _grey(frame: Frame, window: Window, column: str, off: Bits) -> list[Json]:
    return [
        {
            "id": f"off-{column}-{begin}",
            "resourceIds": [column],
            "start": wall(moment_of(begin), frame.zone),
            "end": wall(moment_of(end), frame.zone),
            "display": "background",
            "classNames": ["is-off"],
            "extendedProps": {"kind": "off"},
        }
        for begin, end in spans_of(off, window)
    ]


def _hours(
    frame: Frame, window: Window, opened: Bits, blocks: Sequence[tuple[Entry, Block]]
) -> tuple[int, int]:
    """The first and last hour of a day to show: opening hours, and whatever lies outside."""
    spans = [(moment_of(a), moment_of(b)) for a, b in spans_of(opened, window)]
    spans += [(block.begins, block.ends) for _, block in blocks]
    if not spans:
        return 9, 21
    local = [(a.astimezone(frame.zone), b.astimezone(frame.zone)) for a, b in spans]
    over_midnight = any(b.date() > a.date() and (b.hour or b.minute) for a, b in local)
    first = 0 if over_midnight else min(a.hour for a, _ in local)
    ends = [b.hour + (b.minute > 0) if b.date() == a.date() else 24 for a, b in local]
    return first, max(ends)
