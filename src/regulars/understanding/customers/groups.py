"""The groups a list can be narrowed by: in words, and to choose from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.understanding import queries, traits_words
from regulars.understanding.insights.segments_words import name_of

CLUSTER = "cluster"
OWN_FILTERS = frozenset({"cause"})
"""Dimensions that have a filter of their own."""


def group_words(code: str) -> str:
    """A code in words; a group found in the data by the name the last analysis gave it."""
    dimension, _colon, number = code.partition(":")
    name = cluster_names().get(number) if dimension == CLUSTER else None
    if name is None:
        return traits_words.trait_words(code)
    named = {"dimension": traits_words.dimension_words(CLUSTER), "value": name}
    return _("%(dimension)s: %(value)s") % named


def cluster_names() -> dict[str, str]:
    """The names of the groups found in the data, by number, of the last published run."""
    run = queries.last_published()
    model = (run.manifest.get("clusters") if run else None) or {}
    profiles = model.get("profiles") or []
    return {str(profile["number"]): name_of(profile["name"]) for profile in profiles}


@dataclass(frozen=True)
class GroupChoice:
    """A way to part customers, with its groups as (code, words, chosen)."""

    dimension: str
    label: str
    groups: list[tuple[str, str, bool]]


def group_choices(chosen: Collection[str]) -> list[GroupChoice]:
    """All ways whose groups are known beforehand, and the groups found in the data."""
    known: dict[str, Mapping[str, object]] = {
        name: values
        for name, values in traits_words.VALUES.items()
        if name not in OWN_FILTERS and values
    }
    clusters = cluster_names()
    if clusters:
        known[CLUSTER] = clusters
    choices = [_choice(name, values, chosen) for name, values in known.items()]
    return sorted(choices, key=lambda each: each.label)


def _choice(dimension: str, values: Mapping[str, object], chosen: Collection[str]) -> GroupChoice:
    codes = {value: f"{dimension}:{value}" for value in values}
    groups = [(codes[value], str(words), codes[value] in chosen) for value, words in values.items()]
    return GroupChoice(dimension, traits_words.dimension_words(dimension), groups)
