"""Lists of customers as they stood when someone saved them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from regulars.kit.models import User
from regulars.people.models import Customer


class SavedList(models.Model):
    """Customers picked once, under a name. Its members do not change; some may be erased.

    Attributes:
        size: how many there were when it was saved.
        filters: the parameters of the address it was saved from, without a searched text, which
            may be someone's name.
        searched: whether a search was among them, so that they cannot be asked again.
        stores: ids of the stores whose customers alone were picked from; None for all.
        run: the analysis whose results the filters spoke of.
        deleted_at: since when it waits to be deleted for good; until then it can come back.
    """

    name = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True)
    filters = models.JSONField(default=dict)
    searched = models.BooleanField(default=False)
    stores = ArrayField(models.BigIntegerField(), null=True)
    size = models.IntegerField()
    run = models.ForeignKey("understanding.Run", null=True, on_delete=models.SET_NULL)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    by_name = models.CharField(max_length=60)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"), condition=Q(deleted_at=None), name="one_list_a_name"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="list_holds_someone"),
            models.CheckConstraint(condition=~Q(name=""), name="list_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ListMember(models.Model):
    """A customer on a list. Goes with the list, and with the customer."""

    saved = models.ForeignKey(
        SavedList, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="listed")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["saved", "customer"], name="once_on_a_list")]
