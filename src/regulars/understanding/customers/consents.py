"""The words of a customer on each purpose and channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.people.models import Consent

PURPOSES: Mapping[str, Promise] = {
    "service": _("Service messages"),
    "marketing": _("Offers and invitations"),
    "profiling": _("Personal analysis"),
    "sensitive": _("Sensitive notes"),
}
CHANNELS: Mapping[str, Promise] = {
    "any": _("Any channel"),
    "phone": _("Phone"),
    "sms": _("SMS"),
    "email": _("E-mail"),
    "wechat": _("WeChat"),
    "store": _("In the store"),
}


@dataclass(frozen=True)
class Line:
    """One purpose with the word that counts now on each channel: granted, withdrawn, or none."""

    purpose: str
    label: str
    words: list[tuple[str, bool | None]]

    @property
    def granted(self) -> list[str]:
        return [channel for channel, word in self.words if word]

    @property
    def withdrawn(self) -> list[str]:
        return [channel for channel, word in self.words if word is False]


def matrix(words: Mapping[tuple[str, str], bool]) -> list[Line]:
    """Purposes by channels, from `people.queries.consents_of`."""
    return [
        Line(
            purpose,
            str(label),
            [(str(name), words.get((purpose, channel))) for channel, name in CHANNELS.items()],
        )
        for purpose, label in PURPOSES.items()
    ]


@dataclass(frozen=True)
class Word:
    """One row of the ledger in words."""

    purpose: str
    channel: str
    row: Consent


def in_words(rows: Iterable[Consent]) -> list[Word]:
    """Rows of the consent ledger with the names of their purpose and channel."""
    return [Word(str(PURPOSES[row.purpose]), str(CHANNELS[row.channel]), row) for row in rows]
