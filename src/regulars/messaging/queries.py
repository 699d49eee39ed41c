"""Reads on messages."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from regulars.messaging import sealing
from regulars.messaging.models import Send
from regulars.people.models import ContactPoint


def language_of(subject: str) -> str:
    """The language in which somebody was last written to about a subject; "" for never."""
    sends = Send.objects.filter(subject=subject).order_by("-id")
    return sends.values_list("language", flat=True).first() or ""


def can_be_reached(customer_id: int) -> bool:
    """Whether there is an address to write to, whatever consent will say when it is due."""
    return ContactPoint.objects.filter(customer_id=customer_id).exists()


def newest(*, state: str = "", occasion: str = "", before: int | None = None) -> QuerySet[Send]:
    """Messages, the newest first.

    Args:
        before: id of the message after which to go on.
    """
    sends = Send.objects.select_related("customer", "recorded").order_by("-id")
    if state:
        sends = sends.filter(state=state)
    if occasion:
        sends = sends.filter(occasion=occasion)
    return sends if before is None else sends.filter(pk__lt=before)


@dataclass(frozen=True)
class Kept:
    """What the development channel kept of a message: title and words."""

    title: str
    body: str


def recorded(send: Send) -> Kept | None:
    """What the development channel would have sent; None when it did not, or it is forgotten."""
    kept = getattr(send, "recorded", None)
    if kept is None or (send.own_key is None and (not send.customer or not send.customer.data_key)):
        return None
    title, _, body = sealing.key_of(send).open("recorded", kept.sealed).partition("\n")
    return Kept(title, body)
