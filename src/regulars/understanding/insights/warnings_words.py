"""Signs of causes, drivers and methods of the churn warning in the words of the page."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.understanding.insights.explained import Method

SIGNS: Mapping[str, Promise] = {
    "complaint": _("There was a complaint in the last half-year."),
    "unhappy": _("Asked for their opinion, they were not satisfied."),
    "taken_back": _("At least a fifth of what they bought came back."),
    "fewer_discounts": _("They buy on offer, and there are clearly fewer offers than last year."),
    "dearer": _("They look for low prices, and prices rose by 5% or more in half a year."),
    "dropped_category": _("They stopped buying what they used to spend most on, and went on with "
                          "the rest."),
    "less_each_time": _("They bought less and less from visit to visit."),
    "less_often": _("The gaps between their visits grew longer and longer."),
    "called_off": _("They missed or cancelled at least two visits in the last half-year."),
    "stopped_at_once": _("Someone who came regularly stopped at once, without any other sign. They "
                         "may go elsewhere; they may as well have moved away."),
    "too_little_known": _("One or two visits show nothing to read a cause from."),
    "no_sign": _("None of the signs we look for is there."),
}  # fmt: skip
"""The rule of `insight.models.causes` that named a cause -> what was seen."""

DRIVERS: Mapping[str, Promise] = {
    "overdue_ratio": _("How long they stay away against their rhythm"),
    "purchase_days_90d": _("Visits lately"),
    "purchase_days": _("Visits in all"),
    "regularity": _("How regularly they come"),
    "spend_90d": _("Spend lately"),
    "day_amount": _("Spend on a visit"),
    "amount_change": _("Trend of spend"),
    "discount_share": pgettext_lazy("driver", "Discounts"),
    "price_change": _("Prices of what they buy"),
    "returned_share": pgettext_lazy("driver", "Returns"),
    "variety": _("How many different things"),
    "novelty": _("New things tried"),
    "trouble": _("Complaints and missed visits"),
    "season": pgettext_lazy("driver", "Season"),
    "weekend_share": _("Visits at weekends"),
}

CONTESTANTS: Mapping[str, Promise] = {
    "blend": _("All together, as shown"),
    "process": _("The rhythm of buying alone"),
    "logistic": _("Weighted signs (logistic regression)"),
    "trees": _("Decision trees (LightGBM)"),
    "not_alive": _("“Has left” by the purchase model alone"),
    "recency": _("Days since the last visit alone"),
    "share": _("The overall share for everybody"),
}

WARNINGS: Mapping[str, Method] = {
    "churn": Method(
        _("Who may leave"),
        _("Learned from the past: how customers stood on several earlier days, and who then stayed "
          "away for twice their usual gap, at least 30 and at most 180 days. A model of the rhythm "
          "of buying, weighted signs and decision trees are held against a day they had not seen, "
          "weighed by how well they did, and corrected so that 70% means 70%. With a year and a "
          "half of records, the same weeks of last year count too. The interval says how far off "
          "such chances were on that day, and how much one month differs from another. A shop "
          "with few customers gets the shares of those who stood alike. It says who may leave, "
          "not whom a message would bring back."),
        _("log-odds = a + season + Σ weight × log-odds of each; interval: 80%, by groups of near "
          "chances and by how months differ"),
        "leaving=1&sort=-risk",
    ),
    "churn-loss": Method(
        _("What may be lost"),
        _("The chance of leaving times what the customer may spend in the next 12 months; where "
          "that is not known, what they spent in the last 12. The range of a sum takes all chances "
          "at the lower, then at the upper end of their intervals, because errors of a method go "
          "together."),
        _("loss = chance × expected spend of 12 months"),
        "leaving=1&sort=-loss",
    ),
    "churn-causes": Method(
        _("Likely causes"),
        _("Nobody says why they stay away, so a cause is a guess by declared rules, looked for "
          "from a chance of 50% on. The first sign that is there names it; who shows none is “not "
          "clear”. Ask before you act on it."),
        _("service: complaint, dissatisfied, a fifth returned · price: fewer offers, prices up 5% "
          "· need: dropped what they bought most, smaller or rarer visits · personal: two visits "
          "called off · elsewhere: a regular who stopped at once"),
        "leaving=1&sort=-loss",
    ),
    "churn-drivers": Method(
        _("What the warnings rest on"),
        _("For each customer, how much each sign moved the chance up or down, exactly; the three "
          "strongest are told. Counted is how often a sign is among them."),
        _("coefficient × distance from the mean; TreeSHAP for the trees; weighted as the methods"),
    ),
    "market": Method(
        _("What changed for everyone"),
        _("Prices are followed over the same items from month to month, so that selling dearer "
          "things is no rise of prices; a price paid includes discounts. A season is told from two "
          "whole years on."),
        _("price index: mean log change of unit prices, weighted by share of spend in both months "
          "(Törnqvist), chained; trend: visits a day, last three months ÷ the three before"),
    ),
}  # fmt: skip
