"""States, ways, endings and suggestions of follow-ups in the words of the page."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STATES: dict[str, Promise] = {
    "open": pgettext_lazy("follow-up", "To be contacted"),
    "contacted": pgettext_lazy("follow-up", "Contacted"),
    "won": pgettext_lazy("follow-up", "Won back"),
    "lost": pgettext_lazy("follow-up", "Lost"),
    "dropped": pgettext_lazy("follow-up", "Dropped"),
}
STATE_TONES = {"open": "warning", "contacted": "info", "won": "good"}

ENDINGS: dict[str, Promise] = {
    "won": _("They are coming, or have come back"),
    "lost": _("They will not come back"),
    "dropped": _("No need to go on"),
}

WAYS: dict[str, Promise] = {
    "phone": pgettext_lazy("contacted by", "Telephone"),
    "wechat": pgettext_lazy("contacted by", "WeChat"),
    "sms": pgettext_lazy("contacted by", "Text message"),
    "in_person": pgettext_lazy("contacted by", "In person"),
}

KINDS: dict[str, Promise] = {
    "taken": pgettext_lazy("follow-up", "Taken on"),
    "assigned": pgettext_lazy("follow-up", "Given to somebody else"),
    "contacted": pgettext_lazy("follow-up", "Contacted"),
    "noted": pgettext_lazy("follow-up", "Note"),
    "closed": pgettext_lazy("follow-up", "Closed"),
    "reopened": pgettext_lazy("follow-up", "Opened again"),
}

SUGGESTIONS: dict[str, Promise] = {
    "make_good": _("Call and ask what went wrong; make it good before offering anything."),
    "offer": _("Offer a package or a fixed discount for what they usually buy."),
    "show_new": _("Show them something new that is close to what they used to buy."),
    "invite": _("Invite them with something only regulars get."),
    "keep_in_touch": _("Keep in touch without selling; ask again in a while."),
    "ask": _("Ask how they are and why they have not come."),
}
"""What `rules.suggested` answers; rules of thumb."""
