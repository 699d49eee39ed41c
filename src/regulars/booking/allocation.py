"""Gives the services of a visit out at one minute: who serves, who helps, at which places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from regulars.booking.free import CUSTOMER, STAFF, Key, Reach
from regulars.booking.minutes import Span, merged
from regulars.booking.visits import SAME, Layout, Wish

Rank = Callable[[int], int]
"""The lower, the sooner someone of the staff is given a service."""

Taken = Mapping[int, Sequence[Span]]
"""The steps of this very visit that each of the staff has been given."""


@dataclass(frozen=True)
class Served:
    """A service, who does it (None: nobody's own hands) and who helps at which step."""

    staff: int | None
    helpers: Mapping[int, int]


@dataclass(frozen=True)
class Plan:
    """A visit that fits.

    Attributes:
        start: the minute since 1970.
        places: by kind, the unit for each span of the layout.
    """

    start: int
    layout: Layout
    services: tuple[Served, ...]
    places: Mapping[str, Sequence[tuple[Span, Key]]]

    @property
    def end(self) -> int:
        return self.start + self.layout.length

    def takes(self, customer_id: int | None = None) -> dict[Key, list[Span]]:
        """What it occupies, in minutes since 1970."""
        taken: dict[Key, list[Span]] = {}
        for served, laid in zip(self.services, self.layout.services, strict=True):
            if served.staff is not None:
                taken.setdefault(Key(STAFF, served.staff), []).extend(laid.own)
            for step, helper in served.helpers.items():
                taken.setdefault(Key(STAFF, helper), []).append(laid.helped[step])
        for units in self.places.values():
            for span, key in units:
                taken.setdefault(key, []).append(span)
        if customer_id is not None:
            taken[Key(CUSTOMER, customer_id)] = [(0, self.layout.length)]
        return {
            key: [(self.start + a, self.start + b) for a, b in merged(spans)]
            for key, spans in taken.items()
        }


def allocate(
    wishes: Sequence[Wish], layout: Layout, reach: Reach, start: int, rank: Rank
) -> Plan | None:
    """A plan for a visit that begins at this minute and lies like this, or None."""
    bit = start - reach.free.window.first
    if bit < 0 or not all(ok >> bit & 1 for ok in reach.conditions(wishes, layout)):
        return None
    services = next(_Allocation(wishes, layout, reach, bit, rank).ways(0, {}), None)
    if services is None:
        return None
    places = {
        kind: [(span, _unit(reach, kind, span, bit)) for span in spans]
        for kind, spans in layout.places.items()
    }
    return Plan(start, layout, services, places)


def _unit(reach: Reach, kind: str, span: Span, bit: int) -> Key:
    units = reach.free.places[kind].items()
    return next(key for key, free in units if reach.through(key, free, span) >> bit & 1)


@dataclass(frozen=True)
class _Allocation:
    """The search: gives services out from the first on and takes a step back where stuck."""

    wishes: Sequence[Wish]
    layout: Layout
    reach: Reach
    bit: int
    rank: Rank

    def ways(self, number: int, taken: Taken) -> Iterator[tuple[Served, ...]]:
        """All ways to give out the services from `number` on, the best first."""
        if number == len(self.wishes):
            yield ()
            return
        for staff, with_staff in self._own(number, taken):
            for helpers, with_helpers in self._helped(number, with_staff):
                for rest in self.ways(number + 1, with_helpers):
                    yield (Served(staff, helpers), *rest)

    def _own(self, number: int, taken: Taken) -> Iterator[tuple[int | None, Taken]]:
        """Who can do a service: first who serves this customer already, then by rank."""
        wish, laid = self.wishes[number], self.layout.services[number]
        if not wish.needs_someone:
            yield None, taken
            return
        hands = zip(laid.steps, wish.steps, strict=True)
        steps = [span for span, step in hands if step.hands == SAME]
        pace = self.layout.paces[number]
        able = (staff for staff, own in wish.pace.items() if own == pace)
        for staff in sorted(able, key=lambda one: (one not in taken, self.rank(one), one)):
            if self._is_free(staff, laid.own) and not _meet(taken.get(staff, ()), steps):
                yield staff, _taking(taken, staff, steps)

    def _helped(self, number: int, taken: Taken) -> Iterator[tuple[dict[int, int], Taken]]:
        """Who can help at the steps that anyone may do."""
        laid, helpers = self.layout.services[number], self.wishes[number].helpers
        best_first = sorted(helpers, key=lambda one: (self.rank(one), one))

        def give(steps: Sequence[int], taken: Taken) -> Iterator[tuple[dict[int, int], Taken]]:
            if not steps:
                yield {}, taken
                return
            span = laid.helped[steps[0]]
            for staff in best_first:
                if self._is_free(staff, [span]) and not _meet(taken.get(staff, ()), [span]):
                    for rest, all_taken in give(steps[1:], _taking(taken, staff, [span])):
                        yield {steps[0]: staff, **rest}, all_taken

        return give(list(laid.helped), taken)

    def _is_free(self, staff: int, spans: Sequence[Span]) -> bool:
        return bool(self.reach.hands(staff, spans) >> self.bit & 1)


def _taking(taken: Taken, staff: int, spans: Sequence[Span]) -> Taken:
    return {**taken, staff: [*taken.get(staff, ()), *spans]}


def _meet(some: Iterable[Span], others: Sequence[Span]) -> bool:
    return any(a < d and c < b for a, b in some for c, d in others)
