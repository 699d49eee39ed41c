"""Points in the colour of their group: a picture, and its groups as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.kit import formats

HUES = 5


@dataclass(frozen=True)
class Cloud:
    """One group of points. `mark` is written in its middle; `number` gives colour and shape."""

    name: str
    mark: str
    number: int
    points: Sequence[tuple[float, float]]

    @property
    def hue(self) -> int:
        return (self.number - 1) % HUES

    @property
    def middle(self) -> tuple[float, float]:
        count = len(self.points) or 1
        across, up = (sum(point[side] for point in self.points) / count for side in (0, 1))
        return round(across, 2), round(up, 2)


@dataclass(frozen=True)
class Scatter:
    """Groups of points on two axes without figures: `across` and `up` say what more of it means.

    Attributes:
        sentence: what the picture shows, in words.
        headings: of the table: group, points, place across, place up.
    """

    sentence: str
    clouds: Sequence[Cloud]
    across: str
    up: str
    headings: tuple[str, str, str, str]

    def spec(self) -> dict[str, Any]:
        """The description that `frontend/src/drawing` reads."""
        return {
            "kind": "points",
            "across": self.across,
            "up": self.up,
            "clouds": [
                {
                    "name": one.name,
                    "mark": one.mark,
                    "hue": one.hue,
                    "second": one.number > HUES,
                    "points": [list(point) for point in one.points],
                    "middle": list(one.middle),
                }
                for one in self.clouds
            ],
        }

    def rows(self) -> Iterator[tuple[str, list[str]]]:
        """The table: where the middle of each group lies."""
        for one in self.clouds:
            across, up = one.middle
            yield (
                f"{one.mark} {one.name}",
                [formats.count(len(one.points)), formats.count(across, 1), formats.count(up, 1)],
            )
