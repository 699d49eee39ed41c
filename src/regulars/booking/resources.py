"""One numbering for all that can be taken, and locks on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from regulars.booking.free import CUSTOMER, PLACE, STAFF, Key
from regulars.booking.minutes import Span, moment_of
from regulars.booking.models import Resource

_LOCKS = 0x626F6F6B << 32
"""Where the advisory locks of resources begin: other locks stay below."""

_FIND = """
SELECT id, staff_id, place_id, unit, customer_id FROM booking_resource
WHERE staff_id = ANY(%s) OR place_id = ANY(%s) OR customer_id = ANY(%s)
"""

# Who holds a resource within a span.
_IN_THE_WAY = """
SELECT DISTINCT o.appointment_id, w.n
FROM unnest(%(ids)s::bigint[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
    WITH ORDINALITY AS w (resource_id, begins, ends, n)
JOIN booking_occupancy o
  ON o.resource_id = w.resource_id AND upper(o.span) > w.begins AND lower(o.span) < w.ends
WHERE o.appointment_id <> %(but_not)s
ORDER BY w.n
"""


def ids_of(keys: Collection[Key]) -> dict[Key, int]:
    """The numbers of these resources; those that have none yet are given one."""
    found = _find(keys)
    missing = [key for key in keys if key not in found]
    if missing:
        Resource.objects.bulk_create((_resource(key) for key in missing), ignore_conflicts=True)
        found |= _find(missing)
    return found


def _find(keys: Collection[Key]) -> dict[Key, int]:
    by_kind = {
        kind: [key.id for key in keys if key.kind == kind] for kind in (STAFF, PLACE, CUSTOMER)
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [by_kind[STAFF], by_kind[PLACE], by_kind[CUSTOMER]])
        return {key_of(*row[1:]): row[0] for row in cursor.fetchall()}


def key_of(staff: int | None, place: int | None, unit: int, customer: int | None) -> Key:
    """The key of a row of `Resource`."""
    if staff is not None:
        return Key(STAFF, staff)
    return Key(CUSTOMER, customer or 0) if place is None else Key(PLACE, place, unit)


def _resource(key: Key) -> Resource:
    return Resource(**{f"{key.kind}_id": key.id}, unit=key.unit)


def lock(ids: Iterable[int]) -> None:
    """Waits until nobody else books these; others wait until the transaction (or savepoint) ends.

    Always in the same order, so that no two wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s + id) FROM unnest(%s::bigint[]) AS id",
            [_LOCKS, sorted(set(ids))],
        )


def in_the_way(
    spans: Sequence[tuple[int, Span]], *, but_not: int | None = None
) -> list[tuple[int, int]]:
    """Appointments that hold one of these resources in its span.

    Args:
        spans: pairs of resource id and span in minutes since 1970.

    Returns:
        pairs of an appointment's id and the index of the span it meets.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _IN_THE_WAY,
            {
                "ids": [resource for resource, _ in spans],
                "begins": [moment_of(span[0]) for _, span in spans],
                "ends": [moment_of(span[1]) for _, span in spans],
                "but_not": but_not or 0,
            },
        )
        return [(appointment, n - 1) for appointment, n in cursor.fetchall()]
