"""Settings → Messages sent: what went to whom, what did not and why, and what nobody knows."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.kit import clock, toasts
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.messaging import actions, queries, sealing, words
from regulars.messaging.channels import channels
from regulars.messaging.models import Send
from regulars.messaging.occasions import all_occasions
from regulars.messaging.queries import Kept
from regulars.people.rules import mask_contact

PER_PAGE = 50


@dataclass(frozen=True)
class Row:
    """One message in words; `to` is a name or a masked address."""

    send: Send
    to: str
    what: str
    state: Promise
    tone: str
    why: str
    kept: Kept | None


@needs(Permission.MANAGE_SETTINGS)
def sent(request: Request) -> HttpResponse:
    """The messages, the newest first, narrowed by state."""
    state = request.GET.get("state", "")
    state = state if state in words.STATES else ""
    before = request.GET.get("before", "")
    labels = {one.code: str(one.label) for one in all_occasions()}
    found = queries.newest(state=state, before=int(before) if before.isdigit() else None)
    sends = list(found[: PER_PAGE + 1])
    choices = [(_("All"), "?", not state)]
    choices += [(str(word), f"?state={code}", code == state) for code, word in words.STATES.items()]
    context = {
        "rows": [_row(send, labels) for send in sends[:PER_PAGE]],
        "older": sends[PER_PAGE - 1].pk if len(sends) > PER_PAGE else None,
        "state": state,
        "choices": choices,
        "in_development": any(channel.name == "development" for channel in channels()),
    }
    return render(request, "messaging/sent.html", context)


def _row(send: Send, labels: dict[str, str]) -> Row:
    return Row(
        send,
        _to(send),
        labels.get(send.occasion, send.occasion),
        words.STATES[send.state],
        words.TONES[send.state],
        words.reason_words(send.reason),
        queries.recorded(send),
    )


def _to(send: Send) -> str:
    if send.customer is not None:
        return str(send.customer)
    if send.sealed_address is None or send.own_key is None:
        return ""
    address = sealing.key_of(send).open(sealing.ADDRESS, send.sealed_address)
    return mask_contact(send.address_kind, address)


@require_POST
@needs(Permission.MANAGE_SETTINGS)
def settle(request: Request, send_id: int) -> HttpResponse:
    """What became of a message nobody knew about."""
    get_object_or_404(Send, pk=send_id)
    arrived = request.POST.get("arrived") == "yes"
    if actions.settle(send_id, arrived=arrived, by=request.actor, at=clock.now()):
        toasts.say(request, _("Noted as arrived.") if arrived else _("It will be sent again."))
    else:
        toasts.say(request, _("What became of it is known by now."))
    return HttpResponseRedirect(reverse("messaging:sent"))
