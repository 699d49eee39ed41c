"""Forms that do their work once, however often they are sent."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms

from regulars.kit.idempotency import once


class KeyedForm(forms.Form):
    """A form with a key of its own: a second click or a resend gets the answer of the first."""

    request_key = forms.CharField(
        max_length=40,
        required=False,
        widget=forms.HiddenInput,
        initial=lambda: secrets.token_urlsafe(16),
    )

    def once(self, scope: str, do: Callable[[], Any], *, at: datetime) -> Any:
        """Runs `do` unless this very form was sent before; returns the first answer.

        A valid form that came without a key (no page of ours sends such) is done as it comes.

        Raises:
            KeyReused: the form was sent before with other content.
        """
        content = dict(self.cleaned_data)
        key = content.pop("request_key")
        return once(scope, key, content, do, at=at) if key else do()
