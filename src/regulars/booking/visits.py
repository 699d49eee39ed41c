"""What a visit needs and when: services as steps, laid out along the minutes from its beginning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, product

from regulars.booking.minutes import Span, merged

SAME, ANY, NONE = "same", "any", "none"


@dataclass(frozen=True)
class Step:
    """One step: its planned minutes, whose hands it needs, at which kind of place ("": none)."""

    name: str
    minutes: int
    hands: str = SAME
    waiting: bool = False
    place_kind: str = ""


@dataclass(frozen=True)
class Wish:
    """A service that someone wants.

    Attributes:
        before, after: minutes that keep staff and place, not the customer.
        group: services of one group run side by side, groups one after another.
        pace: who may do it, and the per cent of the planned minutes they need for their own steps.
        helpers: who may take the steps that ask for no particular hands.
        asked: whether the customer asked for that person; `pace` then names nobody else.
    """

    item_id: int
    steps: tuple[Step, ...]
    pace: Mapping[int, int]
    helpers: frozenset[int] = frozenset()
    before: int = 0
    after: int = 0
    group: int = 0
    asked: bool = False

    @property
    def needs_someone(self) -> bool:
        """Whether one person stays with it; not so, where nobody's own hands are needed."""
        return any(step.hands == SAME for step in self.steps)

    def minutes(self, pace: int) -> tuple[int, ...]:
        """The minutes of each step at a pace in per cent, rounded up."""
        return tuple(
            -(-step.minutes * pace // 100) if step.hands == SAME else step.minutes
            for step in self.steps
        )


@dataclass(frozen=True)
class Laid:
    """Where a service lies: minutes from the beginning of the visit.

    Attributes:
        steps: begin and end of each step.
        own: when the one who does it is taken, time before and after included.
        helped: by number of the step, those that anyone may do.
    """

    steps: tuple[Span, ...]
    own: tuple[Span, ...]
    helped: Mapping[int, Span]

    @property
    def begin(self) -> int:
        return self.steps[0][0]

    @property
    def end(self) -> int:
        return self.steps[-1][1]


@dataclass(frozen=True)
class Layout:
    """A whole visit laid out.

    Attributes:
        paces: of each service.
        places: by kind, the spans in each of which one and the same place is needed.
    """

    paces: tuple[int, ...]
    services: tuple[Laid, ...]
    places: Mapping[str, Sequence[Span]] = field(default_factory=dict)

    @property
    def length(self) -> int:
        return max(laid.end for laid in self.services)

    @property
    def side_by_side(self) -> bool:
        """Whether some services overlap, so that they cannot share hands."""
        return any(
            one.end > other.begin
            for one, other in zip(self.services, self.services[1:], strict=False)
        )


def layouts(wishes: Sequence[Wish]) -> list[Layout]:
    """All ways in which a visit can lie, according to the paces of those who may serve."""
    paces = [sorted(set(wish.pace.values())) if wish.needs_someone else [100] for wish in wishes]
    return [lay_out(wishes, combination) for combination in product(*paces)]


def lay_out(wishes: Sequence[Wish], paces: Sequence[int]) -> Layout:
    """Lays the services of a visit out, each at its pace in per cent."""
    services: list[Laid] = []
    at = 0
    for _group, side_by_side in groupby(
        zip(wishes, paces, strict=True), key=lambda pair: pair[0].group
    ):
        laid = [_lay(wish, pace, at) for wish, pace in side_by_side]
        services += laid
        at = max(one.end for one in laid)
    return Layout(tuple(paces), tuple(services), _places(wishes, services))


def _lay(wish: Wish, pace: int, at: int) -> Laid:
    steps: list[Span] = []
    for minutes in wish.minutes(pace):
        steps.append((at, at + minutes))
        at += minutes
    kinds = [step.hands for step in wish.steps]
    own = [span for hands, span in zip(kinds, steps, strict=True) if hands == SAME]
    if own:
        own += [(steps[0][0] - wish.before, steps[0][0]), (at, at + wish.after)]
    return Laid(
        tuple(steps),
        tuple(merged(span for span in own if span[0] < span[1])),
        {n: span for n, (hands, span) in enumerate(zip(kinds, steps, strict=True)) if hands == ANY},
    )


def _places(wishes: Sequence[Wish], services: Sequence[Laid]) -> Mapping[str, Sequence[Span]]:
    """By kind of place; services side by side share the one where their customer is."""
    needed: dict[str, list[Span]] = {}
    for wish, laid in zip(wishes, services, strict=True):
        for n, (step, (begin, end)) in enumerate(zip(wish.steps, laid.steps, strict=True)):
            if step.place_kind:
                begin -= wish.before if n == 0 else 0
                end += wish.after if n == len(wish.steps) - 1 else 0
                needed.setdefault(step.place_kind, []).append((begin, end))
    return {kind: merged(spans) for kind, spans in needed.items()}
