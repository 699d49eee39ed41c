"""Messages to send, a channel that remembers, and customers who can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from unittest import mock

from django.utils.translation import gettext_noop as words

from regulars.kit.permissions import SYSTEM
from regulars.messaging import occasions
from regulars.messaging.actions import Draft, intend
from regulars.messaging.channels import Channel, Letter
from regulars.messaging.models import Send
from regulars.messaging.occasions import MARKETING, SERVICE, Occasion
from regulars.people.actions import add_customer
from regulars.people.drafts import CustomerDraft

REMINDER = Occasion(
    "test.reminder",
    words("Reminder"),  # type: ignore[arg-type]
    SERVICE,
    words("{store}"),  # type: ignore[arg-type]
    words("See you at {time}."),  # type: ignore[arg-type]
    frozenset({"store", "time"}),
    frozenset({"time"}),
)
OFFER = replace(REMINDER, code="test.offer", purpose=MARKETING)
URGENT = replace(REMINDER, code="test.urgent", urgent=True)
VALUES = {"store": "国贸店", "time": "10:00"}


@contextmanager
def known_occasions() -> Iterator[None]:
    """The occasions of the tests beside those of the program."""
    ours = {one.code: one for one in (REMINDER, OFFER, URGENT)}
    with mock.patch.dict(occasions._KNOWN, ours):
        yield


@dataclass
class Memory:
    """A channel that remembers what it was handed, and raises what it is told to."""

    name: str = "memory"
    kinds: frozenset[str] = frozenset({"email", "phone"})
    letters: list[Letter] = field(default_factory=list)
    fails_with: list[Exception] = field(default_factory=list)
    knows: bool | None = None

    def send(self, letter: Letter) -> str:
        if self.fails_with:
            raise self.fails_with.pop(0)
        self.letters.append(letter)
        return f"ref-{len(self.letters)}"

    def ask(self, send_id: int, key: str) -> bool | None:
        return self.knows


@contextmanager
def using(*ways: Channel) -> Iterator[None]:
    """Messages go by these channels."""
    with (
        mock.patch("regulars.messaging.delivering.channels", lambda: ways),
        mock.patch(
            "regulars.messaging.delivering.channel",
            lambda name: next((way for way in ways if way.name == name), None),
        ),
    ):
        yield


def reachable(*, at: datetime, email: str = "lin@example.com", **more: Any) -> int:
    """A customer with an e-mail address."""
    return add_customer(
        CustomerDraft(name="林", contacts=(("email", email),), **more), by=SYSTEM, at=at
    )


def mean_to_send(customer_id: int, *, at: datetime, **given: Any) -> Send:
    """Means to send a reminder now, and returns the row."""
    draft = Draft(
        **{
            "occasion": "test.reminder",
            "occurrence": "1",
            "values": VALUES,
            "language": "en",
            "due_at": at,
            "customer_id": customer_id,
            **given,
        }
    )
    send_id = intend(draft, by=SYSTEM, at=at)
    assert send_id is not None
    return Send.objects.get(pk=send_id)
