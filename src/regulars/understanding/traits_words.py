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
    "basket": pgettext_lazy("group", "Amount per visit"),
    "cause": pgettext_lazy("group", "Cause"),
    "channel": pgettext_lazy("group", "Channel"),
    "cluster": pgettext_lazy("group", "Group"),
    "cohort": pgettext_lazy("group", "First bought in"),
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
    "satisfaction": pgettext_lazy("group", "Satisfaction"),
    "spend": pgettext_lazy("group", "Spend"),
    "tier": pgettext_lazy("group", "Tier"),
    "trend": pgettext_lazy("group", "Spend against the year before"),
}

TRENDS: dict[str, Promise] = {
    "growing": pgettext_lazy("trend", "Growing"),
    "steady": pgettext_lazy("trend", "Steady"),
    "falling": pgettext_lazy("trend", "Falling"),
    "unclear": pgettext_lazy("trend", "No clear trend"),
}

VALUES: dict[str, Mapping[str, Promise]] = {
    "cause": CAUSES,
    "sex": SEXES,
    "age": {
        "0-17": pgettext_lazy("age", "under 18"),
        "18-29": pgettext_lazy("age", "18–29"),
        "30-39": pgettext_lazy("age", "30–39"),
        "40-49": pgettext_lazy("age", "40–49"),
        "50-59": pgettext_lazy("age", "50–59"),
        "60-69": pgettext_lazy("age", "60–69"),
        "70-plus": pgettext_lazy("age", "70 and over"),
    },
    "cycle": {
        "0-7": pgettext_lazy("usual gap", "up to a week"),
        "8-14": pgettext_lazy("usual gap", "8–14 days"),
        "15-30": pgettext_lazy("usual gap", "15–30 days"),
        "31-60": pgettext_lazy("usual gap", "31–60 days"),
        "61-90": pgettext_lazy("usual gap", "61–90 days"),
        "91-180": pgettext_lazy("usual gap", "91–180 days"),
        "181-365": pgettext_lazy("usual gap", "181–365 days"),
        "366-plus": pgettext_lazy("usual gap", "over a year"),
    },
    "regularity": {
        "clockwork": pgettext_lazy("regularity", "Like clockwork"),
        "regular": pgettext_lazy("regularity", "Regular"),
        "random": pgettext_lazy("regularity", "At random"),
        "bursts": pgettext_lazy("regularity", "In bursts"),
    },
    "price": {
        "high": pgettext_lazy("price sensitivity", "Buys when it costs less"),
        "medium": pgettext_lazy("price sensitivity", "Like the average"),
        "low": pgettext_lazy("price sensitivity", "Hardly looks at the price"),
    },
    "novelty": {
        "eager": pgettext_lazy("appetite for new", "Tries new items"),
        "average": pgettext_lazy("appetite for new", "Like the average"),
        "wary": pgettext_lazy("appetite for new", "Keeps to the known"),
    },
    "trend": TRENDS,
    "basket": TRENDS,
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
    "spend": {
        "top": pgettext_lazy("spend band", "Top tenth"),
        "high": pgettext_lazy("spend band", "High"),
        "middle": pgettext_lazy("spend band", "In the middle"),
        "low": pgettext_lazy("spend band", "Low"),
        "none": pgettext_lazy("spend band", "Nothing in 12 months"),
    },
    "frequency": {
        "often": pgettext_lazy("frequency band", "Very often"),
        "regular": pgettext_lazy("frequency band", "Often"),
        "occasional": pgettext_lazy("frequency band", "Now and then"),
        "rare": pgettext_lazy("frequency band", "Rarely"),
        "none": pgettext_lazy("frequency band", "Not in 12 months"),
    },
    "adopter": {
        "early": pgettext_lazy("adopter", "Among the first"),
        "follower": pgettext_lazy("adopter", "With most"),
        "late": pgettext_lazy("adopter", "Among the last"),
    },
    "channel": {
        "store": pgettext_lazy("channel habit", "In the store"),
        "online": pgettext_lazy("channel habit", "Online"),
        "both": pgettext_lazy("channel habit", "Both"),
    },
    "satisfaction": {
        "satisfied": pgettext_lazy("satisfaction", "Satisfied"),
        "neutral": pgettext_lazy("satisfaction", "So-so"),
        "dissatisfied": pgettext_lazy("satisfaction", "Dissatisfied"),
    },
    "potential": {"high": pgettext_lazy("potential", "May grow")},
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
