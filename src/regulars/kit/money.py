"""Money: integers of the currency's minor unit (分, cents). No floats anywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

MINOR_PER_MAJOR = 100
SIGNS = " ¥$£€元"

# Grouped by thousands or not at all; at most 15 digits before the point and 9 after it.
_NUMBER = re.compile(r"(\d{1,3}(,\d{3}){1,4}|\d{1,15}|(?=\.\d))(\.\d{0,9})?", re.ASCII)


def read_decimal(text: str) -> Decimal:
    """Reads a number as people and tills write it.

    Accepts a currency sign, thousands separators, full-width characters, a leading or trailing
    minus and parentheses for negatives. A comma that separates no thousands is refused: "12,50"
    would otherwise become 1250.

    Raises:
        ValueError: the text is no number, or has over 15 digits before the point or 9 after it.
    """
    bare = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    negative = bare.startswith("(") and bare.endswith(")")
    bare = (bare[1:-1] if negative else bare).strip(SIGNS)
    if bare.startswith("-") or bare.endswith("-"):
        negative = not negative
        bare = bare.removeprefix("-").removesuffix("-").strip(SIGNS)
    if not _NUMBER.fullmatch(bare):
        raise ValueError(f"“{text}” is not a number")
    value = Decimal(bare.replace(",", ""))
    return -value if negative else value


def parse_money(text: str) -> int:
    """Reads an amount, as `read_decimal` does, in minor units. Nothing is rounded.

    Raises:
        ValueError: the text is no amount, or finer than the minor unit.
    """
    value = read_decimal(text) * MINOR_PER_MAJOR
    if value != value.to_integral_value():
        raise ValueError(f"“{text}” is finer than one hundredth")
    return int(value)


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Splits `total` in proportion to `weights` so that the parts sum exactly to it.

    The largest-remainder (Hamilton) method; equal remainders go to the earlier part. With all
    weights zero the parts are as equal as they can be.

    Args:
        total: minor units, of either sign.
        weights: non-negative integers, at least one.
    """
    if not weights or min(weights) < 0:
        raise ValueError("weights must be non-negative and at least one")
    if sum(weights) == 0:
        weights = [1] * len(weights)
    sign, size, whole = (-1 if total < 0 else 1), abs(total), sum(weights)
    parts = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
    for i in by_remainder[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]
