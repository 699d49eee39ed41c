"""Meaning to send, calling it off, and settling what nobody knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.kit import audit
from regulars.kit.keys import keyring
from regulars.kit.permissions import Actor, Permission
from regulars.messaging import queue, sealing, states, texts
from regulars.messaging.models import Rules, Send, SendChange, Text
from regulars.messaging.occasions import occasion
from regulars.offer.models import Store
from regulars.people.models import Customer


@dataclass(frozen=True)
class Draft:
    """A message that is meant to be sent.

    Attributes:
        customer_id: who gets it, or None and `address` as kind and normalised value.
        occurrence: which time; the same recipient, occasion and occurrence is one message.
        subject: what it is about, as `kind:id`, to call it off by.
        values: what fills the text; sealed.
        store_id: whose clock the quiet hours go by.
        due_at, not_after: when it may go, and from when on it is pointless.
    """

    occasion: str
    occurrence: str
    values: Mapping[str, str]
    language: str
    due_at: datetime
    customer_id: int | None = None
    address: tuple[str, str] | None = None
    subject: str = ""
    store_id: int | None = None
    not_after: datetime | None = None


@transaction.atomic(savepoint=False)
def intend(draft: Draft, *, by: Actor, at: datetime) -> int | None:
    """Notes that a message is to be sent, in the transaction of what it tells of.

    What is due is queued; what is not is found when it is, by `delivering.look_after`.

    Returns its id, or None when it is there already, or the customer has nothing to be reached by.

    Raises:
        ValueError: a value for the text is missing, or one is too many.
    """
    what = occasion(draft.occasion)
    if set(draft.values) != what.known:
        raise ValueError(f"{draft.occasion} wants exactly these values: {sorted(what.known)}")
    send = Send(
        occasion=draft.occasion, occurrence=draft.occurrence, subject=draft.subject,
        store_id=draft.store_id, language=draft.language, due_at=draft.due_at,
        not_after=draft.not_after, created_at=at,
    )  # fmt: skip
    if not _address(send, draft):
        return None
    # The unique rows decide, not the look before: two who mean the same are one.
    Send.objects.bulk_create([send], ignore_conflicts=True)
    mine = Q(customer_id=send.customer_id, address_blind=send.address_blind)
    same = Q(occasion=send.occasion, occurrence=send.occurrence)
    written = Send.objects.filter(mine, same, changes=None).first()
    if written is None:
        return None
    note(written, by=by, at=at)
    if draft.due_at <= at:
        queue.deliver_now(written.pk)
    return written.pk


def _address(send: Send, draft: Draft) -> bool:
    """Fills in who gets it, under their key; False when there is nobody any more."""
    if draft.customer_id is not None:
        customer = Customer.objects.get(pk=draft.customer_id)
        if customer.data_key is None:  # erased, or without any contact
            return False
        send.customer = customer
        send.sealed_values = sealing.seal_values(sealing.key_of(send), draft.values)
        return True
    assert draft.address is not None  # noqa: S101  the caller names one or the other
    kind, value = draft.address
    send.address_kind, send.address_blind = kind, keyring().blind(kind, value)
    send.own_key = keyring().new_wrapped_key()
    key = sealing.key_of(send)
    send.sealed_address = key.seal(sealing.ADDRESS, value)
    send.sealed_values = sealing.seal_values(key, draft.values)
    return True


def note(send: Send, *, by: Actor, at: datetime) -> None:
    """Writes the present state of a message into its log."""
    SendChange.objects.create(
        send=send, state=send.state, reason=send.reason, at=at, by_name=by.name
    )


@transaction.atomic(savepoint=False)
def call_off(
    subject: str, *, occasions: Collection[str] = (), reason: str = "off", by: Actor, at: datetime
) -> int:
    """Drops what still waits about a subject; returns how many. What is claimed goes its way.

    Args:
        occasions: only of these; all by default.
    """
    waiting = Send.objects.select_for_update().filter(subject=subject, state=states.WAITING)
    if occasions:
        waiting = waiting.filter(occasion__in=occasions)
    dropped = list(waiting.order_by("pk"))
    for send in dropped:
        send.state, send.reason = states.DROPPED, reason
        send.save(update_fields=["state", "reason"])
        note(send, by=by, at=at)
    return len(dropped)


@transaction.atomic
def settle(send_id: int, *, arrived: bool, by: Actor, at: datetime) -> bool:
    """Says of a message nobody knows about that it arrived, or that it is to be sent again.

    Returns False when its fate is known by now.
    """
    by.must(Permission.MANAGE_SETTINGS)
    send = Send.objects.select_for_update().get(pk=send_id)
    if send.state != states.UNKNOWN:
        return False
    send.state, send.reason = (states.DELIVERED, "") if arrived else (states.WAITING, "")
    send.save(update_fields=["state", "reason"])
    note(send, by=by, at=at)
    if not arrived:
        queue.deliver_now(send.pk)
    detail = {"state": send.state}
    audit.record("messaging.settle", f"send:{send_id}", by=by, at=at, detail=detail)
    return True


@transaction.atomic
def set_text(code: str, language: str, title: str, body: str, *, by: Actor, at: datetime) -> None:
    """Puts the business's own words in the place of those that come along; empty: takes them back.

    Raises:
        ValidationError: a variable is unknown, or one that the text must hold is missing.
    """
    by.must(Permission.MANAGE_SETTINGS)
    what = occasion(code)
    if not body.strip():
        Text.objects.filter(occasion=code, language=language).delete()
    else:
        texts.check(title, body, known=what.known, needed=what.needed)
        words = {"title": title.strip(), "body": body.strip()}
        Text.objects.update_or_create(occasion=code, language=language, defaults=words)
    detail = {"key": code, "language": language}
    audit.record("messaging.set_text", "text:named", by=by, at=at, detail=detail)


@transaction.atomic
def set_rules(
    store_id: int | None,
    *,
    quiet: tuple[int, int],
    most_a_day: int,
    marketing_a_week: int,
    by: Actor,
    at: datetime,
) -> None:
    """Sets when and how often messages may go, for a store or (None) all without own rules.

    Args:
        quiet: first and last minute of the day without messages.
    """
    by.must(Permission.MANAGE_SETTINGS)
    impossible = any(not 0 <= minute < 1440 for minute in quiet)
    if impossible or most_a_day < 1 or marketing_a_week < 0:
        raise ValidationError(_("Quiet hours are times of a day, caps are whole numbers."))
    store = None if store_id is None else Store.objects.get(pk=store_id)
    rules = Rules.objects.filter(store=store).first() or Rules(store=store)
    rules.quiet_from, rules.quiet_to = quiet
    rules.most_a_day, rules.marketing_a_week = most_a_day, marketing_a_week
    rules.save()
    audit.record("messaging.set_rules", f"store:{store_id}", by=by, at=at)
