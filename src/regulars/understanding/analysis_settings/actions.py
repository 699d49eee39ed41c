"""Writing the settings of the analysis, and turning them into parameters of the next one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from regulars import insight
from regulars.insight.features.rfm import RfmCuts
from regulars.kit import audit
from regulars.kit.permissions import Actor, Permission
from regulars.understanding.analysis_settings.models import AnalysisSettings


@dataclass(frozen=True)
class Choice:
    """What is set, as plain values: see `AnalysisSettings`. `cuts` None is the shop's own."""

    acquisition_cost: int | None = None
    horizon_days: int | None = None
    cuts: RfmCuts | None = None

    def parameters(self, *, country: str) -> insight.Parameters:
        """An analysis by these settings."""
        return insight.Parameters(
            country=country,
            cuts=self.cuts,
            horizon_days=self.horizon_days,
            acquisition_cost=self.acquisition_cost,
        )


def chosen() -> Choice:
    """What is set now; nothing, in a business that never set anything."""
    return _read(AnalysisSettings.objects.first() or AnalysisSettings())


@transaction.atomic
def choose(choice: Choice, *, by: Actor, at: datetime) -> bool:
    """Sets what the next analyses go by; False when all of it stood there before.

    Raises:
        PermissionDenied: settings hold for every store; a grant at one is not enough.
    """
    by.must(Permission.SHAPE_BUSINESS)
    AnalysisSettings.objects.get_or_create(pk=1)
    row = AnalysisSettings.objects.select_for_update().get(pk=1)
    before = _read(row)
    if before == choice:
        return False
    row.acquisition_cost, row.horizon_days = choice.acquisition_cost, choice.horizon_days
    cuts = asdict(choice.cuts) if choice.cuts else {}
    for measure in ("recency", "frequency", "spend"):
        setattr(row, f"{measure}_cuts", list(cuts.get(measure, ())))
    row.save()
    changed = [name for name in asdict(choice) if getattr(before, name) != getattr(choice, name)]
    audit.record(
        "understanding.choose_settings",
        "settings:analysis",
        by=by,
        at=at,
        detail={"fields": changed},
    )
    return True


def _read(row: AnalysisSettings) -> Choice:
    cuts = None
    if row.recency_cuts:
        cuts = RfmCuts(tuple(row.recency_cuts), tuple(row.frequency_cuts), tuple(row.spend_cuts))
    return Choice(row.acquisition_cost, row.horizon_days, cuts)
