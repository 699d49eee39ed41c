"""A customer with a phone, at the pages of the salon that takes bookings."""

from __future__ import annotations

import re
from datetime import datetime

from django.test import Client

from regulars.kit import clock
from regulars.kit.permissions import SYSTEM
from regulars.messaging import sealing
from regulars.messaging.models import Send
from regulars.people.actions import add_customer
from regulars.people.drafts import CustomerDraft
from regulars.portal import signing_in
from regulars.portal.faces import COOKIE

PHONE = "13812342384"


def code_sent() -> str:
    """The code of the message that was meant last."""
    send = Send.objects.filter(occasion="portal.code").latest("id")
    return sealing.values_of(send)["code"]


def wrong(code: str) -> str:
    """Six digits that are not the code."""
    return f"{(int(code) + 1) % 10**6:06}"


def known_customer(phone: str = PHONE, *, at: datetime, name: str = "林晓") -> int:
    return add_customer(CustomerDraft(name=name, contacts=(("phone", phone),)), by=SYSTEM, at=at)


def come_in(client: Client, phone: str = PHONE) -> None:
    """Signs the client in by the code that was sent."""
    at = clock.now()
    ticket = signing_in.ask(phone, "192.0.2.1", at=at).ticket
    client.cookies[COOKIE] = signing_in.come_in(ticket, code_sent(), at=at)


def key_in(page: bytes) -> str:
    """The key of the form on a page."""
    found = re.search(rb'name="request_key" value="([^"]+)"', page)
    assert found is not None, page.decode()
    return found[1].decode()
