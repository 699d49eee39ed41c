"""Sets of minutes as whole numbers: bit n stands for the n-th minute of a window.

One number holds a month of one person, and `&`, `|` and shifts work on all its minutes at once.
Being minutes of UTC, they know nothing of clocks that are put forward or back; only the grid does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Bits = int
Span = tuple[int, int]
"""First minute and the minute after the last."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def minute_of(moment: datetime) -> int:
    """Whole minutes since 1970, rounded down."""
    return int((moment - _EPOCH).total_seconds() // 60)


def moment_of(minute: int) -> datetime:
    """The moment of a minute since 1970, in UTC."""
    return _EPOCH + timedelta(minutes=minute)


@dataclass(frozen=True)
class Window:
    """The minutes since 1970 from `first` to before `end`; bit 0 is `first`."""

    first: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.first

    @property
    def all(self) -> Bits:
        return (1 << self.length) - 1

    def bits(self, spans: Iterable[Span]) -> Bits:
        """The minutes of a few spans, cut off at the window's ends."""
        found = 0
        for begin, end in spans:
            low, high = max(begin - self.first, 0), min(end - self.first, self.length)
            if low < high:
                found |= ((1 << (high - low)) - 1) << low
        return found

    def minutes(self, bits: Bits) -> list[int]:
        """The minutes since 1970 that are in the set, rising."""
        size = -(-self.length // 8)
        loose = np.unpackbits(
            np.frombuffer(bits.to_bytes(size, "little"), np.uint8), bitorder="little"
        )
        minutes: list[int] = (np.flatnonzero(loose) + self.first).tolist()
        return minutes


def many(
    rows: int,
    which: npt.NDArray[np.int64],
    begins: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    window: Window,
) -> list[Bits]:
    """The minutes of many spans, a set for each of `rows`: span n belongs to row `which[n]`.

    The spans of one row must not overlap, as spans that a database constraint keeps apart do not;
    they may meet.
    """
    size = -(-(window.length + 1) // 8)
    marks = np.zeros((rows, size), np.uint8)
    flat = marks.reshape(-1)
    for edges in (begins, ends):
        bits = np.clip(edges - window.first, 0, window.length)
        np.bitwise_xor.at(flat, which * size + (bits >> 3), (1 << (bits & 7)).astype(np.uint8))
    return [_between(int.from_bytes(row.tobytes(), "little"), window) for row in marks]


def _between(marks: Bits, window: Window) -> Bits:
    """From where spans begin and end to what lies within: each minute has an odd number before."""
    reach = 1
    while reach < window.length and marks:
        marks ^= marks << reach
        reach *= 2
    return marks & window.all


def runs(free: Bits, minutes: int) -> Bits:
    """The minutes from which `minutes` in a row are in the set."""
    have = 1
    while have < minutes and free:
        step = min(have, minutes - have)
        free &= free >> step
        have += step
    return free


def shifted(bits: Bits, minutes: int) -> Bits:
    """The set, each minute `minutes` earlier (later, if negative)."""
    return bits >> minutes if minutes >= 0 else bits << -minutes


def spans_of(bits: Bits, window: Window) -> Iterator[Span]:
    """The set as spans of minutes since 1970, in order, none touching the next."""
    at = window.first
    while bits:
        skip = (bits & -bits).bit_length() - 1
        bits >>= skip
        size = (~bits & (bits + 1)).bit_length() - 1
        yield at + skip, at + skip + size
        bits >>= size
        at += skip + size


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same minutes as spans in order, those that meet or overlap made one."""
    whole: list[Span] = []
    for begin, end in sorted(spans):
        if whole and begin <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((begin, end))
    return whole


def grid(window: Window, slot: int, zone: ZoneInfo) -> Bits:
    """The minutes at which the clock on the wall shows a multiple of `slot` since midnight.

    Args:
        slot: minutes; divides 60.
    """
    found = 0
    for begin, end, offset in _offsets(window, zone):
        skip = -(begin + offset) % slot
        count = -(-(end - begin - skip) // slot)
        if count > 0:
            ticks = ((1 << count * slot) - 1) // ((1 << slot) - 1)
            found |= ticks << (begin - window.first + skip)
    return found & window.all


def _offsets(window: Window, zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """Parts of the window between which the clock is put forward or back: first, end, offset."""
    begin, offset = window.first, _offset(window.first, zone)
    for day in [*range(window.first + 1440, window.end, 1440), window.end]:
        after = _offset(day, zone)
        if after != offset:
            change = _change(day - 1440, day, zone)
            yield begin, change, offset
            begin, offset = change, after
    yield begin, window.end, offset


def _change(low: int, high: int, zone: ZoneInfo) -> int:
    """The first minute of the offset of `high`, after `low` with another offset."""
    after = _offset(high, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, zone) == after:
            high = middle
        else:
            low = middle
    return high


def _offset(minute: int, zone: ZoneInfo) -> int:
    ahead = moment_of(minute).astimezone(zone).utcoffset()
    return int(ahead.total_seconds() // 60) if ahead else 0
