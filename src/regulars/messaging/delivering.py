"""Hands messages over: claim and commit, hand over, note the answer.

Only what is committed as claimed is handed over, and what is claimed is never handed over again.
So whoever dies between the two leaves a claim without an answer, and `look_after` makes it
`unknown`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from regulars.kit.permissions import SYSTEM
from regulars.messaging import gate, queue, sealing, states, texts
from regulars.messaging.actions import note
from regulars.messaging.channels import Channel, Letter, NotNow, Refused, channel, channels
from regulars.messaging.models import Rules, Send, Text
from regulars.messaging.occasions import MARKETING, all_occasions, occasion
from regulars.people.models import Customer
from regulars.people.queries import consents_of

CLAIM_HOLDS = timedelta(minutes=5)
TRIES, PAUSE = 8, timedelta(minutes=5)
MOST_AT_ONCE = 500
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Route:
    """By which channel a message goes, and to which address."""

    channel: Channel
    kind: str
    address: str


@dataclass(frozen=True)
class PutOff:
    """Not now, but then."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Drop:
    """Never. `reason` is a code."""

    reason: str


def deliver(send_id: int, *, at: datetime) -> str:
    """Delivers a message that is due; returns its state. Safe to repeat, and to do at once."""
    claimed = claim(send_id, at=at)
    if claimed is None:
        return Send.objects.values_list("state", flat=True).get(pk=send_id)
    send, route = claimed
    try:
        reference = route.channel.send(_letter(send, route, at))
    except Refused as error:
        return answer(send, states.FAILED, reason=error.code, at=at)
    except NotNow:
        return _again(send, at=at)
    except Exception:
        log.exception("message %s: no answer from %s", send.pk, route.channel.name)
        return answer(send, states.UNKNOWN, reason="no_answer", at=at)
    return answer(send, states.HANDED_OVER, reference=reference, at=at)


@transaction.atomic
def claim(send_id: int, *, at: datetime) -> tuple[Send, Route] | None:
    """Takes a waiting message for this worker, if it may go now; else puts it off or drops it."""
    send = Send.objects.select_related("customer", "store").get(pk=send_id)
    if send.state != states.WAITING or send.due_at > at:
        return None
    _queue_up(send)
    verdict = _verdict(send, at)
    changes: dict[str, object]
    if isinstance(verdict, Route):
        changes = {"state": states.CLAIMED, "reason": "", "claimed_at": at,
                   "channel": verdict.channel.name, "attempts": F("attempts") + 1}  # fmt: skip
    elif isinstance(verdict, PutOff):
        changes = {"due_at": verdict.until, "reason": verdict.reason}
    else:
        changes = {"state": states.DROPPED, "reason": verdict.reason}
    mine = Send.objects.filter(pk=send_id, state=states.WAITING, due_at__lte=at).update(**changes)
    if not mine:
        return None
    send.refresh_from_db()
    note(send, by=SYSTEM, at=at)
    return (send, verdict) if isinstance(verdict, Route) else None


def _queue_up(send: Send) -> None:
    """One message to a customer is judged at a time, so that two do not pass one cap."""
    if send.customer_id is not None:
        # Not against those who only point to the customer, such as a booking under way.
        Customer.objects.select_for_update(no_key=True).get(pk=send.customer_id)


def _verdict(send: Send, at: datetime) -> Route | PutOff | Drop:
    what = occasion(send.occasion)
    if send.customer is not None and send.customer.erased_at is not None:
        return Drop("erased")
    if send.not_after is not None and at >= send.not_after:
        return Drop("too_late")
    route = _route(send)
    if isinstance(route, Drop):
        return route
    rules = _rules(send)
    if not what.urgent:
        zone = ZoneInfo(send.store.time_zone if send.store else settings.TIME_ZONE)
        go = gate.Quiet(rules.quiet_from, rules.quiet_to, zone).over(at)
        if go > at:
            return PutOff(go, "quiet")
    if gate.capped(
        what.purpose,
        today=_went_out(send, at, days=1),
        marketing_this_week=_went_out(send, at, days=7, purpose=MARKETING),
        most_a_day=rules.most_a_day,
        marketing_a_week=rules.marketing_a_week,
    ):
        return PutOff(at + timedelta(days=1), "cap")
    return route


def _rules(send: Send) -> Rules:
    """The rules of the store, or of all, or those that come along."""
    known = {rules.store_id: rules for rules in Rules.objects.all()}
    return known.get(send.store_id) or known.get(None) or Rules()


def _route(send: Send) -> Route | Drop:
    """The first channel that reaches an address the customer lets us write to."""
    purpose = occasion(send.occasion).purpose
    if send.customer is None:
        addresses = [(send.address_kind, bytes(send.sealed_address or b""))]
        consents: gate.Consents = {}
        place = sealing.ADDRESS
    else:
        contacts = send.customer.contacts.order_by("id")
        addresses = [(contact.kind, bytes(contact.sealed)) for contact in contacts]
        consents = consents_of(send.customer.pk)
        place = ""
    if not addresses:
        return Drop("no_address")
    allowed = [one for one in addresses if gate.consent_allows(purpose, one[0], consents)]
    if not allowed:
        return Drop("consent")
    for way in channels():
        for kind, sealed in allowed:
            if kind in way.kinds:
                opened = sealing.key_of(send).open(place or f"contact:{kind}", sealed)
                return Route(way, kind, opened)
    return Drop("no_channel")


def _went_out(send: Send, at: datetime, *, days: int, purpose: str = "") -> int:
    of_purpose = [one.code for one in all_occasions() if purpose in ("", one.purpose)]
    to_them = Q(customer_id=send.customer_id, address_blind=send.address_blind)
    lately = Q(state__in=states.WENT_OUT, claimed_at__gt=at - timedelta(days=days))
    return Send.objects.filter(to_them, lately, occasion__in=of_purpose).count()


def _letter(send: Send, route: Route, at: datetime) -> Letter:
    own = Text.objects.filter(occasion=send.occasion, language=send.language).first()
    words = (own.title, own.body) if own else occasion(send.occasion).words(send.language)
    filled = texts.fill(*words, sealing.values_of(send))
    return Letter(
        send.pk, f"send-{send.pk}", route.kind, route.address, filled.title, filled.body, at
    )


@transaction.atomic
def answer(send: Send, state: str, *, reason: str = "", reference: str = "", at: datetime) -> str:
    """Notes what the channel said of a claimed message; returns the state."""
    mine = Send.objects.filter(pk=send.pk, state=states.CLAIMED, attempts=send.attempts).update(
        state=state, reason=reason, reference=reference
    )
    send.refresh_from_db()
    if mine:
        note(send, by=SYSTEM, at=at)
    if occasion(send.occasion).secret and send.state in (states.HANDED_OVER, states.FAILED):
        Send.objects.filter(pk=send.pk).update(sealed_values=None)
    return send.state


@transaction.atomic
def _again(send: Send, *, at: datetime) -> str:
    """Nothing went out: later, at growing pauses, until the tries are used up."""
    if send.attempts >= TRIES:
        return answer(send, states.FAILED, reason="tries", at=at)
    due = at + PAUSE * 2 ** (send.attempts - 1)
    if answer(send, states.WAITING, reason="not_now", at=at) == states.WAITING:
        Send.objects.filter(pk=send.pk).update(due_at=due)
    return states.WAITING


def look_after(*, at: datetime) -> int:
    """Makes claims without an answer `unknown`, asks about those, and queues what is due by now.

    Returns how many messages were settled or queued.
    """
    stale = Send.objects.filter(state=states.CLAIMED, claimed_at__lte=at - CLAIM_HOLDS)
    for send in stale.order_by("pk"):
        answer(send, states.UNKNOWN, reason="died", at=at)
    unknown = Send.objects.filter(state=states.UNKNOWN).order_by("pk")
    settled = sum(_asked(send.pk, at=at) for send in unknown)
    due = Send.objects.filter(state=states.WAITING, due_at__lte=at).order_by("due_at", "pk")
    queued = [queue.deliver_now(pk) for pk in due.values_list("pk", flat=True)[:MOST_AT_ONCE]]
    return settled + sum(queued)


@transaction.atomic
def _asked(send_id: int, *, at: datetime) -> bool:
    """Asks the channel about a message nobody knows about; True when it could tell."""
    send = Send.objects.select_for_update().get(pk=send_id)
    way = channel(send.channel)
    went_out = way.ask(send.pk, f"send-{send.pk}") if way else None
    if send.state != states.UNKNOWN or went_out is None:
        return False
    send.state, send.reason = (states.HANDED_OVER if went_out else states.WAITING), "asked"
    send.save(update_fields=["state", "reason"])
    note(send, by=SYSTEM, at=at)
    if not went_out:
        queue.deliver_now(send.pk)
    return True
