"""Ways to reach people, behind one interface.

A channel is an object with the attributes and methods of `Channel`. Which are in use, and in which
order they are tried, says the setting `MESSAGE_CHANNELS`, a list of dotted names of functions that
return one. To add SMS or WeChat, write a module with a class and a function `open_channel()`, and
name it there. Docs: `docs/developer/messaging.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Letter:
    """What a channel is handed.

    Attributes:
        key: names this message; the same whenever it is handed over, so that a provider who knows
            idempotency keys sends it once.
    """

    send_id: int
    key: str
    kind: str
    address: str
    title: str
    body: str
    at: datetime


class Refused(Exception):
    """The channel will not send this, now or later. `code` is at most 20 characters."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code[:20]


class NotNow(Exception):
    """It is certain that nothing went out, and worth another try."""


class Channel(Protocol):
    """One way to reach people.

    Attributes:
        name: at most 20 characters.
        kinds: of addresses it reaches: phone, email, wechat.
    """

    name: str
    kinds: frozenset[str]

    def send(self, letter: Letter) -> str:
        """Hands a message over and returns the provider's reference, or "".

        Raises:
            Refused: it will never go.
            NotNow: nothing went out.
            Exception: anything else leaves the message `unknown`.
        """
        ...

    def ask(self, send_id: int, key: str) -> bool | None:
        """Whether a message whose answer was lost went out; None when the channel cannot tell."""
        ...


@cache
def channels() -> tuple[Channel, ...]:
    """The channels in use, the preferred first."""
    return tuple(import_string(name)() for name in settings.MESSAGE_CHANNELS)


def channel(name: str) -> Channel | None:
    """The channel of that name, if it is still in use."""
    return next((one for one in channels() if one.name == name), None)
