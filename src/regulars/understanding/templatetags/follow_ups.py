"""Follow-ups in words."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from regulars.kit.templatetags.ui import badge
from regulars.understanding.customers.words import CAUSES
from regulars.understanding.warnings.words import (
    KINDS,
    STATE_TONES,
    STATES,
    SUGGESTIONS,
    WAYS,
)

register = template.Library()


@register.simple_tag
def follow_up_state(state: str) -> SafeString:
    """How a follow-up stands, in its word and tone."""
    return badge(str(STATES[state]), STATE_TONES.get(state, "neutral"))


@register.filter
def suggestion_words(code: str) -> str:
    """What is suggested to be done."""
    return str(SUGGESTIONS.get(code, code))


@register.filter
def cause_words(code: str) -> str:
    """Why a customer may be leaving; a dash where nothing says."""
    return str(CAUSES.get(code, code)) if code else "—"


@register.filter
def way_words(code: str) -> str:
    """How a customer was reached."""
    return str(WAYS.get(code, code))


@register.filter
def entry_words(kind: str) -> str:
    """What was done."""
    return str(KINDS.get(kind, kind))
