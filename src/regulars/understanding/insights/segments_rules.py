"""Groups of customers as the page shows them, read from the manifest and the figures of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from regulars.understanding.insights import segments_words as words
from regulars.understanding.insights.rules import Row

SHOWN_TRAITS = 3
STEADY = 0.75
"""From this on a group counts as found again among customers drawn anew."""

Z = 1.2816
"""Half an 80% interval, in standard errors."""

ORDER: Mapping[str, tuple[str, ...]] = {
    "tier": ("elite", "middle", "new", "active", "latent"),
    "potential": ("high",),
    "spend": ("top", "high", "middle", "low", "none"),
    "frequency": ("often", "regular", "occasional", "rare", "none"),
    "motive": ("price", "service", "quality"),
    "adopter": ("early", "follower", "late"),
    "channel": ("store", "both", "online"),
    "satisfaction": ("satisfied", "neutral", "dissatisfied"),
}
"""The ready segmentations, each from its best to its least."""

EVERYBODY = "tier"
"""The one dimension in which every customer has a group."""


@dataclass(frozen=True)
class Difference:
    """One feature of a group against all others, written."""

    label: str
    here: str
    others: str


@dataclass(frozen=True)
class Tile:
    """One group: money in minor units, shares of buyers and of their spend in 12 months."""

    number: int
    name: str
    customers: int
    share: float
    spend_share: float | None
    mean_spend: int
    mean_expected: int | None
    differences: tuple[Difference, ...]
    advice: str
    found_again: float

    @property
    def hue(self) -> int:
        return (self.number - 1) % 5


def tiles(model: Mapping[str, Any], rows: Sequence[Row]) -> list[Tile]:
    """Every group somebody stands in, the one that spends most first.

    Args:
        model: the fitted clusters of the manifest.
        rows: the figure `clusters`.
    """
    by_number = {row["cluster"]: row for row in rows}
    people = sum(row["customers"] for row in rows)
    spend = sum(row["spend_365d"] for row in rows)
    found = []
    for profile in model["profiles"]:
        row = by_number.get(profile["number"])
        if row is None:
            continue
        expected = row.get("expected_spend")
        found.append(
            Tile(
                number=profile["number"],
                name=words.name_of(profile["name"]),
                customers=row["customers"],
                share=row["customers"] / people,
                spend_share=row["spend_365d"] / spend if spend > 0 else None,
                mean_spend=round(row["spend_365d"] / row["customers"]),
                mean_expected=None if expected is None else round(expected / row["customers"]),
                differences=differences(profile),
                advice=words.advice(profile["name"]),
                found_again=profile["jaccard"],
            )
        )
    return sorted(found, key=lambda one: (-(one.spend_share or 0), one.number))


def candidates(model: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every number of groups that was tried: least found again, whether steady, whether taken."""
    return [
        {
            **one,
            "least": min(one["jaccard"]),
            "steady": min(one["jaccard"]) >= STEADY,
            "taken": one["k"] == model["k"],
        }
        for one in model["candidates"]
    ]


def differences(profile: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What sets a group apart most."""
    written = (
        Difference(
            words.feature(one["feature"]),
            words.value(one["feature"], one["median"]),
            words.value(one["feature"], one["rest"]),
        )
        for one in profile["traits"]
        if abs(one["difference"]) >= words.TINY
    )
    return tuple([one for one in written if one.here != one.others][:SHOWN_TRAITS])


@dataclass(frozen=True)
class Branch:
    """One answer of the tree: what holds, and what follows: more answers, or a group."""

    condition: str
    branches: tuple[Branch, ...]
    number: int
    name: str
    n: int
    right: float

    @property
    def hue(self) -> int:
        return (self.number - 1) % 5


def branches(tree: Mapping[str, Any], names: Mapping[int, str]) -> tuple[Branch, ...]:
    """The tree from its first question down."""
    nodes = tree["nodes"]

    def told(place: int, condition: str) -> Branch:
        node = nodes[place]
        below = asked(place) if node["feature"] else ()
        number = node["cluster"]
        return Branch(condition, below, number, names.get(number, ""), node["n"], node["right"])

    def asked(place: int) -> tuple[Branch, ...]:
        node = nodes[place]
        return tuple(
            told(node[side], words.condition(node["feature"], node["threshold"], above=above))
            for side, above in (("below", False), ("above", True))
        )

    return asked(0) if nodes[0]["feature"] else (told(0, ""),)


@dataclass(frozen=True)
class Compared:
    """One feature of two groups: medians as written, and how many spreads of the shop apart."""

    label: str
    one: str
    other: str
    spreads: float

    @property
    def size(self) -> str:
        return words.apart(self.spreads)


def compared(model: Mapping[str, Any], one: int, other: int) -> list[Compared]:
    """Two groups side by side, what sets them apart most first."""
    first, second = (_profile(model, number) for number in (one, other))
    places = zip(positions(model, one), positions(model, other), strict=True)
    found = [
        Compared(
            words.feature(name),
            words.value(name, first[name]["median"]),
            words.value(name, second[name]["median"]),
            here - there,
        )
        for (name, here), (_name, there) in places
    ]
    return sorted(found, key=lambda row: -abs(row.spreads))


def _profile(model: Mapping[str, Any], number: int) -> dict[str, Mapping[str, Any]]:
    profile = next(one for one in model["profiles"] if one["number"] == number)
    return {trait["feature"]: trait for trait in profile["traits"]}


def positions(model: Mapping[str, Any], number: int) -> list[tuple[str, float]]:
    """(feature, where the group stands): spreads from the middle of the shop, bent as declared."""
    place = [one["number"] for one in model["profiles"]].index(number)
    centre = model["centres"][place]
    return [
        (one["feature"], value / one["weight"])
        for one, value in zip(model["scalings"], centre, strict=True)
    ]


def margin(model: Mapping[str, Any], number: int) -> float:
    """Half the 80% interval of a position, at most: as if a group scattered like the shop."""
    n = next(one["n"] for one in model["profiles"] if one["number"] == number)
    return Z / sqrt(max(n, 1))


@dataclass(frozen=True)
class Part:
    """One group of a ready segmentation; the shares are of all customers and of all spend."""

    value: str
    customers: int
    share: float
    spend_365d: int
    spend_share: float | None
    mean_expected: int | None


def parts(rows: Sequence[Row], dimension: str) -> list[Part]:
    """The groups of one dimension of the figure `segmentations`, in their own order."""
    own = {row["value"]: row for row in rows if row["dimension"] == dimension}
    everybody = [row for row in rows if row["dimension"] == EVERYBODY]
    people = sum(row["customers"] for row in everybody)
    spend = sum(row["spend_365d"] for row in everybody)
    return [
        Part(
            value=value,
            customers=own[value]["customers"],
            share=own[value]["customers"] / people,
            spend_365d=own[value]["spend_365d"],
            spend_share=own[value]["spend_365d"] / spend if spend > 0 else None,
            mean_expected=_mean(own[value], "expected_spend"),
        )
        for value in ORDER[dimension]
        if value in own and own[value]["customers"]
    ]


def _mean(row: Row, column: str) -> int | None:
    whole = row.get(column)
    return None if whole is None else round(whole / row["customers"])
