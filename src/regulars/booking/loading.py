"""Reads what is free: seven queries, however many people, days and bookings there are."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Self
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from django.db import connection

from regulars.booking.free import CUSTOMER, PLACE, STAFF, Free, Key
from regulars.booking.minutes import Bits, Window, grid, many, minute_of, moment_of
from regulars.booking.visits import Wish, layouts
from regulars.offer.hours import timetable
from regulars.offer.models import Place, Store

# Begin and end of a span in minutes since 1970: a constraint has them whole.
_MINUTES = """
int4send((date_part('epoch', lower(span)) / 60)::int4)
|| int4send((date_part('epoch', upper(span)) / 60)::int4)
"""

# The same where they need not be whole: the begin rounded down and the end up.
_ENDS = """
int4send(floor(date_part('epoch', lower(span)) / 60)::int4)
|| int4send(ceil(date_part('epoch', upper(span)) / 60)::int4)
"""

# Spans come packed, one row for each resource: ten times as fast as a row for each span. A hold
# that has run out is no more, whether or not somebody has cleared it away.
_TAKEN = f"""
SELECT r.staff_id, r.place_id, r.unit, r.customer_id,
       string_agg({_MINUTES}, ''::bytea) FILTER (WHERE o.overlap_reason = ''),
       string_agg({_MINUTES}, ''::bytea) FILTER (WHERE o.overlap_reason <> '')
FROM booking_resource r JOIN booking_occupancy o ON o.resource_id = r.id
WHERE (r.staff_id = ANY(%(staff)s) OR r.place_id = ANY(%(places)s) OR r.customer_id = %(customer)s)
  AND upper(o.span) > %(first)s AND lower(o.span) < %(end)s
  AND o.appointment_id <> ALL(ARRAY(
      SELECT id FROM booking_appointment WHERE state = 'held' AND held_until <= %(at)s))
  AND o.appointment_id <> %(but_not)s
GROUP BY r.id
"""

_AT_WORK = f"""
SELECT 'shift', staff_id, string_agg({_ENDS}, ''::bytea) FROM booking_shift
WHERE store_id = %(store)s AND staff_id = ANY(%(staff)s) AND span && tstzrange(%(first)s, %(end)s)
GROUP BY staff_id
UNION ALL
SELECT 'away', staff_id, string_agg({_ENDS}, ''::bytea) FROM (
    SELECT staff_id, span FROM booking_leave
    UNION ALL
    SELECT s.staff_id, b.span FROM booking_break b JOIN booking_shift s ON s.id = b.shift_id
) AS away
WHERE staff_id = ANY(%(staff)s) AND span && tstzrange(%(first)s, %(end)s)
GROUP BY staff_id
"""


@dataclass(frozen=True)
class Wanted:
    """What a visit could take in a store.

    Attributes:
        staff: all who may serve or help.
        before, after: minutes that it could reach before and after the minute it begins.
        but_not: an appointment that is about to be moved and so does not stand in its own way.
    """

    store: Store
    staff: Collection[int]
    place_kinds: Collection[str]
    before: int
    after: int
    customer_id: int | None = None
    but_not: int | None = None

    @classmethod
    def by(
        cls,
        store: Store,
        wishes: Sequence[Wish],
        *,
        customer_id: int | None = None,
        but_not: int | None = None,
    ) -> Self:
        """All that these wishes could take."""
        longest = max((layout.length for layout in layouts(wishes)), default=0)
        return cls(
            store,
            {staff for wish in wishes for staff in (*wish.pace, *wish.helpers)},
            {step.place_kind for wish in wishes for step in wish.steps if step.place_kind},
            before=max((wish.before for wish in wishes), default=0),
            after=longest + max((wish.after for wish in wishes), default=0),
            customer_id=customer_id,
            but_not=but_not,
        )


def free_between(
    wanted: Wanted, first: datetime, last: datetime, *, at: datetime, taken: bool = True
) -> tuple[Free, Bits]:
    """What is free for visits that begin from `first` to before `last`, and the grid for them.

    Args:
        taken: False leaves bookings out of account, not shifts and opening hours.
    """
    begin, end = minute_of(first), minute_of(last)
    window = Window(begin - wanted.before, end + wanted.after)
    units = _units(wanted)
    shift, at_work = _staff(wanted, window)
    busy = _taken(wanted, units, window, at) if taken else {}
    places: dict[str, dict[Key, Bits]] = {}
    for key, kind in units.items():
        places.setdefault(kind, {})[key] = window.all & ~busy.get(key, 0)
    customer = wanted.customer_id
    free = Free(
        window,
        _open(wanted.store, window),
        shift,
        {staff: bits & ~busy.get(Key(STAFF, staff), 0) for staff, bits in at_work.items()},
        places,
        None if customer is None else window.all & ~busy.get(Key(CUSTOMER, customer), 0),
    )
    ticks = grid(window, wanted.store.slot_minutes, ZoneInfo(wanted.store.time_zone))
    return free, ticks & window.bits([(begin, end)])


def _open(store: Store, window: Window) -> Bits:
    first, last = moment_of(window.first), moment_of(window.end)
    days = (first - timedelta(days=2)).date(), (last + timedelta(days=1)).date()
    hours = timetable(store, *days).spans(*days)
    return reduce(or_, (window.bits([(minute_of(a), minute_of(b))]) for a, b in hours), 0)


def _units(wanted: Wanted) -> dict[Key, str]:
    """The units of places of the wanted kinds, with their kind, in the order of the store."""
    if not wanted.place_kinds:
        return {}
    places = Place.objects.filter(
        store=wanted.store, kind__in=wanted.place_kinds, active=True
    ).values_list("pk", "kind", "units")
    return {Key(PLACE, pk, unit): kind for pk, kind, units in places for unit in range(units)}


def _staff(wanted: Wanted, window: Window) -> tuple[dict[int, Bits], dict[int, Bits]]:
    """By staff, their shifts, and what breaks and leave let remain of them."""
    rows = _rows(_AT_WORK, wanted, window)
    shifts = {staff: _unpacked(spans) for what, staff, spans in rows if what == "shift"}
    shift = dict(zip(shifts, _bits(list(shifts.values()), window), strict=True))
    at_work = dict(shift)
    for what, staff, spans in rows:
        if what == "away" and staff in at_work:
            at_work[staff] &= ~window.bits(_unpacked(spans).tolist())
    return shift, at_work


def _taken(
    wanted: Wanted, units: Mapping[Key, str], window: Window, at: datetime
) -> dict[Key, Bits]:
    rows = _rows(
        _TAKEN,
        wanted,
        window,
        places=sorted({key.id for key in units}),
        at=at,
        customer=wanted.customer_id,
        but_not=wanted.but_not or 0,
    )
    keys = [_key(*row[:4]) for row in rows]
    apart = _bits([_unpacked(row[4]) for row in rows], window)
    over = [window.bits(_unpacked(row[5]).tolist()) if row[5] else 0 for row in rows]
    return {key: one | other for key, one, other in zip(keys, apart, over, strict=True)}


def _key(staff: int | None, place: int | None, unit: int, customer: int | None) -> Key:
    if staff is not None:
        return Key(STAFF, staff)
    return Key(CUSTOMER, customer or 0) if place is None else Key(PLACE, place, unit)


def _unpacked(spans: bytes | None) -> npt.NDArray[np.int64]:
    """Packed spans as rows of begin and end."""
    return np.frombuffer(spans or b"", ">i4").reshape(-1, 2).astype(np.int64)


def _bits(rows: Sequence[npt.NDArray[np.int64]], window: Window) -> list[Bits]:
    """The minutes of each row of spans, all counted at once."""
    if not rows:
        return []
    which = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    spans = np.concatenate(rows)
    return many(len(rows), which, spans[:, 0], spans[:, 1], window)


def _rows(query: str, wanted: Wanted, window: Window, **more: Any) -> list[tuple[Any, ...]]:
    values: dict[str, Any] = {
        "store": wanted.store.pk,
        "staff": sorted(wanted.staff),
        "first": moment_of(window.first),
        "end": moment_of(window.end),
    }
    with connection.cursor() as cursor:
        cursor.execute(query, {**values, **more})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
