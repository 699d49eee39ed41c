"""What the business offers, where and by whom: stores, staff, services, products."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from regulars.kit.models import Batch, User


class Store(models.Model):
    """A place, or the online shop."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=40)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Staff(models.Model):
    """Someone who serves customers, whether or not they sign in."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    title = models.CharField(max_length=40, blank=True)
    user = models.OneToOneField(User, null=True, on_delete=models.SET_NULL)
    stores = models.ManyToManyField(Store, related_name="staff")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """A service or a product. Money in minor units."""

    SERVICE, PRODUCT = "service", "product"

    code = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=8)
    name = models.CharField(max_length=160)
    category = models.CharField(max_length=80, blank=True)
    department = models.CharField(max_length=80, blank=True)
    brand = models.CharField(max_length=80, blank=True)
    supplier = models.CharField(max_length=80, blank=True)
    price = models.BigIntegerField(null=True)
    cost = models.BigIntegerField(null=True)
    active = models.BooleanField(default=True)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["name"], name="item_name"),
            models.Index(fields=["batch"], name="item_batch", condition=Q(batch__isnull=False)),
            models.Index(fields=["kind", "category"], name="item_category"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["service", "product"]), name="item_kind"),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0), name="item_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0), name="item_cost_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceStep(models.Model):
    """One step of a service. While `waiting`, the staff is free and the chair is not."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="steps", db_index=False)
    position = models.SmallIntegerField()
    name = models.CharField(max_length=60)
    minutes = models.SmallIntegerField()
    waiting = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["item", "position"], name="step_position"),
            models.CheckConstraint(condition=Q(minutes__range=(1, 1440)), name="step_minutes"),
        ]
