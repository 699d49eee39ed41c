"""One key, one effect: a repeated request gets the first answer, a different one is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kit.keys import keyring
from regulars.kit.models import IdempotencyKey


class KeyReused(ValueError):
    """The same key came with another request."""


def once(scope: str, key: str, request: Any, do: Callable[[], Any], *, at: datetime) -> Any:
    """Runs `do` for the first request with this key and keeps its answer; later ones get it again.

    Two requests at the same time: the second waits on the unique row and then gets the answer of
    the first. When `do` raises, nothing is kept and the key is free again.

    Args:
        request: JSON-serialisable; what must be the same for the request to count as the same.
        do: returns a JSON-serialisable answer; runs in the same transaction as the key.

    Raises:
        KeyReused: the key was used for another request.
    """
    # A keyed digest: a bare one of a name or a phone could be guessed.
    digest = keyring().blind(f"request:{scope}", json.dumps(request, sort_keys=True, default=str))
    with transaction.atomic():
        kept, fresh = IdempotencyKey.objects.get_or_create(
            scope=scope, key=key, defaults={"request_digest": digest, "at": at}
        )
        if bytes(kept.request_digest) != digest:
            raise KeyReused(
                _("This was already sent with other content. Open the form anew and try again.")
            )
        if fresh:
            kept.answer = do()
            kept.save(update_fields=["answer"])
        return kept.answer
