"""The charts of the insight pages: each with the sentence that says what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from regulars.kit import formats
from regulars.kit.charts import Chart, Series
from regulars.kit.grids import Cell, Grid, shade
from regulars.kit.templatetags.formats import currency_sign, in_chinese
from regulars.understanding.insights import rules, words
from regulars.understanding.insights.rules import Row

TOP = 10
TALL_FROM = 7


def short_money(amount: float) -> str:
    return formats.money_short(round(amount), sign=currency_sign(), chinese=in_chinese())


def month_name(month: str) -> str:
    first = date.fromisoformat(month)
    return f"{first.year}/{first.month}"


def months(rows: Sequence[Row]) -> Chart:
    """Turnover of the whole months."""
    best = max(rows, key=lambda row: row["spend"])
    sentence = _("%(count)s whole months; the best was %(month)s with %(spend)s.") % {
        "count": len(rows),
        "month": month_name(best["month"]),
        "spend": short_money(best["spend"]),
    }
    return Chart(
        kind="line",
        sentence=sentence,
        x=[month_name(row["month"]) for row in rows],
        series=[Series(_("Turnover"), [row["spend"] for row in rows])],
        unit="money",
        x_name=_("Month"),
    )


def buyers(rows: Sequence[Row]) -> Chart:
    """Who bought in each month: returning customers and new ones."""
    last = rows[-1]
    sentence = _("In %(month)s %(all)s customers on record bought, %(new)s of them first then.") % {
        "month": month_name(last["month"]),
        "all": formats.count(last["customers"]),
        "new": formats.count(last["new_customers"]),
    }
    returning = [row["customers"] - row["new_customers"] for row in rows]
    return Chart(
        kind="bars",
        sentence=sentence,
        x=[month_name(row["month"]) for row in rows],
        series=[
            Series(_("Returning"), returning),
            Series(_("New"), [row["new_customers"] for row in rows]),
        ],
        x_name=_("Month"),
        stacked=True,
    )


def frequency(rows: Sequence[Row]) -> Chart:
    """How many customers have come how often."""
    people = sum(row["customers"] for row in rows)
    once = sum(row["customers"] for row in rows if row["purchase_days_to"] == 1)
    sentence = _("%(share)s of the %(people)s who ever bought came on one day only.") % {
        "share": formats.percent(once / people),
        "people": formats.count(people),
    }
    return Chart(
        kind="bars",
        sentence=sentence,
        x=[
            words.times(rules.Range(row["purchase_days_from"], row["purchase_days_to"]))
            for row in rows
        ],
        series=[Series(_("Customers"), [row["customers"] for row in rows])],
        x_name=_("Purchase days"),
    )


def amounts(rows: Sequence[Row]) -> Chart:
    """How many orders have which amount."""
    most = max(rows, key=lambda row: row["purchases"])
    orders = sum(row["purchases"] for row in rows)
    sign = currency_sign()
    sentence = _("Most common: %(range)s, %(share)s of %(orders)s orders.") % {
        "range": words.money_from(most["amount_from"], most["amount_to"], sign),
        "share": formats.percent(most["purchases"] / orders),
        "orders": formats.count(orders),
    }
    return Chart(
        kind="bars",
        sentence=sentence,
        x=[words.money_from(row["amount_from"], row["amount_to"], sign) for row in rows],
        series=[Series(_("Orders"), [row["purchases"] for row in rows])],
        x_name=_("Amount of an order"),
    )


def preference(subject: str, rows: Sequence[Row], names: dict[str, str]) -> Chart:
    """What the most money is spent on, sorted."""
    top = rows[:TOP]
    labels = [words.value_of(subject, row["value"], names) for row in top]
    sentence = _("%(name)s leads with %(share)s of the turnover.") % {
        "name": labels[0],
        "share": formats.percent(top[0]["share"]),
    }
    return Chart(
        kind="bars",
        sentence=sentence,
        x=labels,
        series=[Series(_("Turnover"), [row["spend"] for row in top])],
        unit="money",
        x_name=str(words.SUBJECTS[subject]),
        across=True,
        tall=len(top) >= TALL_FROM,
    )


def week(rows: Sequence[Row]) -> Grid:
    """Orders by weekday and hour."""
    by_cell = {(row["weekday"], row["hour"]): row for row in rows}
    most = max(row["purchases"] for row in rows)
    busiest = max(rows, key=lambda row: row["purchases"])
    hours = rules.hour_span(rows)
    sentence = _(
        "The busiest hour is %(weekday)s from %(hour)s:00 with %(orders)s orders; the stronger"
        " the colour, the more orders."
    ) % {
        "weekday": words.WEEKDAYS[busiest["weekday"] - 1],
        "hour": busiest["hour"],
        "orders": formats.count(busiest["purchases"]),
    }

    def cell(weekday: int, hour: int) -> Cell:
        row = by_cell.get((weekday, hour))
        if row is None:
            return Cell("", 0)
        spend = formats.money(row["spend"], sign=currency_sign())
        value = formats.count(row["purchases"])
        return Cell(value, shade(row["purchases"], most), title=spend)

    return Grid(
        sentence,
        [str(hour) for hour in hours],
        [
            (str(name), [cell(weekday, hour) for hour in hours])
            for weekday, name in enumerate(words.WEEKDAYS, start=1)
        ],
    )


def seasons(rows: Sequence[Row]) -> Chart:
    """Turnover an average day of each season brought."""
    best = max(rows, key=lambda row: row["spend_per_day"])
    sentence = _("%(season)s brings most: %(spend)s on an average day.") % {
        "season": words.SEASONS[best["season"]],
        "spend": short_money(best["spend_per_day"]),
    }
    ordered = sorted(rows, key=lambda row: list(words.SEASONS).index(row["season"]))
    return Chart(
        kind="bars",
        sentence=sentence,
        x=[str(words.SEASONS[row["season"]]) for row in ordered],
        series=[Series(_("Turnover a day"), [row["spend_per_day"] for row in ordered])],
        unit="money",
        x_name=_("Season"),
        across=True,
    )


def occasions(found: Sequence[rules.Occasion]) -> Chart:
    """Takings on holidays as a share of ordinary days, with the 80% interval."""
    clear = [one for one in found if one.clear]
    if clear:
        most = max(clear, key=lambda one: abs(one.lift - 1))
        sentence = _("Clearest: %(name)s at %(lift)s of ordinary days (80%% interval %(low)s to "
                     "%(high)s).") % {
            "name": words.occasion(most.name),
            "lift": formats.percent(most.lift, 0),
            "low": formats.percent(most.low, 0),
            "high": formats.percent(most.high, 0),
        }  # fmt: skip
    else:
        sentence = _("No holiday stands out clearly from ordinary days.")
    return Chart(
        kind="dots",
        sentence=sentence,
        x=[words.occasion(one.name) for one in found],
        series=[
            Series(
                _("Of ordinary days"),
                [one.lift for one in found],
                low=[one.low for one in found],
                high=[one.high for one in found],
            )
        ],
        unit="percent",
        x_name=_("Holiday"),
        interval=_("80% interval"),
        tall=len(found) >= TALL_FROM,
    )


def stages(found: Sequence[rules.Stage]) -> Chart:
    """How many customers stand in each stage."""
    at_risk = next(one for one in found if one.name == "at_risk")
    sentence = _("%(count)s customers are overdue; they brought %(spend)s in 12 months.") % {
        "count": formats.count(at_risk.customers),
        "spend": short_money(at_risk.spend_365d),
    }
    return Chart(
        kind="bars",
        sentence=sentence,
        x=[str(words.STAGES[one.name]) for one in found],
        series=[Series(_("Customers"), [one.customers for one in found])],
        x_name=_("Stage"),
        across=True,
    )
