"""Follow-ups of customers who may leave, and whom each week's analysis warned of."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.kit.models import User
from regulars.people.models import Customer


class FollowUp(models.Model):
    """Someone looks after one customer who may leave; one open at a time a customer.

    Attributes:
        run: the analysis it came from; what it found is kept here, because results do not stay.
        no_return, expected_loss, cause: of that analysis, None where it could not tell.
        counts_until: until when a purchase counts as having come back: the horizon of the chance.
        suggested: what to do by `rules.suggested`.
        due_on: the day by which something is to be done next.
        at: when it was taken.
    """

    OPEN, CONTACTED, WON, LOST, DROPPED = "open", "contacted", "won", "lost", "dropped"
    STANDING = (OPEN, CONTACTED)

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="follow_ups", db_index=False
    )
    run = models.ForeignKey("understanding.Run", null=True, on_delete=models.SET_NULL)
    no_return = models.FloatField(null=True)
    expected_loss = models.BigIntegerField(null=True)
    cause = models.CharField(max_length=16, blank=True)
    counts_until = models.DateTimeField()
    suggested = models.CharField(max_length=20)
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, db_index=False)
    owner_name = models.CharField(max_length=60)
    state = models.CharField(max_length=10, default=OPEN)
    due_on = models.DateField()
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-at"], name="follow_up_of_customer"),
            models.Index(
                fields=["owner", "due_on"],
                name="follow_up_due",
                condition=Q(state__in=["open", "contacted"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(state__in=["open", "contacted"]),
                name="one_open_follow_up",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "contacted"], closed_at__isnull=True)
                | Q(state__in=["won", "lost", "dropped"], closed_at__isnull=False),
                name="follow_up_state",
            ),
            models.CheckConstraint(
                condition=Q(no_return__isnull=True) | Q(no_return__range=(0, 1)),
                name="follow_up_chance",
            ),
            models.CheckConstraint(
                condition=Q(counts_until__gt=models.F("at")), name="follow_up_counts_ahead"
            ),
        ]


class FollowUpEntry(models.Model):
    """One thing that was done. The database refuses to change it; it goes with the follow-up.

    `note` is sealed under the customer's key; `state` is how the follow-up stood afterwards.
    """

    KINDS = ("taken", "assigned", "contacted", "noted", "closed", "reopened")
    WAYS = ("", "phone", "wechat", "sms", "in_person")

    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=10)
    way = models.CharField(max_length=10, blank=True)
    note = models.BinaryField(null=True)
    state = models.CharField(max_length=10)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, db_index=False)
    by_name = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["taken", "assigned", "contacted", "noted", "closed", "reopened"]
                ),
                name="follow_up_entry_kind",
            ),
            models.CheckConstraint(
                condition=Q(way__in=["", "phone", "wechat", "sms", "in_person"]),
                name="follow_up_entry_way",
            ),
        ]


class Warned(models.Model):
    """A customer whom an analysis warned of, and in whose time nobody is warned of them again.

    Results of analyses do not stay, and whoever is followed up can only be compared with those
    warned of at the same time. Each stretch of time of a customer counts once.

    Attributes:
        from_at: the beginning of the day the analysis counted to.
        landmark_at: a follow-up begun by then is one on this warning (see `rules.LANDMARK`).
        until_at: the end of the horizon.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="warned")
    no_return = models.FloatField()
    expected_loss = models.BigIntegerField()
    from_at = models.DateTimeField()
    landmark_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["until_at"], name="warned_until")]
        constraints = [
            models.UniqueConstraint(fields=["customer", "from_at"], name="warned_once_a_day"),
            models.CheckConstraint(
                condition=Q(landmark_at__gt=models.F("from_at"))
                & Q(until_at__gt=models.F("landmark_at")),
                name="warned_in_order",
            ),
        ]
