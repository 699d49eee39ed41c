"""Models: fit on a shop's past, then score its customers."""

from regulars.insight.models import return_rates

__all__ = ["return_rates"]
