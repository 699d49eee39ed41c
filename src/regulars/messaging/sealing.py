"""Keys of messages: the customer's, or one of the message's own for someone without a record."""

from __future__ import annotations

import json
from collections.abc import Mapping

from regulars.kit.keys import DataKey, keyring
from regulars.messaging.models import Send
from regulars.people.queries import open_key

VALUES, ADDRESS = "message values", "message address"


def key_of(send: Send) -> DataKey:
    """The key of a message whose words have not been destroyed."""
    if send.customer is not None:
        return open_key(send.customer)
    assert send.own_key is not None  # noqa: S101  a constraint: one without a customer has a key
    return keyring().data_key(send.own_key)


def seal_values(key: DataKey, values: Mapping[str, str]) -> bytes:
    return key.seal(VALUES, json.dumps(dict(values), ensure_ascii=False))


def values_of(send: Send) -> dict[str, str]:
    """What fills the text of a message."""
    assert send.sealed_values is not None  # noqa: S101  the caller has looked
    values: dict[str, str] = json.loads(key_of(send).open(VALUES, send.sealed_values))
    return values
