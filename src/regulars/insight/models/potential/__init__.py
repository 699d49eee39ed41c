"""Who spends little today but looks like those who grew.

Someone **spends little** on a date when they bought in the ``horizon_days`` before it and their
net spend of that time is at most the median of all who bought then. They **grew** when in the
``horizon_days`` after it they spent at least what the upper quarter had spent before it. What past
dates show is learned by a logistic regression (Cox 1958) on scaled features of ``history``,
calibrated on customers it has not seen (Platt 1999); the chance given is what customers with as
high a score did. It is an observation: being asked or invited was not part of it.
"""

from regulars.insight.models.potential.model import Potential, fit

__all__ = ["Potential", "fit"]
