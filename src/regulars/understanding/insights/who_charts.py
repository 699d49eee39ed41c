"""A trait crossed with value and frequency: three small pictures beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from regulars.kit import formats
from regulars.kit.charts import Chart, Series
from regulars.understanding.insights.charts import TALL_FROM, short_money
from regulars.understanding.insights.rules import Row
from regulars.understanding.traits_words import VALUES, dimension_words, value_words

MOST = 12
"""So many values are drawn; the table holds the others."""


def in_order(rows: Sequence[Row], dimension: str) -> list[Row]:
    """Ages by age, everything else by how many there are."""
    if dimension == "age":
        order = list(VALUES["age"])
        return sorted(rows, key=lambda row: order.index(row["value"]))
    return sorted(rows, key=lambda row: (-row["customers"], str(row["value"])))


def crossed(rows: Sequence[Row], dimension: str) -> list[Chart]:
    """How many customers, what each spends and how often each comes, by the values of a trait."""
    shown = rows[:MOST]
    compared = [row for row in shown if row["mean_spend_low"] is not None]
    charts = [_people(shown, dimension)]
    if compared:
        charts += [_spend(compared, dimension), _days(compared, dimension)]
    return charts


def _labels(rows: Sequence[Row], dimension: str) -> list[str]:
    return [value_words(dimension, row["value"]) for row in rows]


def _people(rows: Sequence[Row], dimension: str) -> Chart:
    most = max(rows, key=lambda row: row["customers"])
    recorded = sum(row["customers"] for row in rows)
    sentence = _("Most are %(value)s: %(share)s of those on record here.") % {
        "value": value_words(dimension, most["value"]),
        "share": formats.percent(most["customers"] / recorded, 0),
    }
    return Chart(
        kind="bars",
        sentence=sentence,
        x=_labels(rows, dimension),
        series=[Series(_("Customers"), [row["customers"] for row in rows])],
        x_name=dimension_words(dimension),
        across=True,
        tall=len(rows) >= TALL_FROM,
    )


def _spend(rows: Sequence[Row], dimension: str) -> Chart:
    best = max(rows, key=lambda row: row["mean_spend"])
    sentence = _("%(value)s spends most: %(mean)s in 12 months on average (%(low)s–%(high)s).") % {
        "value": value_words(dimension, best["value"]),
        "mean": short_money(best["mean_spend"]),
        "low": short_money(best["mean_spend_low"]),
        "high": short_money(best["mean_spend_high"]),
    }
    return Chart(
        kind="dots",
        sentence=sentence,
        x=_labels(rows, dimension),
        series=[_interval(rows, "mean_spend", _("Spend of each in 12 months"))],
        unit="money",
        x_name=dimension_words(dimension),
        interval=_("80% interval"),
        tall=len(rows) >= TALL_FROM,
    )


def _days(rows: Sequence[Row], dimension: str) -> Chart:
    best = max(rows, key=lambda row: row["days_a_year"])
    sentence = _("%(value)s comes most often: %(mean)s days in 12 months (%(low)s–%(high)s).") % {
        "value": value_words(dimension, best["value"]),
        "mean": formats.count(best["days_a_year"], 1),
        "low": formats.count(best["days_a_year_low"], 1),
        "high": formats.count(best["days_a_year_high"], 1),
    }
    return Chart(
        kind="dots",
        sentence=sentence,
        x=_labels(rows, dimension),
        series=[_interval(rows, "days_a_year", _("Days with a purchase in 12 months"))],
        x_name=dimension_words(dimension),
        interval=_("80% interval"),
        tall=len(rows) >= TALL_FROM,
    )


def _interval(rows: Sequence[Row], name: str, title: str) -> Series:
    return Series(
        title,
        [row[name] for row in rows],
        low=[row[f"{name}_low"] for row in rows],
        high=[row[f"{name}_high"] for row in rows],
    )
