"""What customers who book by themselves are held to: how soon, how far, how late, how much."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.booking.catalogue import Catalogue
from regulars.booking.drafts import VisitDraft
from regulars.booking.models import Appointment
from regulars.booking.refusals import Refused
from regulars.offer.models import BookingPolicy
from regulars.people.models import CustomerTag

OWN = frozenset({"portal"})
"""Channels on which nobody of the shop is there to make an exception."""


@dataclass(frozen=True)
class Policy:
    """The strictest of what holds for each service of a visit. Money in minor units."""

    lead_minutes: int = 0
    horizon_days: int = 60
    change_minutes: int = 0
    deposit: int = 0
    no_show_fee: int = 0


def policy_for(item_ids: Iterable[int], customer_id: int | None) -> Policy:
    """The policy for a visit. Deposits and fees of its services add up. Two queries."""
    known = list(BookingPolicy.objects.all())
    if not known:
        return Policy()
    tags = frozenset(
        CustomerTag.objects.filter(customer_id=customer_id).values_list("tag_id", flat=True)
        if customer_id is not None
        else ()
    )
    found = [policy for item in item_ids if (policy := most_particular(known, item, tags))]
    if not found:
        return Policy()
    return Policy(
        lead_minutes=max(policy.lead_minutes for policy in found),
        horizon_days=min(policy.horizon_days for policy in found),
        change_minutes=max(policy.change_minutes for policy in found),
        deposit=sum(policy.deposit for policy in found),
        no_show_fee=sum(policy.no_show_fee for policy in found),
    )


def most_particular(
    known: Sequence[BookingPolicy], item_id: int, tags: frozenset[int]
) -> BookingPolicy | None:
    """The policy that counts for a service and a customer: the tag weighs more than the service.

    Of several tags the one whose policy was made first.
    """
    fitting = [
        policy
        for policy in known
        if policy.item_id in (None, item_id) and (policy.tag_id is None or policy.tag_id in tags)
    ]
    return min(
        fitting,
        key=lambda policy: (policy.tag_id is None, policy.item_id is None, policy.pk),
        default=None,
    )


def check_new(draft: VisitDraft, catalogue: Catalogue, *, at: datetime) -> Policy:
    """The policy of a new visit; a deposit is only asked of those who book by themselves.

    Raises:
        Refused: booked by the customer, it breaks the policy.
    """
    if draft.channel not in OWN:
        return Policy()
    policy = policy_for((s.item_id for s in draft.services), draft.customer_id)
    if not all(catalogue.services[s.item_id].item.bookable for s in draft.services):
        raise Refused("not_online")
    if draft.starts_at < at + timedelta(minutes=policy.lead_minutes):
        raise Refused("too_soon")
    if draft.starts_at > at + timedelta(days=policy.horizon_days):
        raise Refused("too_far")
    return policy


def check_change(appointment: Appointment, *, own: bool = False, at: datetime) -> None:
    """Whether a customer may still change or call off an appointment by themselves.

    Raises:
        Refused: it is too late for that.
    """
    if own and is_late(appointment, policy_of(appointment), at=at):
        raise Refused("too_late")


def policy_of(appointment: Appointment) -> Policy:
    """The policy that holds for an appointment."""
    items = appointment.services.values_list("item_id", flat=True)
    return policy_for(items, appointment.customer_id)


def is_late(appointment: Appointment, policy: Policy, *, at: datetime) -> bool:
    """Whether the time for changes is over."""
    return at > appointment.starts_at - timedelta(minutes=policy.change_minutes)
