"""What was sold: orders and their lines, as facts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.kit.models import Batch
from regulars.offer.models import Item, Staff, Store
from regulars.people.models import Customer


class Order(models.Model):
    """A receipt, basket or invoice. Its amount is the sum of its lines, and stored nowhere else.

    `source` and `key` are what the system it came from calls it. `content` is a digest of the
    lines, by which the same order is recognised when it comes again.
    """

    source = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, db_index=False)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, db_index=False)
    channel = models.CharField(max_length=20, default="store")
    ordered_at = models.DateTimeField()
    content = models.DecimalField(max_digits=40, decimal_places=0)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["ordered_at"], name="order_time"),
            models.Index(fields=["store", "ordered_at"], name="order_store_time"),
            models.Index(fields=["customer", "-ordered_at"], name="order_of_customer"),
            models.Index(fields=["batch"], name="order_batch", condition=Q(batch__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="order_once"),
        ]


class Line(models.Model):
    """One line of an order.

    `amount` is what the customer owes for the line after `discount`, in minor units; negative for
    goods taken back. `discount` is what was taken off, never negative.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.IntegerField()
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, db_index=False)
    quantity = models.DecimalField(max_digits=12, decimal_places=3)
    amount = models.BigIntegerField()
    discount = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="line_position"),
            models.CheckConstraint(condition=Q(discount__gte=0), name="line_discount"),
        ]
