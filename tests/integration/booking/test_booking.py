"""What is booked takes what it needs, and nothing is taken twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction

from regulars.booking import actions, progress
from regulars.booking.actions import book
from regulars.booking.drafts import ServiceDraft, VisitDraft
from regulars.booking.models import Appointment, BookedService, BookedStep, Change, Occupancy
from regulars.booking.refusals import Refused
from regulars.booking.rostering import add_leave
from regulars.kit.models import AuditEvent
from regulars.kit.permissions import SYSTEM, Actor, Grant, Role
from regulars.people.models import Customer
from tests.conftest import NOON
from tests.factories.booking import Salon, clock


def booked(salon: Salon, hour: float, *items: int, **given: object) -> int:
    return book(salon.visit(hour, *items, **given), by=SYSTEM, at=NOON)


def refused(salon: Salon, hour: float, *items: int, **given: object) -> Refused:
    with pytest.raises(Refused) as caught:
        booked(salon, hour, *items, **given)
    assert caught.value.message
    return caught.value


def test_a_booking_keeps_who_serves_where_and_when(salon: Salon) -> None:
    pk = booked(salon, 10, salon.colour, customer_id=salon.customers[0], note="靠窗")
    appointment = Appointment.objects.get(pk=pk)
    assert (appointment.state, appointment.starts_at, appointment.ends_at) == (
        "booked",
        clock(10),
        clock(11.5),
    )
    service = BookedService.objects.get()
    assert (service.staff_id, service.asked, service.price) == (salon.lin, True, 68000)
    steps = list(BookedStep.objects.values_list("name", "staff_id", "waiting", "unit"))
    assert [step[0] for step in steps] == ["涂抹", "停留", "冲洗", "吹干"]
    assert [step[1] is None for step in steps] == [False, True, False, False]
    # 林: before and after the waiting and, as it happens, the rinse; two chairs, basin, customer.
    spans = Occupancy.objects.filter(resource__staff=salon.lin).values_list("span", flat=True)
    assert clock(10.25) not in [span.lower for span in spans]
    assert not any(span.lower <= clock(10.75) < span.upper for span in spans)
    assert Occupancy.objects.get(resource__customer=salon.customers[0]).span.upper == clock(11.5)
    assert Change.objects.get().what == "booked"
    assert AuditEvent.objects.filter(action="booking.booked").count() == 1


def test_what_is_taken_is_refused_with_what_is_free_nearby(salon: Salon) -> None:
    first = booked(salon, 11)
    no = refused(salon, 11.25)
    assert (no.code, no.appointment_id) == ("taken", first)
    assert [a.starts_at for a in no.alternatives[:2]] == [clock(11.5), clock(11.75)]
    assert {a.staff_id for a in no.alternatives} == {salon.lin}
    for other in no.alternatives[:1]:
        draft = VisitDraft(salon.store.pk, other.starts_at, (ServiceDraft(salon.cut, salon.lin),))
        assert book(draft, by=SYSTEM, at=NOON)
    assert Appointment.objects.count() == 2


def test_while_a_colour_works_its_stylist_cuts_somebody_else(salon: Salon) -> None:
    booked(salon, 10, salon.colour)
    assert booked(salon, 10.5)
    assert refused(salon, 10.25).code == "taken"


def test_anyone_means_whoever_is_free_and_then_nobody(salon: Salon) -> None:
    who = [booked(salon, 12, staff=None) for _ in range(2)]
    served = BookedService.objects.filter(appointment__in=who)
    assert len(set(served.values_list("staff_id", flat=True))) == 2
    assert not served.filter(asked=True).exists()
    assert refused(salon, 12, staff=None).code == "place"


def test_who_works_slower_takes_longer_and_costs_what_they_cost(salon: Salon) -> None:
    pk = booked(salon, 12, staff=salon.zhou)
    service = BookedService.objects.get(appointment=pk)
    assert (service.ends_at - service.starts_at, service.price) == (timedelta(minutes=45), 8800)


def test_time_after_a_service_keeps_the_staff_and_not_the_customer(salon: Salon) -> None:
    pk = booked(salon, 12, salon.care, customer_id=salon.customers[0])
    assert Appointment.objects.get(pk=pk).ends_at == clock(12.5)
    assert refused(salon, 12.5, salon.care).code == "taken"
    assert booked(salon, 12.5, salon.cut, staff=salon.su, customer_id=salon.customers[0])


def test_a_customer_is_not_in_two_chairs(salon: Salon) -> None:
    booked(salon, 12, customer_id=salon.customers[0])
    no = refused(salon, 12.25, staff=salon.su, customer_id=salon.customers[0])
    assert no.code == "customer"
    assert booked(salon, 12.25, staff=salon.su, customer_id=salon.customers[1])


@pytest.mark.parametrize(
    ("hour", "code"), [(9.5, "closed"), (19.75, "closed"), (20, "closed"), (34, "taken")]
)
def test_the_last_service_ends_before_the_store_closes(
    salon: Salon, hour: float, code: str
) -> None:
    if code == "taken":
        booked(salon, hour)
    assert refused(salon, hour).code == code
    assert booked(salon, 19.5)


def test_nobody_is_booked_off_their_shift_on_leave_or_for_what_they_do_not_do(
    salon: Salon, at: datetime
) -> None:
    assert refused(salon, 12 + 24 * 5).code == "off"
    add_leave(salon.lin, "sick", clock(12), clock(16), by=SYSTEM, at=at)
    assert refused(salon, 11.75).code == "taken"
    assert booked(salon, 11.5)
    assert refused(salon, 12, salon.colour, staff=salon.zhou).code == "nobody"


def test_services_side_by_side_and_in_turn(salon: Salon) -> None:
    services = (
        ServiceDraft(salon.cut, salon.lin, group=0),
        ServiceDraft(salon.care, salon.su, group=0),
        ServiceDraft(salon.care, None, group=1),
    )
    book(VisitDraft(salon.store.pk, clock(10), services), by=SYSTEM, at=NOON)
    cut, care, last = BookedService.objects.all()
    assert (cut.starts_at, care.starts_at, last.starts_at) == (clock(10), clock(10), clock(10.5))
    assert last.staff_id in {salon.lin, salon.su}


def test_what_cannot_be_booked_says_so(salon: Salon) -> None:
    nothing = VisitDraft(salon.store.pk, clock(10), ())
    unknown = VisitDraft(salon.store.pk, clock(10), (ServiceDraft(0),))
    for draft, code in ((nothing, "no_service"), (unknown, "unknown_service")):
        with pytest.raises(Refused) as caught:
            book(draft, by=SYSTEM, at=NOON)
        assert caught.value.code == code
    assert not Appointment.objects.exists()


def test_only_who_may_books_and_only_in_their_store(salon: Salon, at: datetime) -> None:
    here = Actor(1, "desk", (Grant(Role.DESK, salon.store.pk),))
    book(salon.visit(10), by=here, at=at)
    for stranger in (
        Actor(1, "desk", (Grant(Role.DESK, salon.store.pk + 1),)),
        Actor(1, "analyst", (Grant(Role.ANALYST),)),
    ):
        with pytest.raises(PermissionDenied):
            book(salon.visit(12), by=stranger, at=at)


def test_an_overlap_needs_a_right_a_name_and_a_reason(salon: Salon, at: datetime) -> None:
    booked(salon, 10)
    manager = Actor(2, "王店长", (Grant(Role.MANAGER, salon.store.pk),))
    desk = Actor(1, "desk", (Grant(Role.DESK, salon.store.pk),))
    with pytest.raises(PermissionDenied):
        book(salon.visit(10.25), overlap_reason="急", by=desk, at=at)
    with pytest.raises(Refused, match="no_reason"):
        book(salon.visit(10.25), overlap_reason="  ", by=manager, at=at)
    pk = book(salon.visit(10.25), overlap_reason="老客急用", by=manager, at=at)
    over = Occupancy.objects.filter(appointment=pk).exclude(overlap_reason="")
    assert set(over.values_list("overlap_by", "overlap_reason")) == {("王店长", "老客急用")}
    assert refused(salon, 10.5).code == "taken"
    with pytest.raises(Refused, match="closed"):
        book(salon.visit(21), overlap_reason="急", by=manager, at=at)
    with pytest.raises(IntegrityError, match="overlap_has_name"), transaction.atomic():
        over.update(overlap_by="")


def test_a_moved_appointment_leaves_its_old_time_free(salon: Salon, at: datetime) -> None:
    pk = booked(salon, 10, salon.colour)
    progress.confirm(pk, by=SYSTEM, at=at)
    actions.move(pk, starts_at=clock(10.5), version=2, by=SYSTEM, at=at)
    appointment = Appointment.objects.get(pk=pk)
    assert (appointment.starts_at, appointment.state) == (clock(10.5), "booked")
    assert BookedStep.objects.earliest("starts_at").starts_at == clock(10.5)
    assert booked(salon, 10)
    with pytest.raises(Refused, match="changed"):
        actions.move(pk, starts_at=clock(14), version=2, by=SYSTEM, at=at)
    with pytest.raises(Refused, match="taken"):
        actions.move(pk, starts_at=clock(10), by=SYSTEM, at=at)
    assert Appointment.objects.get(pk=pk).starts_at == clock(10.5)


def test_given_to_someone_else_it_takes_as_long_as_they_need(salon: Salon, at: datetime) -> None:
    pk = booked(salon, 10)
    service = BookedService.objects.get()
    actions.move(pk, staff={service.pk: salon.zhou}, by=SYSTEM, at=at)
    service.refresh_from_db()
    assert (service.staff_id, service.ends_at) == (salon.zhou, clock(10.75))
    with pytest.raises(Refused, match="nobody"):
        colour = booked(salon, 12, salon.colour)
        line = BookedService.objects.get(appointment=colour)
        actions.move(colour, staff={line.pk: salon.zhou}, by=SYSTEM, at=at)


def test_a_longer_step_pushes_what_follows_and_is_refused_without_room(
    salon: Salon, at: datetime
) -> None:
    pk = booked(salon, 10, salon.colour)
    step = BookedStep.objects.get(name="停留")
    actions.resize(pk, {step.pk: 45}, by=SYSTEM, at=at)
    assert Appointment.objects.get(pk=pk).ends_at == clock(11.75)
    booked(salon, 11.75)
    last = BookedStep.objects.get(name="吹干", service__appointment=pk)
    with pytest.raises(Refused, match="taken"):
        actions.resize(pk, {last.pk: 30}, by=SYSTEM, at=at)


def test_what_was_called_off_comes_back_if_nobody_has_its_time(salon: Salon, at: datetime) -> None:
    pk = booked(salon, 10)
    progress.cancel(pk, reason="customer", by=SYSTEM, at=at)
    assert not Occupancy.objects.exists()
    actions.restore(pk, by=SYSTEM, at=at)
    assert Occupancy.objects.filter(appointment=pk).exists()
    progress.cancel(pk, by=SYSTEM, at=at)
    booked(salon, 10)
    with pytest.raises(Refused, match="taken"):
        actions.restore(pk, by=SYSTEM, at=at)
    assert Appointment.objects.get(pk=pk).state == "cancelled"


def test_a_copy_asks_for_the_same_at_another_time(salon: Salon, at: datetime) -> None:
    pk = booked(salon, 10, salon.colour, customer_id=salon.customers[0], note="靠窗")
    copied = book(actions.copy_draft(pk, clock(14)), by=SYSTEM, at=at)
    appointment = Appointment.objects.get(pk=copied)
    assert (appointment.customer_id, appointment.note) == (salon.customers[0], "靠窗")
    assert BookedService.objects.get(appointment=copied).staff_id == salon.lin


def test_an_erased_customer_is_not_expected_any_more(salon: Salon, at: datetime) -> None:
    pk = booked(salon, 10, customer_id=salon.customers[0], note="靠窗", guest_name="王芳")
    Customer.objects.filter(pk=salon.customers[0]).update(erased_at=at, data_key=None)
    appointment = Appointment.objects.get(pk=pk)
    assert (appointment.state, appointment.note, appointment.guest_name) == ("cancelled", "", "")
    assert not Occupancy.objects.exists()


def test_the_log_only_grows(salon: Salon) -> None:
    booked(salon, 10)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Change.objects.update(what="x")
