"""How many moved from which group to which: a picture of streams, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.kit import formats

MOST_GROUPS = 6


@dataclass(frozen=True)
class Group:
    """A group on either side; `hue` is 0 to 4, None for one without a colour of its own."""

    name: str
    hue: int | None = None


@dataclass(frozen=True)
class Flows:
    """Streams from at most six groups on the left to at most six on the right.

    Attributes:
        sentence: what the picture shows, in words.
        moves: (place on the left, place on the right, how many), none of nothing.
        headings: of the table: from, to, how many.
    """

    sentence: str
    left: Sequence[Group]
    right: Sequence[Group]
    moves: Sequence[tuple[int, int, int]]
    headings: tuple[str, str, str]

    def __post_init__(self) -> None:
        if max(len(self.left), len(self.right)) > MOST_GROUPS:
            raise ValueError(f"a picture of streams has at most {MOST_GROUPS} groups a side")

    def spec(self) -> dict[str, Any]:
        """The description that `frontend/src/drawing` reads."""
        sides = (self.left, self.right)
        return {
            "kind": "flows",
            "sides": [[{"name": one.name, "hue": one.hue} for one in side] for side in sides],
            "moves": [list(move) for move in self.moves],
        }

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """The table: from, to, how many, the largest stream first."""
        for start, end, count in sorted(self.moves, key=lambda move: -move[2]):
            yield self.left[start].name, self.right[end].name, formats.count(count)
