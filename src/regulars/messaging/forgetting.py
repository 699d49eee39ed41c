"""Destroys the words of old messages; that they were sent stays as proof."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from regulars.messaging import states
from regulars.messaging.models import Recorded, Send

KEPT = timedelta(days=30)
OVER = [states.HANDED_OVER, states.DELIVERED, states.FAILED, states.DROPPED]


@transaction.atomic
def forget(*, at: datetime) -> int:
    """Forgets words, addresses and own keys of messages over a month old; returns how many."""
    old = Send.objects.filter(created_at__lt=at - KEPT, state__in=OVER)
    Recorded.objects.filter(send__in=old).delete()
    return old.exclude(sealed_values=None, sealed_address=None, own_key=None).update(
        sealed_values=None, sealed_address=None, own_key=None
    )
