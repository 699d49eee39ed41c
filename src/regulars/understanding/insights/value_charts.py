"""The charts of the value page."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from regulars.kit import formats
from regulars.kit.charts import Chart, Series
from regulars.kit.grids import Cell, Grid, shade
from regulars.kit.templatetags.formats import currency_sign
from regulars.understanding.insights import value_rules, value_words, words
from regulars.understanding.insights.charts import short_money
from regulars.understanding.insights.rules import Row

TALL_FROM = 7
MOST_GROUPS = 12


def band(row: Row) -> str:
    """The bounds of one class of expected spend."""
    high = row["spend_to"]
    return words.money_from(row["spend_from"], high - 1 if high else None, currency_sign())


def distribution(rows: Sequence[Row]) -> Chart:
    """How many customers may spend how much."""
    most = max(rows, key=lambda row: row["customers"])
    people = sum(row["customers"] for row in rows)
    sentence = _("Most common: %(range)s, expected of %(share)s of %(people)s customers.") % {
        "range": band(most),
        "share": formats.percent(most["customers"] / people),
        "people": formats.count(people),
    }
    return Chart(
        kind="bars",
        sentence=sentence,
        x=[band(row) for row in rows],
        series=[Series(_("Customers"), [row["customers"] for row in rows])],
        x_name=_("May spend in 12 months"),
        tall=len(rows) >= TALL_FROM,
    )


def concentration(rows: Sequence[Row]) -> Chart:
    """What the best so many customers hold of what is expected, and of what was spent."""
    share = value_rules.top_share(rows)
    sentence = _("The tenth of whom most is expected may bring %(share)s of it.") % {
        "share": formats.percent(share)
    }
    start = {"share_of_customers": 0.0, "share_of_expected": 0.0, "share_of_past": 0.0}
    points = [start, *rows]
    return Chart(
        kind="line",
        sentence=sentence,
        x=[formats.percent(row["share_of_customers"], 0) for row in points],
        series=[
            Series(_("Next 12 months"), [row["share_of_expected"] for row in points]),
            Series(_("Last 12 months"), [row["share_of_past"] for row in points], dashed=True),
        ],
        unit="percent",
        x_name=_("Best customers"),
    )


def groups(dimension: str, found: Sequence[value_rules.Sum]) -> Chart:
    """Expected spend of one customer by group, with the interval of the mean."""
    shown = found[:MOST_GROUPS]
    best = shown[0]
    sentence = _("%(name)s: %(each)s each on average, the most of all groups.") % {
        "name": value_words.group(dimension, best.value),
        "each": short_money(best.each),
    }
    return Chart(
        kind="dots",
        sentence=sentence,
        x=[value_words.group(dimension, one.value) for one in shown],
        series=[
            Series(
                _("May spend in 12 months, each"),
                [one.each for one in shown],
                low=[one.each_low for one in shown],
                high=[one.each_high for one in shown],
            )
        ],
        unit="money",
        x_name=value_words.dimension(dimension),
        interval=_("80% interval"),
        tall=len(shown) >= TALL_FROM,
    )


def cohorts(found: Sequence[value_rules.Cohort]) -> Grid:
    """Who of each quarter's newcomers bought again, quarter by quarter."""
    ages = len(found[0].returning)
    known = [one for one in found if one.returning and one.returning[0] is not None]
    mean = sum((one.returning[0] or 0.0) * one.customers for one in known)
    people = sum(one.customers for one in known)
    sentence = _(
        "Of those who began, %(share)s bought in the quarter after their first; the stronger the"
        " colour, the more."
    ) % {"share": formats.percent(mean / people if people else None)}

    def cell(share: float | None) -> Cell:
        if share is None:
            return Cell("", 0)
        return Cell(formats.percent(share, 0), shade(share, 1.0))

    return Grid(
        sentence,
        [_("+%(age)s quarters") % {"age": age} for age in range(1, ages + 1)],
        [(one.name, [cell(share) for share in one.returning]) for one in found],
    )
