"""What groups and members of the value model are called."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.understanding.customers.words import SEGMENTS, STAGES
from regulars.understanding.traits_words import dimension_words, value_words

OWN: Mapping[str, Promise] = {
    "stage": _("Stage"),
    "segment": pgettext_lazy("group", "RFM segment"),
}
FIRST = ("stage", "segment", "cohort", "tier", "cluster")
"""The dimensions that are shown first, where there are any."""

MEMBERS: Mapping[str, Promise] = {
    "bg_nbd": _("BG/NBD"),
    "mbg_nbd": _("MBG/NBD"),
    "mbg_cnbd_2": _("MBG/CNBD-2 (regular)"),
    "mbg_cnbd_3": _("MBG/CNBD-3 (very regular)"),
    "pareto_nbd": _("Pareto/NBD"),
    "nbd": _("NBD (nobody leaves)"),
    "own_rate": _("Own pace so far"),
    "recent_rate": _("Pace of late"),
    "last_period": _("Same as last period"),
    "trees": _("Boosted trees"),
}


def dimension(name: str) -> str:
    """What customers are parted by."""
    return str(OWN[name]) if name in OWN else dimension_words(name)


def group(name: str, value: str) -> str:
    """One group of a dimension."""
    if name == "stage":
        return str(STAGES.get(value, value))
    if name == "segment":
        return str(SEGMENTS.get(value, value))
    return value_words(name, value)


def query(name: str, value: str) -> str:
    """The address of the list of a group's customers, those worth most first, without `?`."""
    own = {name: value} if name in OWN else {"in": f"{name}:{value}"}
    return urlencode({**own, "sort": "-value"})
