"""What a customer books by themselves; who is new becomes a customer with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from regulars.booking import actions as booking
from regulars.booking.actions import PORTAL
from regulars.booking.drafts import ServiceDraft, VisitDraft
from regulars.booking.models import BookedService
from regulars.booking.refusals import Refused
from regulars.kit.clock import zone
from regulars.people.adding import add_customers
from regulars.people.drafts import ConsentDraft, CustomerDraft
from regulars.portal import signing_in
from regulars.portal.models import Visitor

NOTICE = "portal-1"
"""The version of the notice that stands in `templates/portal/notice.html`: new words, new one."""


@dataclass(frozen=True)
class Newcomer:
    """What somebody says of themselves before the first booking, having read the notice."""

    name: str
    marketing: bool = False


class PriceChanged(Exception):
    """It would cost something else than was shown; nothing was booked."""


@transaction.atomic
def become_customer(visitor: Visitor, newcomer: Newcomer, *, at: datetime) -> int:
    """Makes the visitor a customer, with phone, notice and consent; returns the id.

    Somebody who has become one meanwhile, on another page, stays the one.
    """
    held = Visitor.objects.select_for_update().get(pk=visitor.pk)
    if held.customer_id is None:
        number = signing_in.phone_of(held)
        consents = [_word("service", True, at)]
        consents += [_word("marketing", True, at)] if newcomer.marketing else []
        draft = CustomerDraft(
            name=newcomer.name,
            found_us="portal",
            joined_on=at.astimezone(zone()).date(),
            contacts=((signing_in.PHONE, number),),
            consents=tuple(consents),
        )
        held.customer_id = (
            signing_in.owner_of_number(number) or (add_customers([draft], by=PORTAL, at=at)[0])
        )
        held.save(update_fields=["customer"])
    return held.customer_id


def _word(purpose: str, granted: bool, at: datetime) -> ConsentDraft:
    return ConsentDraft(purpose, "any", granted, NOTICE, "booking page", at)


@dataclass(frozen=True)
class Chosen:
    """What is booked, and the price that was shown for it, in minor units."""

    store_id: int
    starts_at: datetime
    services: Sequence[ServiceDraft]
    price: int | None


@transaction.atomic
def book(visitor: Visitor, chosen: Chosen, newcomer: Newcomer | None, *, at: datetime) -> int:
    """Books for a visitor and returns the appointment's id.

    Args:
        newcomer: of a visitor who is no customer yet.

    Raises:
        Refused: it cannot be at that time, or not by the shop's policy.
        PriceChanged: it would cost something else than was shown.
    """
    customer_id = visitor.customer_id
    if customer_id is None:
        if newcomer is None:
            raise Refused("state")
        customer_id = become_customer(visitor, newcomer, at=at)
    draft = VisitDraft(
        chosen.store_id, chosen.starts_at, tuple(chosen.services), customer_id, channel="portal"
    )
    appointment_id = booking.book(draft, by=PORTAL, at=at)
    if price_of(appointment_id) != chosen.price:
        raise PriceChanged
    return appointment_id


def price_of(appointment_id: int) -> int | None:
    """What an appointment costs, in minor units; None when a price is not set."""
    services = BookedService.objects.filter(appointment_id=appointment_id)
    prices = list(services.values_list("price", flat=True))
    return None if None in prices else sum(price or 0 for price in prices)
