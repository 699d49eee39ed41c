"""Churn warning: the chance that a customer stays away longer than their own rhythm allows.

``fit`` looks back to several past dates, learns from what customers did after them, and holds the
latest one back to judge itself; see ``model`` for what a fitted warning tells.
"""

from regulars.insight.models.churn.model import ChurnWarning, fit
from regulars.insight.models.churn.target import HorizonRule

__all__ = ["ChurnWarning", "HorizonRule", "fit"]
