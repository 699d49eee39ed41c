"""The published results of analysis runs: what pages show and lists sort by."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from regulars.offer.models import Store
from regulars.people.models import Customer
from regulars.understanding.analysis_settings.models import AnalysisSettings
from regulars.understanding.lists.models import ListMember, SavedList
from regulars.understanding.warnings.models import FollowUp, FollowUpEntry, Warned

__all__ = [
    "AnalysisSettings",
    "CustomerResult",
    "Figure",
    "FollowUp",
    "FollowUpEntry",
    "ListMember",
    "Run",
    "SavedList",
    "Warned",
]


class Run(models.Model):
    """One analysis. Its results appear all at once, when `published_at` is set, or not at all.

    `as_of` is the day whose 00:00 (store time) ends what was counted. `error` is the message id of
    a sentence for people, `step` what a running one is doing (see `analysis.STEPS`).
    `manifest` is what `insight.runs` wrote of inputs, versions and timings.
    """

    QUEUED, RUNNING, PUBLISHED, FAILED = "queued", "running", "published", "failed"

    as_of = models.DateField()
    trigger = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default=QUEUED)
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    step = models.CharField(max_length=20, blank=True)
    manifest = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["-published_at"], name="run_published")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running", "published", "failed"]),
                name="run_state",
            ),
            models.CheckConstraint(
                condition=Q(state="published", published_at__isnull=False)
                | (~Q(state="published") & Q(published_at__isnull=True)),
                name="run_published_has_its_time",
            ),
        ]

    @property
    def seconds(self) -> float | None:
        """How long it worked; None while it has not ended."""
        ended = self.published_at or self.failed_at
        return (ended - self.started_at).total_seconds() if ended and self.started_at else None


class CustomerResult(models.Model):
    """What a run found about one customer. Money in minor units, gaps in days.

    The columns are those that lists filter and sort by; everything else a run knows of the customer
    (favourites, times, regularity, reasons) is in `detail` under its name in `insight`.

    `expected_*` look 365 days ahead; `low` and `high` end the 80% interval. `no_return` is the
    chance of no purchase within the customer's own horizon, `expected_loss` what would go with it.
    `traits` are codes such as "age:30-39" or "tier:elite": every group of customers that a figure
    shows is the customers with its code (`insight.features.traits`).
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="customers", db_index=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="results")
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    purchases = models.IntegerField()
    purchase_days = models.IntegerField()
    spend = models.BigIntegerField()
    spend_365d = models.BigIntegerField()
    average_order = models.BigIntegerField(null=True)
    r_score = models.SmallIntegerField(null=True)
    f_score = models.SmallIntegerField(null=True)
    m_score = models.SmallIntegerField(null=True)
    segment = models.CharField(max_length=20, null=True)
    stage = models.CharField(max_length=12)
    usual_gap_days = models.FloatField(null=True)
    overdue_ratio = models.FloatField(null=True)
    expected_next_on = models.DateField(null=True)
    no_return = models.FloatField(null=True)
    no_return_low = models.FloatField(null=True)
    no_return_high = models.FloatField(null=True)
    no_return_n = models.IntegerField(null=True)
    expected_purchases = models.FloatField(null=True)
    expected_spend = models.BigIntegerField(null=True)
    expected_spend_low = models.BigIntegerField(null=True)
    expected_spend_high = models.BigIntegerField(null=True)
    p_alive = models.FloatField(null=True)
    expected_loss = models.BigIntegerField(null=True)
    cause = models.CharField(max_length=16, null=True)
    traits = ArrayField(models.CharField(max_length=80), default=list)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["run", "-spend_365d", "-customer"], name="result_by_year"),
            models.Index(fields=["run", "-spend", "-customer"], name="result_by_spend"),
            models.Index(fields=["run", "-purchase_days", "-customer"], name="result_by_days"),
            models.Index(fields=["run", "-last_on", "-customer"], name="result_by_last"),
            models.Index(fields=["run", "-no_return", "-customer"], name="result_by_risk"),
            models.Index(
                fields=["run", "stage", "-spend_365d", "-customer"], name="result_by_stage"
            ),
            models.Index(
                fields=["run", "segment", "-spend_365d", "-customer"], name="result_by_segment"
            ),
            models.Index(
                fields=["run", "r_score", "f_score", "-spend_365d", "-customer"],
                name="result_by_cell",
            ),
            models.Index(fields=["run", "expected_next_on"], name="result_by_expected"),
            models.Index(fields=["run", "-expected_spend", "-customer"], name="result_by_value"),
            models.Index(fields=["run", "-expected_loss", "-customer"], name="result_by_loss"),
            GinIndex(fields=["traits"], name="result_by_trait"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["run", "customer"], name="one_result_a_customer"),
            models.CheckConstraint(
                condition=Q(no_return__isnull=True)
                | Q(no_return__range=(0, 1), no_return_low__isnull=False),
                name="no_return_shows_its_interval",
            ),
            models.CheckConstraint(
                condition=Q(expected_spend__isnull=True)
                | Q(expected_spend_low__isnull=False, expected_spend_high__isnull=False),
                name="expected_spend_shows_its_interval",
            ),
        ]


class Figure(models.Model):
    """One table of a run about the whole business, or (with `store`) about one store."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="figures", db_index=False)
    store = models.ForeignKey(Store, null=True, on_delete=models.CASCADE)
    name = models.CharField(max_length=40)
    rows = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "store", "name"], nulls_distinct=False, name="figure_once_a_run"
            )
        ]
