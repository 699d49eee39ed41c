"""How the customer's data are used, in plain words."""

from __future__ import annotations

from django.http import HttpResponseBase

from regulars.portal import writing
from regulars.portal.faces import Request, open_to_all, show


@open_to_all
def notice(request: Request) -> HttpResponseBase:
    """The notice, with the version that consent refers to."""
    return show(request, "notice.html", {"version": writing.NOTICE})
