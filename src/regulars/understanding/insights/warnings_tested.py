"""How the chances of leaving did on what they had not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext

from regulars.kit import formats
from regulars.kit.charts import Chart, Series
from regulars.understanding.insights.warnings_words import CONTESTANTS


@dataclass(frozen=True)
class Tested:
    """How the warning did on what it had not seen."""

    test: Mapping[str, Any]
    rows: list[tuple[str, Mapping[str, Any]]]
    calibration: Chart
    by_date: bool
    windows: int

    @property
    def tested_on(self) -> date:
        return date.fromisoformat(self.test["tested_on"])

    @property
    def blend(self) -> Mapping[str, Any]:
        """The measures of what is shown."""
        first: Mapping[str, Any] = self.test["scores"][0]
        return first


def tested(told: Mapping[str, Any]) -> Tested | None:
    """The back-test of a run's churn warning; None where shares stand in for it."""
    if told.get("method") != "members":
        return None
    test = told["back_test"]
    return Tested(
        test=test,
        rows=[(str(CONTESTANTS[one["name"]]), one) for one in test["scores"]],
        calibration=calibration(test["curve"]),
        by_date=test["by"] == "date",
        windows=len(told["windows"]),
    )


def calibration(curve: list[Mapping[str, Any]]) -> Chart:
    """What was predicted beside what happened, group by group."""
    groups = [formats.percent(point["predicted"], 0) for point in curve]
    widest = max(curve, key=lambda point: abs(point["observed"] - point["predicted"]))
    sentence = gettext("Widest apart: %(predicted)s predicted, %(observed)s happened.") % {
        "predicted": formats.percent(widest["predicted"], 0),
        "observed": formats.percent(widest["observed"], 0),
    }
    return Chart(
        kind="line",
        sentence=sentence,
        x=groups,
        series=[
            Series(
                gettext("Predicted"), [point["predicted"] for point in curve], dashed=True, hue=0
            ),
            Series(gettext("Happened"), [point["observed"] for point in curve], hue=1),
        ],
        unit="percent",
        x_name=gettext("Predicted"),
    )
