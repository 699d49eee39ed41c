"""What sets each cluster apart, and the name that follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

WORTH_NAMING = 0.4
"""From this standardised difference on a feature may enter a name; Cohen (1988) calls 0.5 medium
and 0.2 small."""

IN_A_NAME = 2
ORDINARY = "ordinary"


@dataclass(frozen=True)
class Trait:
    """One feature of a cluster.

    ``median`` of its customers and ``rest`` of all others, in the feature's unit; ``difference``
    of the means in the scaled space, in pooled standard deviations (Cohen's d).
    """

    feature: str
    median: float | None
    rest: float | None
    difference: float


@dataclass(frozen=True)
class Profile:
    """One cluster: its number, its name as codes and how it differs, strongest first.

    A code is a feature with a sign ("average_order+"); ``ordinary`` when nothing stands out.
    ``share`` of buyers and ``spend_share`` of the last 365 days' spend among the ``n`` customers
    it was learned from; ``jaccard`` how much of it is found again in bootstrap samples.
    """

    number: int
    name: tuple[str, ...]
    traits: tuple[Trait, ...]
    n: int
    share: float
    spend_share: float | None
    jaccard: float

    def trait(self, feature: str) -> Trait | None:
        return next((one for one in self.traits if one.feature == feature), None)


def traits_of(
    inside: np.ndarray, points: np.ndarray, columns: Mapping[str, np.ndarray], names: Sequence[str]
) -> tuple[Trait, ...]:
    """The features of one cluster, the one that sets it apart most first.

    Args:
        inside: whether each customer belongs to it; shape (n,).
        points: scaled values, one column per name.
        columns: plain values by name, NaN for unknown.
    """
    found = []
    for place, name in enumerate(names):
        here, there = points[inside, place], points[~inside, place]
        difference = round(_cohen(here, there), 3)
        found.append(
            Trait(name, _median(columns[name][inside]), _median(columns[name][~inside]), difference)
        )
    return tuple(sorted(found, key=lambda one: (-abs(one.difference), one.feature)))


def named(traits: Sequence[Sequence[Trait]]) -> list[tuple[str, ...]]:
    """A name for each cluster; where two would share one, further features tell them apart."""
    codes = [
        [code(one) for one in own if abs(one.difference) >= WORTH_NAMING] or [ORDINARY]
        for own in traits
    ]
    lengths = [min(IN_A_NAME, len(own)) for own in codes]
    for _ in range(max(len(own) for own in codes)):
        names = [tuple(own[:length]) for own, length in zip(codes, lengths, strict=True)]
        doubled = [place for place, name in enumerate(names) if names.count(name) > 1]
        if not doubled:
            break
        for place in doubled:
            lengths[place] = min(lengths[place] + 1, len(codes[place]))
    return [tuple(own[:length]) for own, length in zip(codes, lengths, strict=True)]


def code(trait: Trait) -> str:
    """The feature and the side it lies on."""
    return trait.feature + ("+" if trait.difference > 0 else "-")


def _cohen(here: np.ndarray, there: np.ndarray) -> float:
    if len(here) < 2 or len(there) < 2:
        return 0.0
    freedom = len(here) + len(there) - 2
    pooled = ((len(here) - 1) * here.var(ddof=1) + (len(there) - 1) * there.var(ddof=1)) / freedom
    return float((here.mean() - there.mean()) / np.sqrt(pooled)) if pooled > 0 else 0.0


def _median(values: np.ndarray) -> float | None:
    known = values[~np.isnan(values)]
    return round(float(np.median(known)), 4) if len(known) else None
