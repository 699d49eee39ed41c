"""Rosters, appointments and what they occupy. All times in UTC, spans half open."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import CheckConstraint, F, Func, Q, UniqueConstraint, Value

from regulars.offer.models import Item, Place, Staff, Store
from regulars.people.models import Customer


def _same(field: str) -> Func:
    """Equality for an exclusion constraint, with nothing but what PostgreSQL brings along."""
    return Func(F(field), F(field), Value("[]"), function="int8range")


class Resource(models.Model):
    """What can be at one place only: someone of the staff, a unit of a place, a customer."""

    staff = models.OneToOneField(Staff, null=True, on_delete=models.CASCADE)
    place = models.ForeignKey(Place, null=True, on_delete=models.CASCADE, db_index=False)
    unit = models.SmallIntegerField(default=0)
    customer = models.OneToOneField(Customer, null=True, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["place", "unit"], name="resource_unit_once"),
            CheckConstraint(
                condition=Q(staff__isnull=False, place__isnull=True, customer__isnull=True)
                | Q(staff__isnull=True, place__isnull=False, customer__isnull=True)
                | Q(staff__isnull=True, place__isnull=True, customer__isnull=False),
                name="resource_is_one_thing",
            ),
        ]


class Shift(models.Model):
    """When someone works, and where. Nobody works two shifts at the same time."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, db_index=False)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, db_index=False)
    span = DateTimeRangeField()

    class Meta:
        indexes = [GistIndex(fields=["span"], name="shift_span")]
        constraints = [
            ExclusionConstraint(
                name="shifts_of_one_apart", expressions=[(_same("staff_id"), "&&"), ("span", "&&")]
            ),
            CheckConstraint(
                condition=Q(span__isempty=False, span__lower_inf=False, span__upper_inf=False),
                name="shift_has_ends",
            ),
        ]


class Break(models.Model):
    """A pause within a shift."""

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="breaks")
    span = DateTimeRangeField()

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(span__isempty=False, span__lower_inf=False, span__upper_inf=False),
                name="break_has_ends",
            ),
        ]


class Leave(models.Model):
    """When someone is away although a shift may say otherwise."""

    KINDS = ["holiday", "sick", "training", "other"]

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    span = DateTimeRangeField()
    kind = models.CharField(max_length=8)

    class Meta:
        indexes = [GistIndex(fields=["span"], name="leave_span")]
        constraints = [
            CheckConstraint(
                condition=Q(kind__in=["holiday", "sick", "training", "other"]), name="leave_kind"
            ),
            CheckConstraint(
                condition=Q(span__isempty=False, span__lower_inf=False, span__upper_inf=False),
                name="leave_has_ends",
            ),
        ]


class Series(models.Model):
    """Appointments that were booked together, one every so many days."""

    every_days = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            CheckConstraint(condition=Q(every_days__range=(1, 400)), name="series_every")
        ]


class Appointment(models.Model):
    """One visit: who comes, when, and how far it has come.

    Who is no customer on record has a `guest_name`, or none at all. `version` rises with each
    change, so that two people at two screens notice each other. `deposit` and `fee` (of a no-show
    or a late change) are owed, in minor units.
    """

    HELD, BOOKED, CONFIRMED, ARRIVED = "held", "booked", "confirmed", "arrived"
    IN_SERVICE, DONE, CANCELLED, NO_SHOW = "in_service", "done", "cancelled", "no_show"
    CHANNELS = ["desk", "phone", "portal", "api", "walk_in", "waitlist", "series"]

    store = models.ForeignKey(Store, on_delete=models.PROTECT, db_index=False)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, db_index=False)
    guest_name = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10)
    channel = models.CharField(max_length=8)
    note = models.CharField(max_length=500, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    deposit = models.BigIntegerField(default=0)
    fee = models.BigIntegerField(default=0)
    series = models.ForeignKey(Series, null=True, on_delete=models.PROTECT)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)

    class Meta:
        indexes = [
            models.Index(fields=["store", "starts_at"], name="appointment_day"),
            models.Index(fields=["customer", "-starts_at"], name="appointment_of_customer"),
            models.Index(fields=["held_until"], name="appointment_held", condition=Q(state="held")),
        ]
        constraints = [
            CheckConstraint(
                condition=Q(
                    state__in=[
                        "held", "booked", "confirmed", "arrived", "in_service", "done",
                        "cancelled", "no_show",
                    ]
                ),
                name="appointment_state",
            ),
            CheckConstraint(
                condition=Q(
                    channel__in=["desk", "phone", "portal", "api", "walk_in", "waitlist", "series"]
                ),
                name="appointment_channel",
            ),
            CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_in_order"),
            CheckConstraint(
                # A hold without an end would never end.
                condition=Q(state="held", held_until__isnull=False)
                | ~Q(state="held") & Q(held_until__isnull=True),
                name="appointment_hold_ends",
            ),
            CheckConstraint(
                condition=Q(deposit__gte=0, fee__gte=0), name="appointment_owes_no_less_than_0"
            ),
        ]  # fmt: skip


class BookedService(models.Model):
    """A service of an appointment. Those of one `group` run side by side, groups in turn.

    `staff` serves; `asked` says that the customer asked for this person (点钟). The price is the
    one quoted, in minor units.
    """

    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, related_name="services", db_index=False
    )
    position = models.SmallIntegerField()
    group = models.SmallIntegerField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT)
    asked = models.BooleanField(default=False)
    level = models.SmallIntegerField(null=True)
    price = models.BigIntegerField(null=True)
    minutes_before = models.SmallIntegerField(default=0)
    minutes_after = models.SmallIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            UniqueConstraint(fields=["appointment", "position"], name="booked_service_position"),
            CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booked_in_order"),
            CheckConstraint(
                condition=Q(asked=False) | Q(staff__isnull=False), name="booked_asked_for_someone"
            ),
        ]


class BookedStep(models.Model):
    """A step as booked: when, whose hands (null: none), at which kind of place."""

    service = models.ForeignKey(
        BookedService, on_delete=models.CASCADE, related_name="steps", db_index=False
    )
    position = models.SmallIntegerField()
    name = models.CharField(max_length=60)
    waiting = models.BooleanField(default=False)
    hands = models.CharField(max_length=4)
    place_kind = models.CharField(max_length=8, blank=True)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT)
    place = models.ForeignKey(Place, null=True, on_delete=models.PROTECT, db_index=False)
    unit = models.SmallIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            UniqueConstraint(fields=["service", "position"], name="booked_step_position"),
            CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booked_step_in_order"),
            CheckConstraint(
                condition=Q(hands__in=["same", "any"], staff__isnull=False)
                | Q(hands="none", staff__isnull=True),
                name="booked_step_hands",
            ),
        ]


class Occupancy(models.Model):
    """That a resource is taken for a span. The referee of all bookings.

    Two spans of one resource never meet, unless someone who may has put one over the other and
    said why (`overlap_reason`). An appointment that is called off or missed has none: a trigger
    sees to it.
    """

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, db_index=False)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.CASCADE, related_name="occupancies"
    )
    span = DateTimeRangeField()
    overlap_reason = models.CharField(max_length=200, blank=True)
    overlap_by = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="never_double_booked",
                expressions=[(_same("resource_id"), "&&"), ("span", "&&")],
                condition=Q(overlap_reason=""),
            ),
            CheckConstraint(
                condition=Q(overlap_reason="", overlap_by="")
                | ~Q(overlap_reason="") & ~Q(overlap_by=""),
                name="overlap_has_name_and_reason",
            ),
            CheckConstraint(
                condition=Q(span__isempty=False, span__lower_inf=False, span__upper_inf=False),
                name="occupancy_has_ends",
            ),
        ]
        # What is read by time: the index of the constraint would answer too, more slowly.
        indexes = [
            models.Index(F("resource"), Func(F("span"), function="upper"), name="occupancy_until")
        ]


class Change(models.Model):
    """What happened to an appointment: who did what when. Append-only."""

    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, related_name="changes", db_index=False
    )
    what = models.CharField(max_length=12)
    state = models.CharField(max_length=10)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["appointment", "id"], name="change_of_appointment")]
