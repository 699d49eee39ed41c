"""How an appointment moves through its life. The database holds the same table in a trigger."""

from __future__ import annotations

from collections.abc import Mapping

HELD, BOOKED, CONFIRMED, ARRIVED = "held", "booked", "confirmed", "arrived"
IN_SERVICE, DONE, CANCELLED, NO_SHOW = "in_service", "done", "cancelled", "no_show"

FIRST = frozenset({HELD, BOOKED, ARRIVED})
"""What an appointment may begin as: a hold, a booking, someone who stands at the desk."""

MOVES: Mapping[str, frozenset[str]] = {
    HELD: frozenset({BOOKED, CANCELLED}),
    BOOKED: frozenset({CONFIRMED, ARRIVED, CANCELLED, NO_SHOW}),
    # Moved to another time, what was confirmed is so no longer.
    CONFIRMED: frozenset({BOOKED, ARRIVED, CANCELLED, NO_SHOW}),
    # Back, where someone clicked on the wrong name.
    ARRIVED: frozenset({IN_SERVICE, CANCELLED, BOOKED}),
    IN_SERVICE: frozenset({DONE, ARRIVED}),
    DONE: frozenset({IN_SERVICE}),
    CANCELLED: frozenset({BOOKED}),
    NO_SHOW: frozenset({BOOKED}),
}

OCCUPYING = frozenset({HELD, BOOKED, CONFIRMED, ARRIVED, IN_SERVICE, DONE})
"""In these an appointment keeps its times; in the others the database lets them go."""

EXPECTED = frozenset({BOOKED, CONFIRMED})
"""Somebody will come."""

OPEN = frozenset({HELD, BOOKED, CONFIRMED})
"""Still to come: can be moved and called off."""


def may_move(before: str, after: str) -> bool:
    """Whether an appointment may go from one state to the other."""
    return after in MOVES[before]
