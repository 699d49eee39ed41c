"""The charts of the page of those who may leave."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.kit import formats
from regulars.kit.charts import Chart, Series
from regulars.understanding.insights.charts import month_name
from regulars.understanding.insights.rules import Row
from regulars.understanding.insights.warnings_words import DRIVERS

MOST_DRIVERS = 8


def drivers(rows: Sequence[Row]) -> Chart:
    """How often a sign is among the strongest of a customer."""
    shown = [row for row in rows if row["code"] in DRIVERS][:MOST_DRIVERS]
    names = [str(DRIVERS[row["code"]]) for row in shown]
    sentence = _("“%(name)s” is most often among the strongest signs: for %(count)s customers.") % {
        "name": names[0],
        "count": formats.count(shown[0]["customers"]),
    }
    return Chart(
        kind="bars",
        sentence=sentence,
        x=names,
        series=[Series(_("Customers"), [row["customers"] for row in shown])],
        x_name=pgettext("driver", "Sign"),
        across=True,
    )


def prices(rows: Sequence[Row]) -> Chart | None:
    """The price index, month by month; None with less than three months of it."""
    told = [row for row in rows if row["price_index"] is not None]
    if len(told) < 3:
        return None
    change = told[-1]["price_index"] / told[0]["price_index"] - 1
    words = _("The same things cost %(change)s more than in %(month)s.")
    if change < 0:
        words = _("The same things cost %(change)s less than in %(month)s.")
    sentence = words % {
        "change": formats.percent(abs(change)),
        "month": month_name(told[0]["month"]),
    }
    return Chart(
        kind="line",
        sentence=sentence,
        x=[month_name(row["month"]) for row in told],
        series=[Series(_("Prices (first month 100)"), [row["price_index"] for row in told])],
        x_name=_("Month"),
    )
