"""Secret calendar addresses of staff and stores: made, revoked, read."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from regulars.booking import states
from regulars.booking.models import BookedService
from regulars.kit import audit
from regulars.kit.keys import keyring
from regulars.kit.permissions import Actor, Permission
from regulars.offer.models import Staff, Store
from regulars.portal import calendars
from regulars.portal.models import Feed

BACK, AHEAD = timedelta(days=30), timedelta(days=180)


def _digest(secret: str) -> bytes:
    return keyring().blind("feed", secret)


@transaction.atomic
def make(of: Staff | Store, *, by: Actor, at: datetime) -> str:
    """Makes a new address and closes the one before; returns its secret, which is not kept."""
    by.must(Permission.MANAGE_ROSTER)
    # Two at once: the second waits, and closes the first one's.
    type(of).objects.select_for_update().get(pk=of.pk)
    revoke(of, by=by, at=at)
    secret = secrets.token_urlsafe(24)
    feed = Feed.objects.create(secret=_digest(secret), made_at=at, made_by=by.name, **_whose(of))
    audit.record("portal.make_feed", f"feed:{feed.pk}", by=by, at=at)
    return secret


@transaction.atomic
def revoke(of: Staff | Store, *, by: Actor, at: datetime) -> bool:
    """Closes the address of a person or store at once; False when there is none."""
    by.must(Permission.MANAGE_ROSTER)
    feed = Feed.objects.filter(**_whose(of), revoked_at=None).first()
    if feed is None:
        return False
    feed.revoked_at = at
    feed.save(update_fields=["revoked_at"])
    audit.record("portal.revoke_feed", f"feed:{feed.pk}", by=by, at=at)
    return True


def _whose(of: Staff | Store) -> dict[str, Staff | Store]:
    return {"staff" if isinstance(of, Staff) else "store": of}


def read(secret: str, *, at: datetime) -> bytes | None:
    """The calendar of an address; None when it was never made or is closed."""
    feed = Feed.objects.filter(secret=_digest(secret), revoked_at=None).first()
    if feed is None:
        return None
    services = BookedService.objects.filter(
        appointment__state__in=states.OCCUPYING - {states.HELD},
        starts_at__range=(at - BACK, at + AHEAD),
    ).select_related("item", "staff", "appointment__store", "appointment__customer")
    if feed.staff is not None:
        services, title = services.filter(staff=feed.staff), feed.staff.name
    else:
        services, title = services.filter(appointment__store=feed.store), str(feed.store)
    return calendars.of_services(services.order_by("starts_at", "pk"), title, at=at)
