"""A sample of customers to learn from: the same people on every engine, whatever the order."""

from __future__ import annotations

from ibis.expr.types import BooleanColumn, Column

PARTS = 1 << 16
_MULTIPLIER = 2_654_435_761  # Knuth's multiplicative hashing: the golden ratio in 32 bits


def sampled(customer_id: Column, share: float, *, seed: int = 0) -> BooleanColumn:
    """Whether a customer is in a sample of about this share (0 to 1) of all customers.

    The same id and seed give the same answer everywhere, so a sample drawn on a laptop is that of
    a cluster. Whole-number ids are scattered by multiplication, text by its MD5.
    """
    return part_of(customer_id, seed=seed) < round(share * PARTS)


def part_of(customer_id: Column, *, seed: int = 0) -> Column:
    """A number from 0 to ``PARTS`` − 1, evenly spread over customers."""
    if customer_id.type().is_integer():
        low = (customer_id + seed) & 0x7FFFFFFF
        return ((low * _MULTIPLIER) & 0xFFFFFFFF) >> 16
    digest = (customer_id.cast("string") + f"#{seed}").hexdigest("md5")
    digits = [digest.substr(place, 1) for place in range(4)]
    value = None
    for digit in digits:
        one = digit.ascii_str()
        worth = (one >= 97).ifelse(one - 87, one - 48)
        value = worth if value is None else value * 16 + worth
    return value
