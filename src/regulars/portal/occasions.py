"""The code that lets a customer in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.messaging.occasions import ASKED, Occasion, register

CODE = Occasion(
    "portal.code",
    _("Code to sign in"),
    ASKED,
    _("Your code is {code}"),
    _("Your code is {code}, good for {minutes} minutes. Nobody of the shop will ask you for it."),
    frozenset({"code", "minutes"}),
    frozenset({"code"}),
    urgent=True,
    secret=True,
)
register(CODE)
