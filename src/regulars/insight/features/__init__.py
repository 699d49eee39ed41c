"""Features: pure functions from a shop and a date to one row per customer, or a figure."""

from regulars.insight.features import amount, lifecycle, rfm, rhythm, summary

__all__ = ["amount", "lifecycle", "rfm", "rhythm", "summary"]
