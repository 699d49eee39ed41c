"""Sends nothing: writes to the console and keeps what would be sent, for all kinds of address.

Not for real customers: whoever reads the console or 发送记录 can sign in as anybody. `regulars
doctor` finds it in production.
"""

from __future__ import annotations

import sys

from regulars.messaging import sealing
from regulars.messaging.channels import Letter
from regulars.messaging.models import Recorded, Send
from regulars.people.rules import mask_contact


class Development:
    """Keeps each message once, and can therefore be asked."""

    name = "development"
    kinds = frozenset({"phone", "email", "wechat"})

    def send(self, letter: Letter) -> str:
        """Writes the message to the table first, so that the answer can be found again."""
        send = Send.objects.get(pk=letter.send_id)
        sealed = sealing.key_of(send).seal("recorded", f"{letter.title}\n{letter.body}")
        Recorded.objects.create(send=send, sealed=sealed, at=letter.at)
        shown = mask_contact(letter.kind, letter.address)
        print(f"[message to {shown}] {letter.title}\n{letter.body}", file=sys.stderr, flush=True)
        return f"recorded-{send.pk}"

    def ask(self, send_id: int, key: str) -> bool | None:
        """What is in the table went out, what is not did not."""
        return Recorded.objects.filter(send_id=send_id).exists()


def open_channel() -> Development:
    return Development()
