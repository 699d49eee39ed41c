"""Who did what: the audit trail, newest first, and whether it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST

from regulars.kit import audit, queries
from regulars.kit.faces import Request, needs
from regulars.kit.models import AuditEvent, User
from regulars.kit.permissions import Permission
from regulars.kit.queries import Trail, TrailPage
from regulars.site import audit_words

PER_PAGE = 50
SYSTEM = "system"
FILTERS = ("action", "subject", "person")
HIGHEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Row:
    """One event in words, with the addresses that show more of the same person and subject."""

    at: datetime
    person: str
    person_url: str
    action: str
    subject: str
    subject_url: str
    detail: str


@needs(Permission.SEE_AUDIT)
def trail(request: Request) -> HttpResponse:
    """The trail, narrowed by action, subject and person."""
    return _show(request, verdict=None)


@require_POST
@needs(Permission.SEE_AUDIT)
def check(request: Request) -> HttpResponse:
    """The same, after every seal has been computed again."""
    return _show(request, verdict=audit.verify())


def _show(request: Request, *, verdict: audit.Verdict | None) -> HttpResponse:
    query = request.GET
    found = queries.audit_events(_asked(query), limit=PER_PAGE)
    context = {
        "rows": [_row(event) for event in found.events],
        "newer_url": _beside(query, found, newer=True),
        "older_url": _beside(query, found, newer=False),
        "actions": [(name, audit_words.action_words(name)) for name in queries.audit_actions()],
        "people": User.objects.order_by("name", "pk"),
        "chosen": {name: query.get(name, "") for name in FILTERS},
        "narrowed": any(query.get(name) for name in FILTERS),
        "seal": queries.last_seal(),
        "verdict": verdict,
    }
    return render(request, "site/audit.html", context)


def _asked(query: QueryDict) -> Trail:
    person = query.get("person", "")
    return Trail(
        action=_text(query.get("action", "")),
        subject=_text(query.get("subject", "")),
        actor_id=_number(person),
        by_system=person == SYSTEM,
        before=_number(query.get("before", "")),
        after=_number(query.get("after", "")),
    )


def _text(text: str) -> str:
    return text.replace("\0", "").strip()  # PostgreSQL takes no NUL


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and int(text) <= HIGHEST_ID else None


def _beside(query: QueryDict, found: TrailPage, *, newer: bool) -> str:
    if not found.events or not (found.newer if newer else found.older):
        return ""
    kept = {name: query[name] for name in FILTERS if query.get(name)}
    edge = {"after": found.events[0].pk} if newer else {"before": found.events[-1].pk}
    return "?" + urlencode(kept | edge)


def _row(event: AuditEvent) -> Row:
    person = SYSTEM if event.actor_id is None else str(event.actor_id)
    subject = audit_words.subject_words(event.subject)
    return Row(
        at=event.at,
        person=audit_words.person_words(event.actor_id, event.actor_name),
        person_url="?" + urlencode({"person": person}),
        action=audit_words.action_words(event.action),
        subject=subject,
        subject_url="?" + urlencode({"subject": event.subject}) if subject else "",
        detail=audit_words.detail_words(event.detail),
    )
