"""What a calendar shows: appointments as blocks in columns, and who is at work when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Literal

from django.db.models import Prefetch, Q, QuerySet

from regulars.booking.minutes import Bits, Window, minute_of
from regulars.booking.models import Appointment, BookedService, BookedStep, Break, Leave, Shift
from regulars.offer.models import Store

Kind = Literal["hands", "waiting", "around"]
NOBODY = "nobody"
"""The column of what needs no hands at all."""

LONGEST = timedelta(days=2)
"""No appointment lasts longer; those that reach into a day are looked for this far back."""


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


def _between(store_id: int, first: datetime, last: datetime, at: datetime) -> QuerySet[Appointment]:
    """Appointments that touch a time, but for holds that have run out."""
    return Appointment.objects.filter(
        ~Q(state=Appointment.HELD, held_until__lte=at),
        store_id=store_id,
        starts_at__gt=first - LONGEST,
        starts_at__lt=last,
        ends_at__gt=first,
    )


def entries(
    store_id: int, first: datetime, last: datetime, *, at: datetime, staff_id: int | None = None
) -> list[Entry]:
    """The appointments of a store that touch a time, called-off ones included. Four queries."""
    found = _between(store_id, first, last, at)
    if staff_id is not None:
        theirs = Q(services__staff_id=staff_id) | Q(services__steps__staff_id=staff_id)
        found = found.filter(theirs).distinct()
    return read(found.order_by("starts_at", "pk"))


def read(found: QuerySet[Appointment]) -> list[Entry]:
    """Appointments with all that a calendar tells of them."""
    steps = BookedStep.objects.order_by("position").select_related("staff", "place")
    services = BookedService.objects.order_by("position").select_related("item", "staff")
    whole = found.select_related("customer", "store").prefetch_related(
        Prefetch("services", services.prefetch_related(Prefetch("steps", steps)))
    )
    return [Entry(one, list(one.services.all())) for one in whole]


def at_work(
    store_id: int, first: datetime, last: datetime, *, staff_ids: Collection[int] | None = None
) -> dict[int, Bits]:
    """Who is at work in a store: by staff, the minutes from `first` to `last`. Three queries.

    Args:
        staff_ids: only these; None for all who have a shift.
    """
    window = Window(minute_of(first), minute_of(last))
    span = (first, last)
    shifts = Shift.objects.filter(store_id=store_id, span__overlap=span)
    if staff_ids is not None:
        shifts = shifts.filter(staff_id__in=staff_ids)
    work: dict[int, Bits] = {}
    for shift in shifts:
        work[shift.staff_id] = work.get(shift.staff_id, 0) | _bits(window, shift.span)
    away: list[Break | Leave] = [
        *Break.objects.filter(shift__in=shifts, span__overlap=span).select_related("shift"),
        *Leave.objects.filter(staff_id__in=work, span__overlap=span),
    ]
    for pause in away:
        staff_id = pause.shift.staff_id if isinstance(pause, Break) else pause.staff_id
        work[staff_id] &= ~_bits(window, pause.span)
    return work


def _bits(window: Window, span: object) -> Bits:
    begin, end = span.lower, span.upper  # type: ignore[attr-defined]
    return window.bits([(minute_of(begin), minute_of(end))])


def stamp(store: Store, first: datetime, last: datetime, *, at: datetime) -> str:
    """A word that is another one as soon as anything in this part of the calendar has changed.

    Each change of an appointment raises its version. Numbers of log rows would not do: a lower
    one may be committed after a higher one was seen.
    """
    seen = _between(store.pk, first, last, at).order_by("pk").values_list("pk", "version", "state")
    shifts = Shift.objects.filter(store=store, span__overlap=(first, last)).order_by("pk")
    leaves = Leave.objects.filter(span__overlap=(first, last)).order_by("pk")
    ids = [*shifts.values_list("pk", "span")], [*leaves.values_list("pk", "span")]
    return blake2b(repr(([*seen], ids)).encode(), digest_size=8).hexdigest()
