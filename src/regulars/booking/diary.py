"""What a calendar shows: appointments as blocks in columns, and whether anything has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Literal

from django.db.models import Q

from regulars.booking import queries, states
from regulars.booking.models import Appointment, BookedService, Leave, Shift
from regulars.offer.models import Store

Kind = Literal["hands", "waiting", "around"]
NOBODY = "nobody"
"""The column of what needs no hands at all."""


@dataclass(frozen=True)
class Block:
    """A stretch of an appointment in one column.

    Attributes:
        column: of the staff (`staff_column`) or the unit of a place (`place_column`).
        kind: `hands` are at work; while `waiting` they are free; `around` is for getting ready
            and clearing up.
        label: the names of its steps, in order.
        services: ids of the booked services that this person serves; empty for a helper.
        last_step: id of the step that grows when the block is made longer.
    """

    column: str
    kind: Kind
    begins: datetime
    ends: datetime
    label: tuple[str, ...] = ()
    services: frozenset[int] = frozenset()
    last_step: int | None = None


@dataclass(frozen=True)
class Entry:
    """An appointment with its services in order (`item`, `staff` and `steps` are read)."""

    appointment: Appointment
    services: Sequence[BookedService]

    @property
    def who(self) -> str:
        """Who comes, as far as is known; "" for a guest without a name."""
        customer = self.appointment.customer
        return str(customer) if customer else self.appointment.guest_name

    @property
    def what(self) -> str:
        return " + ".join(service.item.name for service in self.services)

    @property
    def asked(self) -> bool:
        """Whether the customer asked for one of those who serve."""
        return any(service.asked for service in self.services)

    @property
    def people(self) -> set[int | None]:
        """Who serves or helps."""
        return {service.staff_id for service in self.services} | {
            step.staff_id for service in self.services for step in service.steps.all()
        }

    def staff_blocks(self) -> list[Block]:
        """Its stretches in the columns of the staff."""
        blocks = [block for service in self.services for block in _of_service(service)]
        return [*_joined(b for b in blocks if b.kind == "hands")] + [
            block for block in blocks if block.kind != "hands"
        ]

    def place_blocks(self) -> list[Block]:
        """Its stretches in the columns of places; whoever waits keeps the place."""
        return _joined(
            Block(
                place_column(step.place_id, step.unit),
                "hands",
                step.starts_at,
                step.ends_at,
                (step.name,),
                last_step=step.pk,
            )
            for service in self.services
            for step in service.steps.all()
            if step.place_id is not None
        )


def staff_column(staff_id: int | None) -> str:
    return NOBODY if staff_id is None else f"s{staff_id}"


def place_column(place_id: int, unit: int) -> str:
    return f"p{place_id}-{unit}"


def staff_of(column: str) -> int | None:
    """The id of whose column it is; None for the column of a place or of nobody."""
    return int(column[1:]) if column[:1] == "s" and column[1:].isdigit() else None


def _of_service(service: BookedService) -> Iterator[Block]:
    own = staff_column(service.staff_id)
    for step in service.steps.all():
        column = staff_column(step.staff_id) if step.staff_id is not None else own
        served = step.staff_id == service.staff_id or column == NOBODY
        kind: Kind = "waiting" if step.staff_id is None and column != NOBODY else "hands"
        yield Block(
            column,
            kind,
            step.starts_at,
            step.ends_at,
            (step.name,),
            frozenset({service.pk}) if served else frozenset(),
            step.pk,
        )
        if kind == "hands" and column != own:
            yield Block(own, "waiting", step.starts_at, step.ends_at, (step.name,))
    before, after = timedelta(minutes=service.minutes_before), service.minutes_after
    if before and service.staff_id is not None:
        yield Block(own, "around", service.starts_at - before, service.starts_at)
    if after and service.staff_id is not None:
        ends = service.ends_at
        yield Block(own, "around", ends, ends + timedelta(minutes=after))


def _joined(blocks: Iterable[Block]) -> list[Block]:
    """Those of a column that follow one another without a gap made one."""
    joined: list[Block] = []
    for block in sorted(blocks, key=lambda one: (one.column, one.begins)):
        last = joined[-1] if joined else None
        if last and last.column == block.column and last.ends == block.begins:
            joined[-1] = Block(
                last.column,
                last.kind,
                last.begins,
                block.ends,
                last.label + block.label,
                last.services | block.services,
                block.last_step,
            )
        else:
            joined.append(block)
    return joined


def entries(
    store: Store, first: datetime, last: datetime, *, at: datetime, staff_id: int | None = None
) -> list[Entry]:
    """The appointments of a store that touch a time, called-off ones included. Four queries.

    Args:
        staff_id: only those in which this person serves or helps.
    """
    found = queries.calendar(store, first, last, states=[*states.MOVES])
    standing = [Entry(one, list(one.services.all())) for one in found if not _ran_out(one, at)]
    if staff_id is None:
        return standing
    return [entry for entry in standing if staff_id in entry.people]


def _ran_out(appointment: Appointment, at: datetime) -> bool:
    return appointment.held_until is not None and appointment.held_until <= at


def stamp(store: Store, first: datetime, last: datetime, *, at: datetime) -> str:
    """A word that is another one as soon as anything in this part of the calendar has changed.

    Each change of an appointment raises its version. Numbers of log rows would not do: a lower
    one may be committed after a higher one was seen.
    """
    seen = Appointment.objects.filter(
        ~Q(state=Appointment.HELD, held_until__lte=at),
        store=store,
        starts_at__gt=first - queries.LONGEST,
        starts_at__lt=last,
        ends_at__gt=first,
    )
    versions = [*seen.order_by("pk").values_list("pk", "version", "state")]
    shifts = Shift.objects.filter(store=store, span__overlap=(first, last)).order_by("pk")
    leaves = Leave.objects.filter(span__overlap=(first, last)).order_by("pk")
    ids = [*shifts.values_list("pk", "span")], [*leaves.values_list("pk", "span")]
    return blake2b(repr((versions, ids)).encode(), digest_size=8).hexdigest()
