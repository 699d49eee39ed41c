"""Signing in by phone on the customer's pages, calendar addresses, what to do before a service."""

from __future__ import annotations

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from regulars.offer.models import Item, Staff, Store
from regulars.people.models import Customer


class Code(models.Model):
    """A code that was sent to a phone. Whoever holds `ticket` and the code owns the phone.

    `ticket` and `code` are keyed digests; the number is sealed under a key of the row's own.
    `source` is a keyed digest of the network address that asked.
    """

    ticket = models.BinaryField(max_length=16, unique=True)
    code = models.BinaryField(max_length=16)
    phone = models.BinaryField(max_length=16)
    own_key = models.BinaryField(max_length=80)
    sealed_phone = models.BinaryField()
    source = models.BinaryField(max_length=16)
    at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone", "-at"], name="code_phone"),
            models.Index(fields=["source", "-at"], name="code_source"),
            models.Index(fields=["at"], name="code_old"),
        ]
        constraints = [CheckConstraint(condition=Q(tries__range=(0, 5)), name="code_tries")]


class Visitor(models.Model):
    """Someone signed in on the customer's pages; apart from the sessions of the staff.

    `secret` is a keyed digest of what the cookie holds. Until the first booking there may be no
    customer yet, only the phone.
    """

    secret = models.BinaryField(max_length=16, unique=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE)
    own_key = models.BinaryField(max_length=80)
    sealed_phone = models.BinaryField()
    since = models.DateTimeField()
    until = models.DateTimeField()


class Feed(models.Model):
    """A secret calendar address of someone of the staff or of a store; revoked by a time.

    `secret` is a keyed digest of the last part of the address, which is shown once.
    """

    secret = models.BinaryField(max_length=16, unique=True)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.CASCADE)
    store = models.ForeignKey(Store, null=True, on_delete=models.CASCADE)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            CheckConstraint(
                condition=Q(staff__isnull=False, store__isnull=True)
                | Q(staff__isnull=True, store__isnull=False),
                name="feed_of_one",
            ),
            UniqueConstraint(
                fields=["staff"], condition=Q(revoked_at__isnull=True), name="feed_of_staff_once"
            ),
            UniqueConstraint(
                fields=["store"], condition=Q(revoked_at__isnull=True), name="feed_of_store_once"
            ),
        ]


class Preparation(models.Model):
    """What a customer should do or know before a service."""

    item = models.OneToOneField(Item, on_delete=models.CASCADE)
    text = models.CharField(max_length=400)
