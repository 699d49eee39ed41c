"""How figures, money and time are written for people. Pure: no settings, no clock.

`chinese` chooses between the two languages of the product. What is missing (`None`) is always
a dash, never a zero. A minus is U+2212.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

MISSING = "—"
MINUS = "−"
WEEKDAYS_ZH = "一二三四五六日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
STEPS_ZH = ((10**8, 10**8, "亿"), (10**4, 10**4, "万"))
STEPS_EN = ((10**9, 10**9, "B"), (10**6, 10**6, "M"), (10**4, 10**3, "K"))

Number = int | float | Decimal
Kind = Literal["percent", "pp", "count", "money"]
Better = Literal["up", "down", "neither"]


@dataclass(frozen=True)
class Delta:
    """A change, told three times: arrow (`direction`), sign (in `text`) and tone."""

    text: str
    direction: Literal["up", "down", "flat"]
    tone: Literal["good", "poor", "flat"]


def _rounded(value: Number, places: int) -> Decimal:
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _grouped(size: Number, places: int) -> str:
    return f"{_rounded(size, places):,}"


def _minus(value: Number) -> str:
    return MINUS if value < 0 else ""


def count(value: Number | None, places: int = 0) -> str:
    """`12345` as `12,345`."""
    if value is None:
        return MISSING
    rounded = _rounded(value, places)
    return f"{_minus(rounded)}{_grouped(abs(rounded), places)}"


def _compact(size: Decimal, *, chinese: bool) -> str:
    for least, step, word in STEPS_ZH if chinese else STEPS_EN:
        if size >= least:
            return f"{_grouped(size / step, 1)}{word}"
    return _grouped(size, 0)


def count_short(value: Number | None, *, chinese: bool) -> str:
    """`123456` as `12.3万` or `123.5K`; below ten thousand in full."""
    if value is None:
        return MISSING
    exact = Decimal(str(value))
    return f"{_minus(exact)}{_compact(abs(exact), chinese=chinese)}"


def money(minor: int | None, *, sign: str) -> str:
    """An amount in a list: `¥1,234`, rounded to the unit."""
    if minor is None:
        return MISSING
    rounded = _rounded(Decimal(minor) / 100, 0)
    return f"{_minus(rounded)}{sign}{_grouped(abs(rounded), 0)}"


def money_exact(minor: int | None, *, sign: str) -> str:
    """An amount in a ledger or on a receipt: `¥1,234.00`."""
    if minor is None:
        return MISSING
    return f"{_minus(minor)}{sign}{_grouped(abs(Decimal(minor)) / 100, 2)}"


def money_short(minor: int | None, *, sign: str, chinese: bool) -> str:
    """An amount on a dashboard: `¥12.3万` or `$123.5K` from ten thousand up."""
    if minor is None:
        return MISSING
    return f"{_minus(minor)}{sign}{_compact(abs(Decimal(minor)) / 100, chinese=chinese)}"


def percent(ratio: Number | None, places: int = 1) -> str:
    """`0.462` as `46.2%`."""
    if ratio is None:
        return MISSING
    rounded = _rounded(Decimal(str(ratio)) * 100, places)
    return f"{_minus(rounded)}{abs(rounded)}%"


def points(difference: Number | None) -> str:
    """A difference of two ratios, in percentage points: `0.013` as `+1.3pp`."""
    if difference is None:
        return MISSING
    rounded = _rounded(Decimal(str(difference)) * 100, 1)
    return f"{_plus(rounded)}{abs(rounded)}pp"


def _plus(value: Number) -> str:
    return "+" if value > 0 else _minus(value)


def _size(size: Number, kind: Kind, sign: str) -> str:
    if kind == "percent":
        return percent(size)
    if kind == "pp":
        return points(size).lstrip("+")
    return money(int(size), sign=sign) if kind == "money" else count(size)


def delta(
    value: Number | None, kind: Kind = "percent", *, better: Better = "up", sign: str = "¥"
) -> Delta:
    """A change with arrow, sign and tone.

    Args:
        value: a ratio for `percent` and `pp`, minor units for `money`, a number for `count`.
        better: the direction that is good news; `neither` leaves the tone flat.
        sign: of the currency.
    """
    if value is None:
        return Delta(MISSING, "flat", "flat")
    written = _size(-value if value < 0 else value, kind, sign)
    if not any(character in "123456789" for character in written):
        return Delta(written, "flat", "flat")
    direction: Literal["up", "down"] = "up" if value > 0 else "down"
    tone: Literal["good", "poor", "flat"] = "good" if direction == better else "poor"
    return Delta(f"{_plus(value)}{written}", direction, "flat" if better == "neither" else tone)


def day(moment: date | None, *, this_year: int, chinese: bool) -> str:
    """`11月22日` or `22 Nov`, with the year when it is not this one."""
    if moment is None:
        return MISSING
    other = moment.year != this_year
    if chinese:
        return f"{f'{moment.year}年' if other else ''}{moment.month}月{moment.day}日"
    year = f" {moment.year}" if other else ""
    return f"{moment.day} {MONTHS_EN[moment.month - 1]}{year}"


def weekday(moment: date, *, chinese: bool) -> str:
    """`周六` or `Sat`."""
    return f"周{WEEKDAYS_ZH[moment.weekday()]}" if chinese else WEEKDAYS_EN[moment.weekday()]


def full_day(moment: date | None, *, this_year: int, chinese: bool) -> str:
    """`11月22日 周六` or `Sat 22 Nov`, with the year when it is not this one."""
    if moment is None:
        return MISSING
    written = day(moment, this_year=this_year, chinese=chinese)
    named = weekday(moment, chinese=chinese)
    return f"{written} {named}" if chinese else f"{named} {written}"


def clock_time(moment: datetime) -> str:
    """`14:30`, in the zone the moment carries."""
    return f"{moment:%H:%M}"


def day_and_time(moment: datetime | None, *, this_year: int, chinese: bool) -> str:
    """`11月22日 14:30` or `22 Nov 14:30`."""
    if moment is None:
        return MISSING
    return f"{day(moment, this_year=this_year, chinese=chinese)} {clock_time(moment)}"


def time_range(start: datetime, end: datetime) -> str:
    """`14:30–16:00`."""
    return f"{clock_time(start)}–{clock_time(end)}"


def since(moment: datetime | None, *, now: datetime, chinese: bool) -> str:
    """How long ago, under 24 hours; otherwise, or in the future, the day and time.

    Both moments must be aware; the date is written in the zone `moment` carries.
    """
    if moment is None:
        return MISSING
    age = now - moment
    if age < timedelta(0) or age >= timedelta(hours=24):
        this_year = now.astimezone(moment.tzinfo).year
        return day_and_time(moment, this_year=this_year, chinese=chinese)
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "刚刚" if chinese else "just now"
    if minutes < 60:
        return f"{minutes} 分钟前" if chinese else f"{minutes} min ago"
    return f"{minutes // 60} 小时前" if chinese else f"{minutes // 60} h ago"


def masked_phone(number: str | None) -> str:
    """`13812342384` as `138****2384`; a short number shows its last two digits at most."""
    if not number:
        return MISSING
    if len(number) < 8:
        return "*" * max(len(number) - 2, 0) + number[-2:]
    return f"{number[:-8]}****{number[-4:]}"
