"""The one row of what a business sets for its analyses."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

SHORTEST_HORIZON, LONGEST_HORIZON = 14, 365
MOST_CUTS = 4


class AnalysisSettings(models.Model):
    """What every later analysis goes by. There is at most one row; without it nothing is set.

    Attributes:
        acquisition_cost: what winning one new customer costs, minor units; None is unknown.
        horizon_days: after how many days without a purchase a customer counts as having stayed
            away; None is each customer's own.
        recency_cuts, frequency_cuts, spend_cuts: upper ends of the RFM bands but the last, rising,
            in days, purchase days and minor units; all empty means the shop's own, found anew by
            every analysis. The migration holds that they rise.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    acquisition_cost = models.BigIntegerField(null=True)
    horizon_days = models.IntegerField(null=True)
    recency_cuts = ArrayField(models.IntegerField(), default=list)
    frequency_cuts = ArrayField(models.IntegerField(), default=list)
    spend_cuts = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="analysis_settings_one_row"),
            models.CheckConstraint(
                condition=Q(acquisition_cost__isnull=True) | Q(acquisition_cost__gte=0),
                name="acquisition_cost_is_a_cost",
            ),
            models.CheckConstraint(
                condition=Q(horizon_days__isnull=True)
                | Q(horizon_days__range=(SHORTEST_HORIZON, LONGEST_HORIZON)),
                name="horizon_within_bounds",
            ),
        ]
