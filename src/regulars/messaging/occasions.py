"""What messages are sent for. A room declares its own in its file `occasions.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import translation
from django.utils.functional import Promise

ASKED, SERVICE, MARKETING = "asked", "service", "marketing"


@dataclass(frozen=True)
class Occasion:
    """One kind of message, with the words that come along.

    Attributes:
        code: `room.name`.
        label: what it is called in the settings.
        purpose: `ASKED` answers someone who waits for it at this moment, such as a code: it asks
            no consent and knows no quiet hours. `SERVICE` may go unless withdrawn, `MARKETING`
            only when granted.
        urgent: goes in quiet hours too.
        title, body: with {variables}.
        needed: variables that a body must hold.
        secret: the words are destroyed as soon as they are out.
    """

    code: str
    label: Promise
    purpose: str
    title: Promise
    body: Promise
    known: frozenset[str]
    needed: frozenset[str] = field(default_factory=frozenset)
    urgent: bool = False
    secret: bool = False

    def words(self, language: str) -> tuple[str, str]:
        """Title and body that come along, in a language."""
        with translation.override(language):
            return str(self.title), str(self.body)


_KNOWN: dict[str, Occasion] = {}


def register(*occasions: Occasion) -> None:
    """Declares occasions; a second one of the same code is a mistake of the program."""
    for occasion in occasions:
        if _KNOWN.setdefault(occasion.code, occasion) != occasion:
            raise ValueError(f"the occasion {occasion.code} is declared twice")


def occasion(code: str) -> Occasion:
    """The occasion of that code; `KeyError` when no room declares it."""
    return _KNOWN[code]


def all_occasions() -> list[Occasion]:
    return [_KNOWN[code] for code in sorted(_KNOWN)]
