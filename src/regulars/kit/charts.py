"""What a chart says, before anything is drawn: labels, series, unit, and one sentence.

The page shows the same numbers twice: drawn by `<r-chart>`, and as a table below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from regulars.kit import formats

Unit = Literal["money", "count", "percent"]
MAX_SERIES = 5


@dataclass(frozen=True)
class Series:
    """One line, one colour of bars, or one set of dots.

    `values`, `low` and `high` are parallel to the chart's `x`: minor units for money, ratios for
    percent. None leaves a gap. `hue` is 0 to 4; parts of one thing (actual, forecast) share one.
    """

    name: str
    values: Sequence[float | None]
    low: Sequence[float | None] | None = None
    high: Sequence[float | None] | None = None
    dashed: bool = False
    hue: int | None = None


@dataclass(frozen=True)
class Chart:
    """A chart of at most five series.

    Attributes:
        kind: `line` (with bands where a series has `low` and `high`), `bars` from zero, or `dots`
            with intervals.
        sentence: what the chart shows, in words; read out in its place.
        x_name: heading of the labels in the table.
        interval: what `low` and `high` are, as in "80% interval".
        mark: a label of `x` to draw a line at, and its word.
        across: bars lie, for long labels.
        stacked: bars of the same label stand on one another.
    """

    kind: Literal["line", "bars", "dots"]
    sentence: str
    x: Sequence[str]
    series: Sequence[Series]
    unit: Unit = "count"
    x_name: str = ""
    interval: str = ""
    mark: tuple[str, str] | None = None
    across: bool = False
    stacked: bool = False
    tall: bool = False

    def __post_init__(self) -> None:
        if len(self.series) > MAX_SERIES:
            raise ValueError(f"a chart shows at most {MAX_SERIES} series, not {len(self.series)}")
        for series in self.series:
            for values in (series.values, series.low, series.high):
                if values is not None and len(values) != len(self.x):
                    raise ValueError(f"series {series.name!r} has not one value per label")

    def spec(self, *, sign: str, chinese: bool) -> dict[str, Any]:
        """The description that `frontend/src/drawing` reads."""
        return {
            "kind": self.kind,
            "x": list(self.x),
            "series": [
                {
                    "name": series.name,
                    "values": list(series.values),
                    "low": series.low and list(series.low),
                    "high": series.high and list(series.high),
                    "dashed": series.dashed,
                    "hue": series.hue,
                }
                for series in self.series
            ],
            "unit": {"style": self.unit, "sign": sign, "chinese": chinese},
            "mark": self.mark and {"at": self.mark[0], "label": self.mark[1]},
            "across": self.across,
            "stacked": self.stacked,
        }

    def figure(self, value: float | None, *, sign: str) -> str:
        """One value as the table writes it."""
        if value is None:
            return formats.MISSING
        if self.unit == "money":
            return formats.money(round(value), sign=sign)
        if self.unit == "percent":
            return formats.percent(value)
        return formats.count(value, 0 if float(value).is_integer() else 1)

    def rows(self, *, sign: str) -> Iterator[tuple[str, list[str]]]:
        """Label and written values, an interval after each series that has one."""
        for at, label in enumerate(self.x):
            cells = []
            for series in self.series:
                cells.append(self.figure(series.values[at], sign=sign))
                if series.low is not None and series.high is not None:
                    low, high = series.low[at], series.high[at]
                    both = f"{self.figure(low, sign=sign)} – {self.figure(high, sign=sign)}"
                    cells.append(formats.MISSING if low is None else both)
            yield label, cells
