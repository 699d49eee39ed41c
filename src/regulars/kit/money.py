"""Money: integers of the currency's minor unit (分, cents). No floats anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

MINOR_PER_MAJOR = 100


def parse_money(text: str) -> int:
    """Reads an amount as people and tills write it, in minor units.

    Accepts a currency sign, spaces, thousands separators, a leading or trailing minus and
    parentheses for negatives. Half a minor unit and finer is refused, never rounded.

    Raises:
        ValueError: the text is no amount, or finer than the minor unit.
    """
    bare = text.strip().replace("−", "-").replace("，", ",").replace("．", ".")
    negative = bare.startswith("(") and bare.endswith(")")
    bare = bare.strip("()").replace(",", "").replace(" ", "").strip("¥￥$£€元")
    if bare.endswith("-"):
        bare = "-" + bare[:-1]
    if bare.startswith("-"):
        negative, bare = not negative, bare[1:].lstrip("¥￥$£€")
    try:
        value = Decimal(bare) * MINOR_PER_MAJOR
    except InvalidOperation as error:
        raise ValueError(f"“{text}” is not an amount of money") from error
    if not value.is_finite() or "_" in bare:
        raise ValueError(f"“{text}” is not an amount of money")
    if value != value.to_integral_value():
        raise ValueError(f"“{text}” is finer than one hundredth")
    return -int(value) if negative else int(value)


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
