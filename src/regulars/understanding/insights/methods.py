"""How every figure is made: in plain words, as a formula, and how good the predictions were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from regulars.kit import formats, sheets
from regulars.kit.charts import Chart
from regulars.kit.faces import Request, needs
from regulars.kit.permissions import Permission
from regulars.understanding.insights import words
from regulars.understanding.insights.explained import BEHAVIOUR, Method
from regulars.understanding.insights.pages import opened
from regulars.understanding.insights.value_explained import VALUE
from regulars.understanding.insights.warnings_tested import calibration, tested
from regulars.understanding.insights.warnings_words import WARNINGS

WORTH_SAYING = 0.03
"""From this difference on the page says that the predictions lean to one side."""


METHODS: Mapping[str, Method] = {
    "customers": Method(
        _("Customers on record"),
        _("Everybody with a record or an order, whether they bought or not. Sales without a "
          "customer belong to nobody."),
        _("number of customers known before the day of the analysis"),
        "",
    ),
    "active": Method(
        _("Active customers"),
        _("Who bought at least once in the last 12 months. A return alone is not a purchase."),
        _("customers whose last purchase is at most 365 days before the analysis"),
        "",
    ),
    "new": Method(
        _("New customers"),
        _("Whose very first purchase fell into the month. For one store: their first purchase "
          "there."),
        _("customers with first purchase in the month"),
        "stage=new",
    ),
    "buying": Method(
        _("Customers who bought"),
        _("Customers on record with at least one order above zero in the month. Whoever came three "
          "times counts once. Returning are those who are not new."),
        _("returning = customers who bought − new customers"),
    ),
    "concentration": Method(
        _("Share of the top fifth"),
        _("How much of the last 12 months' turnover with customers on record came from the fifth "
          "that spent most. A high share means: few people carry the business."),
        _("spend of the top 20% of buyers ÷ spend of all buyers, 365 days, net of returns"),
        "sort=-year",
    ),
    "months": Method(
        _("Months"),
        _("Everything sold less returns, also to people without a record. Only whole months: one "
          "half gone would look like a fall."),
        _("sum of all lines of the month, after discounts"),
    ),
    "frequency": Method(
        _("How often customers come"),
        _("Several purchases on one day are one purchase day."),
        _("customers by number of days with an order above zero, ever"),
    ),
    "amounts": Method(
        _("What an order comes to"),
        _("Every order above zero, also of people without a record, in classes that grow 1–2–5."),
        _("orders by the sum of their lines, after discounts"),
    ),
    "preference": Method(
        _("What the money is spent on"),
        _("Net turnover by category, item, brand, staff, store or channel. What names none of "
          "these is left out of its shares."),
        _("sum of the lines with this value ÷ sum of all lines where it is known"),
    ),
    "week": Method(
        _("Weekday and hour"),
        _("By the clock on the wall of each store. Orders that came in with a date but no time are "
          "left out."),
        _("orders above zero by weekday and hour"),
    ),
    "seasons": Method(
        _("Seasons"),
        _("Days without sales count as well, so that a long season does not win by its length. "
          "With less than two years of sales, growth and season cannot be told apart."),
        _("turnover of the season ÷ its number of days"),
    ),
    "occasions": Method(
        _("Holidays"),
        _("Each holiday is held against ordinary days of the same weekdays, up to 28 days around "
          "it. The interval comes from how much ordinary days scatter. It says what happened, not "
          "that the holiday was the cause."),
        _("lift = takings ÷ takings expected from ordinary days; 80% interval"),
    ),
    "rfm": Method(
        _("RFM grades"),
        _("Recency and frequency in at most five bands each. A band takes in about a fifth of "
          "those who ever bought; equal values always share a band. The name of a cell is "
          "declared, not learned. Bands that were set by hand stay as they were set."),
        _("R: days since the last purchase · F: purchase days · M: spend ever, net of returns"),
    ),
    **BEHAVIOUR,
    **WARNINGS,
    **VALUE,
    "lifecycle": Method(
        _("Lifecycle"),
        _("Where each customer stands against their own rhythm. The usual gap is the median "
          "number of days between their purchases; with fewer than five gaps it is mixed with "
          "the shop's."),
        _("usual gap = (n × own median + 2 × shop's) ÷ (n + 2); lateness = days since last ÷ gap"),
    ),
    "return_rates": Method(
        _("May not come back"),
        _("What customers just as late and just as frequent did in the past: the share who did not "
          "come back in time. Nothing is learned beyond that. The interval shrinks with the number "
          "of customers behind it; too few, and the next coarser group speaks."),
        _("share without a purchase in the horizon, at past dates; Wilson interval, 80%"),
        "sort=-risk",
    ),
    "clusters": Method(
        _("Groups found in the data"),
        _("Customers near each other in how lately, how often, how much, how broadly, at what "
          "discount and how regularly they buy. Skewed figures are bent and put on one scale; "
          "those that say the same share one vote. The number of groups is the largest of which "
          "every group is found again among customers drawn anew. A group keeps its number from "
          "analysis to analysis while it stays the same people."),
        _("Yeo-Johnson, median and spread; k-means; Jaccard ≥ 0.75 in 10 bootstraps and silhouette "
          "within 0.05 of the best; names from differences of at least 0.4 standard deviations"),
        "",
    ),
    "cluster_tree": Method(
        _("The groups in a few questions"),
        _("A small tree asks for plain values, at most three questions deep, with thresholds "
          "rounded to two digits. It repeats the groups, it does not make them; how often it is "
          "right was counted on customers it had not seen."),
        _("decision tree, depth ≤ 3, leaves ≤ 8; five-fold cross-validation; Wilson interval, 80%"),
    ),
    "cluster_compare": Method(
        _("Two groups side by side"),
        _("Where the middle of each group lies against the middle of the shop. Below 0.2 spreads "
          "there is no difference to speak of, from 0.8 it is large. The interval is the widest it "
          "can be for so many customers."),
        _("(centre − median of the shop) ÷ spread of the shop, after the bend; ± 1.28 ÷ √n"),
    ),
    "cluster_months": Method(
        _("One group over time"),
        _("Everybody is put into today's groups by what was known of them on the first of each "
          "month. In a very large shop 10,000 customers stand for all, and the share has an "
          "interval."),
        _("buyers nearest to the group on that day ÷ all buyers known then"),
    ),
    "segmentations": Method(
        _("Ready groups"),
        _("Declared rules, with cut-offs taken from this shop's own customers on the day of the "
          "analysis. What is told from behaviour is a rule of thumb: it shows what people did, not "
          "why."),
        _("cut-offs at the 40%, 70% and 90% points of those with any; see each rule"),
    ),
    "potential": Method(
        _("Room to grow"),
        _("Learned from the past: of those who spent little then, who moved into the upper quarter "
          "afterwards. The chance is that of customers with as high a score. It says who looks "
          "alike, not that asking them will make them grow."),
        _("little: at most the median of the half year before; grown: at least its 75% point in "
          "the half year after; logistic regression, calibrated on unseen customers; Wilson, 80%"),
        "in=potential:high",
    ),
}  # fmt: skip


@needs(Permission.SEE_INSIGHTS)
def method(request: Request) -> HttpResponse:
    """Every method on one page, with the back-test of the last run."""
    found, context = opened(request)
    context |= {"methods": METHODS}
    if found is not None:
        churn = tested(found.run.manifest.get("churn") or {})
        context |= {"warning_tested": churn}
        if churn is None:
            context |= {"tested": back_test_of(found.run.manifest)}
    return render(request, "understanding/insights/method.html", context)


@needs(Permission.SEE_INSIGHTS)
def method_of(request: Request, name: str) -> HttpResponse:
    """One method, in the side sheet."""
    if name not in METHODS:
        raise Http404
    one = METHODS[name]
    shows = request.actor.may(Permission.SEE_CUSTOMERS) and one.query is not None
    return sheets.show(
        request,
        "understanding/insights/method_of.html",
        title=str(one.title),
        method=one,
        url=f"{reverse('customers:list')}?{one.query}" if shows else "",
    )


@dataclass(frozen=True)
class Tested:
    """How the return rates did on a date held back, or what is missing to tell."""

    rates: Mapping[str, Any]
    missing: str
    test: Mapping[str, Any] | None
    calibration: Chart | None
    cells: list[Mapping[str, Any]]

    @property
    def tested_on(self) -> date | None:
        return date.fromisoformat(self.test["tested_on"]) if self.test else None

    @property
    def calibration_gap(self) -> str:
        gap = self.test["calibration_error"] if self.test else None
        return formats.points(gap).lstrip("+")

    @property
    def shift(self) -> float:
        """How many more stayed away than predicted, as a difference of ratios."""
        return self.test["observed"] - self.test["predicted"] if self.test else 0.0

    @property
    def too_low(self) -> bool:
        return self.shift > WORTH_SAYING

    @property
    def too_high(self) -> bool:
        return self.shift < -WORTH_SAYING

    @property
    def no_better_order(self) -> bool:
        """Whether days since the last purchase alone ranked as well."""
        own, simple = (self.test or {}).get("auc"), (self.test or {}).get("auc_of_recency")
        return own is not None and simple is not None and own <= simple

    @property
    def better(self) -> bool:
        """Whether the rates beat always naming the overall share."""
        return bool(self.test and self.test["brier"] < self.test["brier_of_share"])


def back_test_of(manifest: Mapping[str, Any]) -> Tested:
    """The back-test of a run, from its manifest."""
    rates = manifest["return_rates"]
    test = rates["back_test"]
    curve = (test or {}).get("curve") or []
    return Tested(
        rates,
        words.missing(rates["missing"]) if rates["missing"] else "",
        test,
        calibration(curve) if curve else None,
        sorted(rates["cells"], key=lambda cell: -cell["p_no_return"]),
    )
