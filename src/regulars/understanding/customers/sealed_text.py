"""What someone searched for, as it may stand in an address: names and phones are not to be read
from a browser's history or a server's log."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

from django.conf import settings

from regulars.kit.keys import DataKey, Unreadable

PLACE = "searched text"


def seal(text: str) -> str:
    """The text sealed for this deployment; empty stays empty."""
    return urlsafe_b64encode(_key().seal(PLACE, text)).decode() if text else ""


def unseal(token: str) -> str:
    """The text behind a token; empty for one this deployment did not make."""
    try:
        return _key().open(PLACE, urlsafe_b64decode(token)) if token else ""
    except (Unreadable, ValueError):
        return ""


@lru_cache(maxsize=1)
def _key() -> DataKey:
    return DataKey(sha256(PLACE.encode() + settings.SECRET_KEY.encode()).digest())
