"""How a message comes along. The database holds the same table in a trigger.

`unknown` is a message whose worker died, or whose server fell silent, between being handed over
and the answer: it may or may not have gone out. It is asked about or settled by a person, never
sent again blindly.
"""

from __future__ import annotations

from collections.abc import Mapping

WAITING, CLAIMED, HANDED_OVER, DELIVERED = "waiting", "claimed", "handed_over", "delivered"
FAILED, UNKNOWN, DROPPED = "failed", "unknown", "dropped"

MOVES: Mapping[str, frozenset[str]] = {
    WAITING: frozenset({CLAIMED, DROPPED}),
    # Back, when it is certain that nothing went out.
    CLAIMED: frozenset({HANDED_OVER, FAILED, UNKNOWN, WAITING}),
    HANDED_OVER: frozenset({DELIVERED, FAILED}),
    # By an answer of the channel, or by a person who knows.
    UNKNOWN: frozenset({HANDED_OVER, DELIVERED, FAILED, WAITING}),
    DELIVERED: frozenset(),
    FAILED: frozenset(),
    DROPPED: frozenset(),
}

WENT_OUT = frozenset({CLAIMED, HANDED_OVER, DELIVERED, UNKNOWN})
"""Counted against the caps: it went out, or may have."""
