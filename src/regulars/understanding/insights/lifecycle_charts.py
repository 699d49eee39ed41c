"""The pictures of the lifecycle: streams of a month, and counts over the months."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from regulars.kit import formats
from regulars.kit.charts import Chart, Series
from regulars.kit.flows import Flows, Group
from regulars.understanding.insights import rules, words
from regulars.understanding.insights.charts import month_name
from regulars.understanding.insights.rules import Row

HUES = {"potential": 4, "new": 2, "mature": 0, "at_risk": 1, "lost": 3}
"""The hue a stage keeps in every picture."""
UNKNOWN = "unknown"


def flows(rows: Sequence[Row], month: str) -> Flows:
    """Who moved from which stage to which within a month."""
    starts, ends = (UNKNOWN, *rules.STAGES), rules.STAGES
    moves = [
        (starts.index(row["from_stage"]), ends.index(row["to_stage"]), row["customers"])
        for row in rows
        if row["customers"]
    ]

    def moved(start: str | None, end: str) -> int:
        return sum(
            row["customers"]
            for row in rows
            if row["to_stage"] == end
            and row["from_stage"] != end
            and start in (None, row["from_stage"])
        )

    sentence = _(
        "In %(month)s %(risk)s customers became overdue, %(lost)s were lost, %(back)s came back"
        " to be regulars, %(new)s bought for the first time."
    ) % {
        "month": month_name(month),
        "risk": formats.count(moved(None, "at_risk")),
        "lost": formats.count(moved(None, "lost")),
        "back": formats.count(moved("at_risk", "mature") + moved("lost", "mature")),
        "new": formats.count(moved(UNKNOWN, "new") + moved("potential", "new")),
    }
    return Flows(
        sentence=sentence,
        left=[Group(_("Not known before")), *(_group(stage) for stage in ends)],
        right=[_group(stage) for stage in ends],
        moves=moves,
        headings=(_("At the start of the month"), _("At its end"), _("Customers")),
    )


def _group(stage: str) -> Group:
    return Group(str(words.STAGES[stage]), HUES[stage])


def months(rows: Sequence[Row]) -> Chart:
    """How many stood in each stage at the end of each month."""
    by = {(row["month"], row["stage"]): row["customers"] for row in rows}
    named = sorted({row["month"] for row in rows})
    first, last = named[0], named[-1]
    sentence = _(
        "From the end of %(first)s to the end of %(last)s regulars went from %(before)s to"
        " %(now)s, the overdue from %(risk_before)s to %(risk_now)s."
    ) % {
        "first": month_name(first),
        "last": month_name(last),
        "before": formats.count(by[first, "mature"]),
        "now": formats.count(by[last, "mature"]),
        "risk_before": formats.count(by[first, "at_risk"]),
        "risk_now": formats.count(by[last, "at_risk"]),
    }
    return Chart(
        kind="line",
        sentence=sentence,
        x=[month_name(month) for month in named],
        series=[
            Series(str(words.STAGES[stage]), [by[month, stage] for month in named], hue=HUES[stage])
            for stage in rules.STAGES
        ],
        x_name=_("Month"),
        tall=True,
    )
