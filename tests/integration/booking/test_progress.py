"""How an appointment comes along, and what the database holds whoever writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from regulars.booking import jobs, progress, states
from regulars.booking.actions import PORTAL, book, move
from regulars.booking.models import Appointment, Change, Occupancy
from regulars.booking.refusals import Refused
from regulars.kit import clock as now
from regulars.kit.permissions import SYSTEM
from regulars.offer.arranging import PolicyDraft, set_policy
from regulars.people.actions import add_tag
from regulars.people.models import Tag
from tests.conftest import NOON
from tests.factories.booking import Salon, clock

STATES = list(states.MOVES)


def booked(salon: Salon, hour: float = 10, **given: object) -> int:
    return book(salon.visit(hour, **given), by=SYSTEM, at=NOON)


def state(pk: int) -> str:
    return Appointment.objects.get(pk=pk).state


def test_an_ordinary_visit(salon: Salon) -> None:
    pk = booked(salon)
    for action, after in (
        (progress.confirm, "confirmed"),
        (progress.arrive, "arrived"),
        (progress.start, "in_service"),
        (progress.finish, "done"),
    ):
        action(pk, by=SYSTEM, at=clock(10.25))
        assert state(pk) == after
    whats = list(Change.objects.order_by("id").values_list("what", flat=True))
    assert whats == ["booked", "confirmed", "arrived", "began", "done"]
    assert Appointment.objects.get(pk=pk).finished_at == clock(10.25)


def test_done_early_the_rest_of_the_time_is_free(salon: Salon) -> None:
    pk = booked(salon, 10)
    progress.arrive(pk, by=SYSTEM, at=clock(10))
    progress.start(pk, by=SYSTEM, at=clock(10))
    progress.finish(pk, by=SYSTEM, at=clock(10.25))
    assert booked(salon, 10.25)


def test_clicks_on_the_wrong_name_are_taken_back(salon: Salon) -> None:
    pk = booked(salon)
    progress.arrive(pk, by=SYSTEM, at=clock(10))
    progress.expect(pk, by=SYSTEM, at=clock(10))
    assert Appointment.objects.get(pk=pk).arrived_at is None
    progress.arrive(pk, by=SYSTEM, at=clock(10))
    progress.start(pk, by=SYSTEM, at=clock(10))
    progress.arrive(pk, by=SYSTEM, at=clock(10.5))
    appointment = Appointment.objects.get(pk=pk)
    assert (appointment.state, appointment.arrived_at, appointment.began_at) == (
        "arrived",
        clock(10),
        None,
    )


@pytest.mark.parametrize(
    "action", [progress.start, progress.finish, progress.keep, progress.expect]
)
def test_what_comes_out_of_turn_is_refused(salon: Salon, action: Callable[..., None]) -> None:
    pk = booked(salon)
    with pytest.raises(Refused, match="state"):
        action(pk, by=SYSTEM, at=NOON)
    assert state(pk) == "booked"


def test_nobody_has_missed_what_has_not_begun(salon: Salon) -> None:
    pk = booked(salon)
    with pytest.raises(Refused, match="state"):
        progress.no_show(pk, by=SYSTEM, at=clock(9.9))
    progress.no_show(pk, by=SYSTEM, at=clock(10.2))
    assert not Occupancy.objects.exists()


def test_the_database_and_the_rules_know_the_same_moves(salon: Salon) -> None:
    pk = booked(salon)
    allowed = {(before, after) for before in STATES for after in STATES if goes(pk, before, after)}
    assert allowed == {(before, after) for before in STATES for after in states.MOVES[before]} | {
        (same, same) for same in STATES
    }


def goes(pk: int, before: str, after: str) -> bool:
    """Whether the database lets the appointment, put into one state, go to another."""
    until = {state: NOON if state == "held" else None for state in STATES}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Appointment.objects.filter(pk=pk).update(state=before, held_until=until[before])
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    try:
        with transaction.atomic():
            Appointment.objects.filter(pk=pk).update(state=after, held_until=until[after])
    except IntegrityError:
        return False
    return True


def test_an_appointment_begins_at_the_beginning(salon: Salon) -> None:
    for first in STATES:
        row = Appointment(
            store=salon.store, state=first, channel="desk", starts_at=clock(10), ends_at=clock(11),
            created_at=NOON, created_by="x", held_until=NOON if first == "held" else None,
        )  # fmt: skip
        if first in states.FIRST:
            row.save()
        else:
            with pytest.raises(DatabaseError, match="does not begin as"), transaction.atomic():
                row.save()


def test_what_is_called_off_takes_no_time_whoever_writes(salon: Salon) -> None:
    pk = booked(salon)
    row = Occupancy.objects.filter(appointment=pk)[0]
    Appointment.objects.filter(pk=pk).update(state="cancelled")
    assert not Occupancy.objects.exists()
    with pytest.raises(IntegrityError, match="only a standing appointment"), transaction.atomic():
        Occupancy.objects.create(resource_id=row.resource_id, appointment_id=pk, span=row.span)


def test_spans_are_whole_minutes(salon: Salon) -> None:
    booked(salon)
    row = Occupancy.objects.all()[0]
    with pytest.raises(IntegrityError, match="in_minutes"), transaction.atomic():
        row.span = (row.span.lower + timedelta(seconds=1), row.span.upper)
        row.save()


def test_a_hold_blocks_until_it_runs_out_and_can_be_kept_until_then(salon: Salon) -> None:
    draft = salon.visit(10)
    pk = book(draft, hold_for=timedelta(minutes=10), by=SYSTEM, at=NOON)
    with pytest.raises(Refused):
        book(draft, by=SYSTEM, at=NOON + timedelta(minutes=9))
    with pytest.raises(Refused, match="hold_over"):
        progress.keep(pk, by=SYSTEM, at=NOON + timedelta(minutes=10))
    progress.keep(pk, by=SYSTEM, at=NOON + timedelta(minutes=9))
    with pytest.raises(Refused):
        book(draft, by=SYSTEM, at=NOON + timedelta(minutes=11))


def test_a_hold_that_has_run_out_is_in_nobodys_way(salon: Salon) -> None:
    draft = salon.visit(10)
    held = book(draft, hold_for=timedelta(minutes=10), by=SYSTEM, at=NOON)
    assert book(draft, by=SYSTEM, at=NOON + timedelta(minutes=10))
    assert state(held) == "cancelled"
    assert Change.objects.get(appointment=held, what="ran_out")


def test_holds_end_by_themselves(salon: Salon, monkeypatch: pytest.MonkeyPatch) -> None:
    short = book(salon.visit(10), hold_for=timedelta(minutes=5), by=SYSTEM, at=NOON)
    long = book(salon.visit(11), hold_for=timedelta(minutes=50), by=SYSTEM, at=NOON)
    monkeypatch.setattr(now, "now", lambda: NOON + timedelta(minutes=6))
    assert jobs.end_holds(0) == 1
    assert (state(short), state(long)) == ("cancelled", "held")
    assert jobs.end_holds(0) == 0


def test_a_hold_without_an_end_is_refused(salon: Salon) -> None:
    pk = book(salon.visit(10), hold_for=timedelta(minutes=5), by=SYSTEM, at=NOON)
    with pytest.raises(IntegrityError, match="appointment_hold_ends"), transaction.atomic():
        Appointment.objects.filter(pk=pk).update(held_until=None)


def on_the_phone(salon: Salon, hour: float, **given: object) -> int:
    return book(salon.visit(hour, channel="portal", **given), by=PORTAL, at=NOON)


def test_customers_are_held_to_the_policy_and_the_desk_is_not(salon: Salon) -> None:
    policy = PolicyDraft(lead_minutes=24 * 60, horizon_days=2, deposit=5000, no_show_fee=3000)
    set_policy(policy, by=SYSTEM, at=NOON)
    with pytest.raises(Refused, match="too_soon"):
        on_the_phone(salon, 11.75)
    with pytest.raises(Refused, match="too_far"):
        on_the_phone(salon, 24 * 2 + 10)
    assert Appointment.objects.get(pk=booked(salon, 11)).deposit == 0
    assert Appointment.objects.get(pk=on_the_phone(salon, 12)).deposit == 5000
    pk = booked(salon, 15)
    progress.no_show(pk, by=SYSTEM, at=clock(15.5))
    assert Appointment.objects.get(pk=pk).fee == 3000


def test_it_is_too_late_only_for_the_customer(salon: Salon) -> None:
    set_policy(PolicyDraft(change_minutes=120), by=SYSTEM, at=NOON)
    pk = on_the_phone(salon, 12)
    for late in (
        lambda: progress.cancel(pk, own=True, by=PORTAL, at=clock(10.1)),
        lambda: move(pk, starts_at=clock(15), own=True, by=PORTAL, at=clock(10.1)),
    ):
        with pytest.raises(Refused, match="too_late"):
            late()
    move(pk, starts_at=clock(15), own=True, by=PORTAL, at=clock(9.9))
    progress.cancel(pk, by=SYSTEM, at=clock(14.9))


def test_the_most_particular_policy_counts_the_tag_before_the_service(salon: Salon) -> None:
    add_tag(salon.customers[0], "常爽约", by=SYSTEM, at=NOON)
    tag = Tag.objects.get().pk
    for deposit, item, tagged in ((1, None, None), (2, salon.cut, None), (3, None, tag)):
        set_policy(PolicyDraft(deposit=deposit), item_id=item, tag_id=tagged, by=SYSTEM, at=NOON)

    def deposit(hour: float, *items: int, customer: int | None) -> int:
        draft = salon.visit(hour, *items, channel="portal", customer_id=customer)
        return Appointment.objects.get(pk=book(draft, by=PORTAL, at=NOON)).deposit

    assert deposit(12, salon.care, customer=salon.customers[1]) == 1
    assert deposit(13, salon.cut, customer=salon.customers[1]) == 2
    assert deposit(14, salon.cut, salon.care, customer=salon.customers[0]) == 6
