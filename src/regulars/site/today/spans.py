"""The spans of days Today compares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TypedDict


class Bounds(TypedDict):
    """The arguments by which the reads of `sales` take a span."""

    first: date
    last: date
    until: time


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, the last one only up to the time of day `until`."""

    key: str
    first: date
    last: date
    until: time

    @property
    def bounds(self) -> Bounds:
        return {"first": self.first, "last": self.last, "until": self.until}

    @property
    def before(self) -> Span:
        """The span it is held against, up to the same time of its last day.

        One day is held against the same weekday of the week before, because weekdays differ more
        than weeks do; several days against as many days just before them.
        """
        shift = timedelta(days=STEPS_BACK[self.key])
        return replace(self, first=self.first - shift, last=self.last - shift)


DAYS = {"today": 1, "7d": 7, "30d": 30}
STEPS_BACK = {"today": 7, "7d": 7, "30d": 30}
CHART_DAYS = 56


def span(key: str, now: datetime) -> Span:
    """The span called `key`, today when there is none such; `now` in the zone of the business."""
    known = key if key in DAYS else "today"
    last = now.date()
    return Span(known, last - timedelta(days=DAYS[known] - 1), last, now.time())
