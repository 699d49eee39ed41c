"""Features: pure functions from a shop and a date to one row per customer, or to a figure."""

from regulars.insight.features import (
    amount,
    distributions,
    lifecycle,
    occasions,
    preference,
    rfm,
    rhythm,
    summary,
    timing,
)

__all__ = [
    "amount",
    "distributions",
    "lifecycle",
    "occasions",
    "preference",
    "rfm",
    "rhythm",
    "summary",
    "timing",
]
