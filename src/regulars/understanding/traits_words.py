"""The groups of customers in words: what a code such as "tier:elite" says on a page.

A dimension or value that is not declared here shows its own code, which for regions, occupations,
age bands and the like is already what people call it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from regulars.understanding.customers.words import CAUSES, SEXES

CODE = re.compile(r"[a-z][a-z0-9_]{0,30}:[^\x00-\x1f]{1,70}")
"""Dimension, colon, value: never longer than `CustomerResult.traits` holds."""

DIMENSIONS: dict[str, Promise] = {
    "adopter": pgettext_lazy("group", "New products"),
    "age": pgettext_lazy("group", "Age"),
    "cause": pgettext_lazy("group", "Cause"),
    "channel": pgettext_lazy("group", "Channel"),
    "cluster": pgettext_lazy("group", "Group"),
    "cycle": pgettext_lazy("group", "Usual gap"),
    "frequency": pgettext_lazy("group", "How often"),
    "income": pgettext_lazy("group", "Income"),
    "motive": pgettext_lazy("group", "Minds most"),
    "novelty": pgettext_lazy("group", "Appetite for new"),
    "occupation": pgettext_lazy("group", "Occupation"),
    "potential": pgettext_lazy("group", "Room to grow"),
    "price": pgettext_lazy("group", "Price sensitivity"),
    "region": pgettext_lazy("group", "Region"),
    "regularity": pgettext_lazy("group", "Regularity"),
    "sex": pgettext_lazy("group", "Sex"),
    "source": pgettext_lazy("group", "Came by"),
    "spend": pgettext_lazy("group", "Spend"),
    "tier": pgettext_lazy("group", "Tier"),
}

VALUES: dict[str, Mapping[str, Promise]] = {
    "cause": CAUSES,
    "sex": SEXES,
    "tier": {
        "elite": pgettext_lazy("tier", "Elite"),
        "middle": pgettext_lazy("tier", "Middle"),
        "new": pgettext_lazy("tier", "New"),
        "active": pgettext_lazy("tier", "Active"),
        "latent": pgettext_lazy("tier", "Latent"),
    },
    "motive": {
        "price": pgettext_lazy("motive", "Price"),
        "quality": pgettext_lazy("motive", "Quality"),
        "service": pgettext_lazy("motive", "Service"),
    },
}


def dimension_words(dimension: str) -> str:
    """What the customers are parted by."""
    return str(DIMENSIONS.get(dimension, dimension))


def value_words(dimension: str, value: str) -> str:
    """One group of a dimension, without the dimension."""
    return str(VALUES.get(dimension, {}).get(value, value))


def trait_words(code: str) -> str:
    """A code as it stands in `traits`, in words: the dimension, then the group."""
    dimension, _colon, value = code.partition(":")
    named = {"dimension": dimension_words(dimension), "value": value_words(dimension, value)}
    return _("%(dimension)s: %(value)s") % named
