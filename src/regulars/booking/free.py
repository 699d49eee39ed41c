"""What is free when, and the questions that both finding and giving out put to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

from regulars.booking.minutes import Bits, Span, Window, runs, shifted
from regulars.booking.visits import Laid, Layout, Wish

STAFF, PLACE, CUSTOMER = "staff", "place", "customer"


class Key(NamedTuple):
    """Something that can be taken: staff, a unit of a place, a customer."""

    kind: str
    id: int
    unit: int = 0


STORE = Key("store", 0)
WHO_COMES = Key(CUSTOMER, 0)


@dataclass(frozen=True)
class Free:
    """What is free in a window, a set of minutes each.

    Attributes:
        open: when the store is.
        shift: when each of the staff is at work there, whether taken or not.
        staff: when they are at work and not taken.
        places: by kind, the units in the order in which they are given out.
        customer: when the customer is not booked elsewhere; None for a guest.
    """

    window: Window
    open: Bits
    shift: Mapping[int, Bits]
    staff: Mapping[int, Bits]
    places: Mapping[str, Mapping[Key, Bits]] = field(default_factory=dict)
    customer: Bits | None = None


class Reach:
    """From which minutes on a visit would find what it needs free. Remembers what it was asked."""

    def __init__(self, free: Free) -> None:
        self.free = free
        self._runs: dict[tuple[Key, int], Bits] = {}

    def through(self, key: Key, free: Bits, span: Span) -> Bits:
        """Beginnings of a visit for which `key`, free as given, is so through this span of it."""
        known = key, span[1] - span[0]
        if known not in self._runs:
            self._runs[known] = runs(free, known[1])
        return shifted(self._runs[known], span[0])

    def hands(self, staff: int, spans: Sequence[Span]) -> Bits:
        """Someone of the staff is free through all these spans."""
        free = self.free.staff.get(staff, 0)
        return reduce(and_, (self.through(Key(STAFF, staff), free, span) for span in spans))

    def store(self, layout: Layout) -> Bits:
        """The store is open through the visit."""
        return self.through(STORE, self.free.open, (0, layout.length))

    def customer(self, layout: Layout) -> Bits:
        """The customer, if one is named, is not booked elsewhere."""
        if self.free.customer is None:
            return self.free.window.all
        return self.through(WHO_COMES, self.free.customer, (0, layout.length))

    def someone(self, wish: Wish, pace: int, laid: Laid) -> Bits:
        """One of those who work at this pace is free for their own part of the service."""
        able = (staff for staff, own in wish.pace.items() if own == pace)
        return reduce(or_, (self.hands(staff, laid.own) for staff in able), 0)

    def helper(self, helpers: Iterable[int], span: Span) -> Bits:
        """One of the helpers is free."""
        return reduce(or_, (self.hands(staff, [span]) for staff in helpers), 0)

    def place(self, kind: str, span: Span) -> Bits:
        """One place of the kind is free."""
        units = self.free.places.get(kind, {})
        return reduce(or_, (self.through(key, free, span) for key, free in units.items()), 0)

    def conditions(self, wishes: Sequence[Wish], layout: Layout) -> Iterator[Bits]:
        """All that must hold for the visit to lie like this, each by itself."""
        yield self.store(layout)
        yield self.customer(layout)
        for wish, laid, pace in zip(wishes, layout.services, layout.paces, strict=True):
            if wish.needs_someone:
                yield self.someone(wish, pace, laid)
            for span in laid.helped.values():
                yield self.helper(wish.helpers, span)
        for kind, spans in layout.places.items():
            for span in spans:
                yield self.place(kind, span)
