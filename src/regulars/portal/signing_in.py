"""Signing in by a code sent to the phone.

Nothing here tells whether a phone is known: a code is made and sent for every number alike, and
the customer is looked for only when the code was right. Limits count per phone and per network
address, whatever became of the codes.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.kit import audit
from regulars.kit.keys import keyring
from regulars.kit.permissions import Actor
from regulars.messaging.actions import Draft, intend
from regulars.people.models import ContactPoint
from regulars.people.rules import normalise_contact
from regulars.portal.models import Code, Visitor
from regulars.portal.occasions import CODE

DIGITS, TRIES, VALID = 6, 5, timedelta(minutes=5)
STAYS = timedelta(days=30)
PAUSE = timedelta(seconds=60)
PER_PHONE = ((timedelta(hours=1), 5), (timedelta(days=1), 10))
PER_SOURCE = ((timedelta(hours=1), 20), (timedelta(days=1), 60))
PHONE = "phone"
VISITOR = Actor(user_id=None, name="portal")


@dataclass(frozen=True)
class Asked:
    """A code that is on its way. The ticket goes into a cookie of whoever asked."""

    ticket: str


@transaction.atomic
def ask(number: str, source: str, *, at: datetime) -> Asked:
    """Sends a code to a phone, known or not.

    Args:
        source: the network address that asks.

    Raises:
        ValidationError: it is no phone number, or too many codes were asked for.
    """
    value = normalise_contact(PHONE, number)
    if not value or len(value) < 7:
        raise ValidationError(_("This is not a phone number."))
    ring = keyring()
    phone, place = ring.blind(PHONE, value), ring.blind("source", source)
    _keep_to_limits(phone, place, at)
    ticket, digits = secrets.token_urlsafe(24), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    own = ring.new_wrapped_key()
    code = Code.objects.create(
        ticket=ring.blind("ticket", ticket),
        code=ring.blind(f"code:{ticket}", digits),
        phone=phone,
        own_key=own,
        sealed_phone=ring.data_key(own).seal(PHONE, value),
        source=place,
        at=at,
    )
    intend(
        Draft(
            occasion=CODE.code,
            occurrence=f"code:{code.pk}",
            values={"code": digits, "minutes": str(VALID.seconds // 60)},
            language=get_language() or "zh-hans",
            due_at=at,
            address=(PHONE, value),
            not_after=at + VALID,
        ),
        by=VISITOR,
        at=at,
    )
    return Asked(ticket)


def _keep_to_limits(phone: bytes, source: bytes, at: datetime) -> None:
    with connection.cursor() as cursor:  # two at once must not both be the last that is allowed
        for digest in sorted((phone, source)):
            number = int.from_bytes(digest[:8], "big", signed=True)
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
    of_phone, of_source = Code.objects.filter(phone=phone), Code.objects.filter(source=source)
    if of_phone.filter(at__gt=at - PAUSE).exists():
        raise ValidationError(_("A code was sent a moment ago. Wait a minute before asking again."))
    for codes, limits in ((of_phone, PER_PHONE), (of_source, PER_SOURCE)):
        if any(codes.filter(at__gt=at - span).count() >= most for span, most in limits):
            raise ValidationError(_("Too many codes were asked for. Try again later."))


def come_in(ticket: str, digits: str, *, at: datetime) -> str:
    """Lets in whoever typed the right code; returns the secret for their cookie.

    Raises:
        ValidationError: the code is wrong, used, too old, or was tried too often. One sentence
            for all of them.
    """
    ring = keyring()
    digest = ring.blind(f"code:{ticket}", digits.strip())
    mine = Code.objects.filter(ticket=ring.blind("ticket", ticket))
    # One statement counts the try and judges it, so that no more than five can be made at once.
    tried = mine.filter(used_at=None, at__gt=at - VALID, tries__lt=TRIES).update(
        tries=F("tries") + 1, used_at=Case(When(code=digest, then=Value(at)))
    )
    code = mine.filter(code=digest).first() if tried else None
    if code is None:
        raise ValidationError(_("The code is wrong or too old. Check it, or ask for a new one."))
    return _let_in(code, at=at)


@transaction.atomic
def _let_in(code: Code, *, at: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    visitor = Visitor.objects.create(
        secret=keyring().blind("visitor", secret),
        customer_id=owner_of(bytes(code.phone)),
        own_key=code.own_key,
        sealed_phone=code.sealed_phone,
        since=at,
        until=at + STAYS,
    )
    audit.record("portal.signed_in", f"sign-in:{visitor.pk}", by=VISITOR, at=at)
    return secret


def owner_of(phone: bytes) -> int | None:
    """Whose phone that is, by its blind index; of several in one household, the first added."""
    owners = ContactPoint.objects.filter(
        kind=PHONE, blind=phone, customer__erased_at__isnull=True
    ).order_by("customer_id")
    return owners.values_list("customer_id", flat=True).first()


def owner_of_number(number: str) -> int | None:
    """Whose phone that is, by the number as it is stored."""
    return owner_of(keyring().blind(PHONE, number))


def visitor_of(secret: str, *, at: datetime) -> Visitor | None:
    """Who is signed in with this cookie."""
    if not secret:
        return None
    visitors = Visitor.objects.select_related("customer")
    found = visitors.filter(secret=keyring().blind("visitor", secret), until__gt=at).first()
    gone = found and found.customer and found.customer.erased_at
    return None if gone else found


def phone_of(visitor: Visitor) -> str:
    """The number a visitor signed in with."""
    return keyring().data_key(visitor.own_key).open(PHONE, visitor.sealed_phone)


def leave(visitor: Visitor) -> None:
    """Signs a visitor out."""
    visitor.delete()


def forget(*, at: datetime) -> int:
    """Deletes codes over a day old and sign-ins that are over; returns how many."""
    codes, _of = Code.objects.filter(at__lt=at - timedelta(days=1)).delete()
    visitors, _of = Visitor.objects.filter(until__lt=at).delete()
    return codes + visitors
