"""The ledger of messages, their words and rules, and what the development channel kept."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from regulars.messaging import states
from regulars.offer.models import Store
from regulars.people.models import ContactPoint, Customer

STATES = sorted(states.MOVES)


class Send(models.Model):
    """The intent to send one message: one row for each recipient, occasion and occurrence.

    The recipient is a customer, or an address (its kind, sealed, with a blind index) under a key
    of the row's own. `sealed_values` fills the text and is sealed likewise. `subject` names what
    it is about as `kind:id`. From `not_after` on it is pointless. `reason` is a code: why it was
    put off, dropped or failed.
    """

    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, db_index=False)
    address_kind = models.CharField(max_length=8, blank=True)
    address_blind = models.BinaryField(max_length=16, null=True)
    sealed_address = models.BinaryField(null=True)
    own_key = models.BinaryField(max_length=80, null=True)
    sealed_values = models.BinaryField(null=True)
    occasion = models.CharField(max_length=40)
    occurrence = models.CharField(max_length=80)
    subject = models.CharField(max_length=60, blank=True)
    store = models.ForeignKey(Store, null=True, on_delete=models.PROTECT, db_index=False)
    language = models.CharField(max_length=10)
    due_at = models.DateTimeField()
    not_after = models.DateTimeField(null=True)
    state = models.CharField(max_length=11, default=states.WAITING)
    reason = models.CharField(max_length=20, blank=True)
    channel = models.CharField(max_length=20, blank=True)
    reference = models.CharField(max_length=200, blank=True)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="send_waiting", condition=Q(state="waiting")),
            models.Index(
                fields=["claimed_at"],
                name="send_open",
                condition=Q(state__in=["claimed", "unknown"]),
            ),
            models.Index(fields=["subject"], name="send_subject", condition=~Q(subject="")),
            models.Index(fields=["-created_at", "-id"], name="send_newest"),
        ]
        constraints = [
            UniqueConstraint(
                fields=["customer", "occasion", "occurrence"], name="send_once_to_customer"
            ),
            UniqueConstraint(
                fields=["address_blind", "occasion", "occurrence"], name="send_once_to_address"
            ),
            CheckConstraint(
                condition=Q(customer__isnull=False, address_blind__isnull=True, own_key=None)
                | Q(customer__isnull=True, address_blind__isnull=False)
                & Q(address_kind__in=ContactPoint.KINDS),
                name="send_to_someone",
            ),
            CheckConstraint(condition=Q(state__in=STATES), name="send_state"),
            CheckConstraint(
                condition=Q(state__in=["waiting", "dropped"])
                | Q(claimed_at__isnull=False) & ~Q(channel=""),
                name="send_went_by_a_channel",
            ),
        ]


class SendChange(models.Model):
    """What happened to a message. Append-only; codes and no free words."""

    send = models.ForeignKey(Send, on_delete=models.PROTECT, related_name="changes")
    state = models.CharField(max_length=11)
    reason = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=60)


class Text(models.Model):
    """The business's own words for an occasion, instead of the ones that come along."""

    occasion = models.CharField(max_length=40)
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=120)
    body = models.TextField(max_length=2000)

    class Meta:
        constraints = [UniqueConstraint(fields=["occasion", "language"], name="text_once")]


class Rules(models.Model):
    """When and how often messages may go: of one store, or (null) of all that have none.

    Quiet hours are minutes of the day by the store's clock, over midnight when the first is
    later; equal means none.
    """

    store = models.OneToOneField(Store, null=True, on_delete=models.CASCADE)
    quiet_from = models.SmallIntegerField(default=21 * 60)
    quiet_to = models.SmallIntegerField(default=9 * 60)
    most_a_day = models.SmallIntegerField(default=6)
    marketing_a_week = models.SmallIntegerField(default=2)

    class Meta:
        constraints = [
            UniqueConstraint(fields=["store"], nulls_distinct=False, name="rules_once"),
            CheckConstraint(
                condition=Q(quiet_from__range=(0, 1439), quiet_to__range=(0, 1439))
                & Q(most_a_day__gte=1, marketing_a_week__gte=0),
                name="rules_possible",
            ),
        ]


class Recorded(models.Model):
    """What the development channel would have sent, sealed as its message is."""

    send = models.OneToOneField(Send, on_delete=models.CASCADE, related_name="recorded")
    sealed = models.BinaryField()
    at = models.DateTimeField()
