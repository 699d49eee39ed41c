"""What comes in from outside: events, imports, and the rows an import could not take."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from regulars.kit.models import Batch
from regulars.offer.models import Item, Staff, Store
from regulars.people.models import Customer


class Event(models.Model):
    """Something that happened with a customer and is not a sale.

    `source` and `key` are what the system it came from calls it: one key, one event. `kind` is a
    word such as booking, visit, no_show, cancellation, coupon_redeemed, campaign_received.
    """

    source = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, db_index=False)
    store = models.ForeignKey(Store, null=True, on_delete=models.PROTECT, db_index=False)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, db_index=False)
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, db_index=False)
    properties = models.JSONField(default=dict)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["customer", "-at"], name="event_of_customer"),
            models.Index(fields=["kind", "at"], name="event_kind_time"),
            models.Index(fields=["batch"], name="event_batch", condition=Q(batch__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="event_once"),
            models.CheckConstraint(
                condition=Q(kind__regex=r"^[a-z][a-z0-9_]*$"), name="event_kind_is_a_word"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("at")),
                name="event_ends_after_it_begins",
            ),
        ]
