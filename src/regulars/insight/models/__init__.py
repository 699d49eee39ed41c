"""Models: fit on a shop's past, then score its customers."""

from regulars.insight.models import clv, return_rates

__all__ = ["clv", "return_rates"]
