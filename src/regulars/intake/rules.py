"""How cells are read: dates, times, numbers and words. Pure: no database, no clock.

Each reader returns the value or raises `Bad` with a code of `reasons.REASONS`. The readers are
cached: a file of a million lines has few thousand different dates and prices.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from regulars.kit.money import MINOR_PER_MAJOR
from regulars.people.drafts import Birth

DATE_ORDERS = ["ymd", "mdy", "dmy"]
EARLIEST_YEAR = 1990
QUANTITY_DIGITS = 3
LARGEST = 10**12

_YEAR_FIRST = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?!\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_TIME = re.compile(
    r"(上午|下午|晚上|[AP]M)?(\d{1,2})[:：](\d{2})(?:[:：](\d{2})(?:\.\d+)?)?([AP]M)?"
    r"(Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+\.?\d*|\.\d+", re.ASCII)
_SIGNS = " ¥$£€元"
_BIRTH_DAY = re.compile(r"(\d{1,2})[-/.月](\d{1,2})日?")


class Bad(ValueError):
    """A cell that cannot be read; `code` is one of `reasons.REASONS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@lru_cache(maxsize=65536)
def read_moment(text: str, order: str) -> datetime:
    """A date, perhaps with a time of day; aware when the text names a zone.

    Args:
        order: of day, month and year where the text does not begin with the year: one of
            `DATE_ORDERS`; with "ymd" only texts that begin with the year are read.
    """
    day, rest = _split_date(unicodedata.normalize("NFKC", text).strip(), order)
    rest = rest.strip().removeprefix("T").strip(" ,")
    return datetime.combine(day, _read_time(rest) if rest else time())


@lru_cache(maxsize=4096)
def read_time(text: str) -> time:
    """A time of day such as 15:50, 3:50:00 PM or 下午3:50."""
    return _read_time(unicodedata.normalize("NFKC", text).strip())


def _split_date(text: str, order: str) -> tuple[date, str]:
    found = _YEAR_FIRST.match(text)
    if found:
        year, month, day = found[1], found[2] or found[4], found[3] or found[5]
    else:
        found = _YEAR_LAST.match(text)
        if not found or order == "ymd":
            raise Bad("not_a_date")
        year, month, day = found[4], found[1], found[3]
        if order == "dmy":
            month, day = day, month
        if len(year) == 2:
            raise Bad("short_year")
    try:
        return date(int(year), int(month), int(day)), text[found.end() :]
    except ValueError:
        raise Bad("impossible_date") from None


def _read_time(text: str) -> time:
    found = _TIME.fullmatch(text.replace(" ", ""))
    if not found:
        raise Bad("not_a_time")
    half = (found[1] or found[5] or "").upper()
    hour = int(found[2])
    if half in {"PM", "下午", "晚上"} and hour < 12:
        hour += 12
    elif half in {"AM", "上午"} and hour == 12:
        hour = 0
    try:
        moment = time(hour, int(found[3]), int(found[4] or 0))
        return time.fromisoformat(f"{moment}{found[6].upper()}") if found[6] else moment
    except ValueError:
        raise Bad("not_a_time") from None


def date_orders(texts: Sequence[str]) -> list[str]:
    """The orders in which the most of `texts` are dates; more than one means: ask.

    Some may be impossible days; where fewer than half are dates in any order, there is none.
    """
    dates = {order: sum(_is_moment(text, order) for text in texts) for order in DATE_ORDERS}
    most = max(dates.values())
    return [order for order, count in dates.items() if count == most and 2 * most >= len(texts) > 0]


def _is_moment(text: str, order: str) -> bool:
    try:
        read_moment(text, order)
    except Bad:
        return False
    return True


@lru_cache(maxsize=65536)
def read_number(text: str) -> Decimal:
    """A number with or without currency sign, thousands separators, and minus in any place.

    A comma that separates no thousands is refused: "12,50" must not become 1250.
    """
    bare = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    negative = bare.startswith("(") and bare.endswith(")")
    bare = (bare[1:-1] if negative else bare).strip(_SIGNS)
    if bare[:1] == "-" or bare[-1:] == "-":
        negative, bare = not negative, bare.removeprefix("-").removesuffix("-").strip(_SIGNS)
    if not _NUMBER.fullmatch(bare):
        return _read_exponent(text)
    value = Decimal(bare.replace(",", ""))
    if value >= LARGEST:
        raise Bad("too_large")
    return -value if negative else value


def _read_exponent(text: str) -> Decimal:
    if not re.fullmatch(r"-?\d+(\.\d+)?e[+-]?\d{1,2}", text.strip(), re.IGNORECASE):
        raise Bad("not_a_number")
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        raise Bad("not_a_number") from None
    if abs(value) >= LARGEST:
        raise Bad("too_large")
    return value


def in_minor_units(amount: Decimal) -> int:
    """An amount of money in minor units; nothing is rounded."""
    minor = amount * MINOR_PER_MAJOR
    if minor != minor.to_integral_value():
        raise Bad("finer_than_a_cent")
    return int(minor)


@lru_cache(maxsize=65536)
def read_money(text: str) -> int:
    """An amount in minor units."""
    return in_minor_units(read_number(text))


@lru_cache(maxsize=4096)
def read_quantity(text: str) -> Decimal:
    """A quantity of at most three decimals, not zero unless written so."""
    value = read_number(text)
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > QUANTITY_DIGITS:
        raise Bad("finer_than_a_thousandth")
    if abs(value) >= 10**9:
        raise Bad("too_large")
    return value


def read_birth(text: str, order: str, *, lunar: bool = False) -> Birth:
    """A birth date, with or without its year: 1990-03-15, 3月15日, 03-15."""
    bare = unicodedata.normalize("NFKC", text).strip()
    for mark in ("农历", "阴历", "lunar"):
        if bare.lower().startswith(mark):
            bare, lunar = bare[len(mark) :].strip(), True
    short = _BIRTH_DAY.fullmatch(bare)
    if short:
        month, day = int(short[1]), int(short[2])
        if order == "dmy" and "月" not in bare:
            month, day = day, month
        _must_be_a_day(2000, month, day, lunar=lunar)
        return Birth(month, day, lunar=lunar)
    found, _rest = _birth_parts(bare, order, lunar=lunar)
    return found


def _birth_parts(text: str, order: str, *, lunar: bool) -> tuple[Birth, str]:
    found = _YEAR_FIRST.match(text)
    if found and lunar:  # a lunar 30 February exists, so the solar calendar must not judge it
        year, month, day = int(found[1]), int(found[2] or found[4]), int(found[3] or found[5])
        _must_be_a_day(year, month, day, lunar=True)
        return Birth(month, day, year, lunar=True), ""
    day_born, rest = _split_date(text, order)
    if not 1880 <= day_born.year <= 2200:
        raise Bad("impossible_date")
    return Birth(day_born.month, day_born.day, day_born.year, lunar=lunar), rest


def _must_be_a_day(year: int, month: int, day: int, *, lunar: bool) -> None:
    if lunar and 1 <= month <= 12 and 1 <= day <= 30:
        return
    try:
        date(year, month, day)
    except ValueError:
        raise Bad("impossible_date") from None


_SEXES = {
    "female": {"f", "female", "woman", "w", "ms", "mrs", "女", "女士", "女性", "小姐"},
    "male": {"m", "male", "man", "mr", "男", "男士", "男性", "先生"},
    "other": {"other", "o", "其他", "其它"},
    "": {"", "unknown", "未知", "保密", "不详", "-"},
}
_SEX_WORDS = {word: sex for sex, words in _SEXES.items() for word in words}


def read_sex(text: str) -> str:
    """female, male, other, or "" where the file says that nobody knows."""
    try:
        return _SEX_WORDS[text.strip().lower()]
    except KeyError:
        raise Bad("unknown_sex") from None


_YES = {"true", "t", "yes", "y", "1", "是", "有", "启用", "在售", "上架", "active", "on"}
_NO = {"false", "f", "no", "n", "0", "否", "无", "停用", "停售", "下架", "inactive", "off", ""}


def read_yes_no(text: str) -> bool:
    """Yes or no, in the words tills use."""
    word = text.strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Bad("not_yes_or_no")


_SERVICES = {"service", "services", "服务", "项目", "服务项目"}
_PRODUCTS = {"product", "products", "retail", "goods", "商品", "产品", "零售"}


def read_item_kind(text: str) -> str:
    """service or product."""
    word = text.strip().lower()
    if word in _SERVICES:
        return "service"
    if word in _PRODUCTS:
        return "product"
    raise Bad("unknown_kind")


def read_word(text: str) -> str:
    """A kind of event as a word of small letters, digits and underscores."""
    word = re.sub(r"[\s\-]+", "_", text.strip().lower())
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", word):
        raise Bad("not_a_word")
    return word
