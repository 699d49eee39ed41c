"""Destroys the words of old messages; that they were sent stays as proof."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from regulars.messaging import states
from regulars.messaging.models import Recorded, Send

KEPT, KEPT_OF_STRANGERS = timedelta(days=30), timedelta(days=1)
"""The latter of addresses without a record: no erasure would find them."""
OVER = [states.HANDED_OVER, states.DELIVERED, states.FAILED, states.DROPPED]


@transaction.atomic
def forget(*, at: datetime) -> int:
    """Forgets words, addresses and own keys of old messages; returns how many."""
    of_customers = Q(customer__isnull=False, created_at__lt=at - KEPT)
    of_strangers = Q(customer=None, created_at__lt=at - KEPT_OF_STRANGERS)
    old = Send.objects.filter(of_customers | of_strangers, state__in=OVER)
    Recorded.objects.filter(send__in=old).delete()
    return old.exclude(sealed_values=None, sealed_address=None, own_key=None).update(
        sealed_values=None, sealed_address=None, own_key=None
    )
