"""How the figures of the value page are made, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from regulars.understanding.insights.explained import Method

VALUE: Mapping[str, Method] = {
    "value": Method(
        _("What customers may bring"),
        _(
            "How often each customer may buy in the next 12 months, and what that may come to, "
            "less returns. Several ways of telling are tried on past dates whose outcome is known; "
            "those that came closest are mixed. It is about what they may do if all goes on as "
            "before; new customers are not in it."
        ),
        _(
            "expected purchases (BG/NBD and kin, Pareto/NBD, own pace, last period, boosted trees, "
            "weighted) × what a visit is worth (gamma–gamma or credibility mean, weighted)"
        ),
        "sort=-value",
    ),
    "value-curve": Method(
        _("On how few people it rests"),
        _(
            "Customers in a line, those first of whom most is expected. The curve says what share "
            "the first so many of them hold; the dashed one the same for the last 12 months."
        ),
        _("running sum of expected spend ÷ sum over all; below nothing counts as nothing"),
        "sort=-value",
    ),
    "value-at-risk": Method(
        _("May be lost with those who leave"),
        _(
            "For each customer the chance of staying away times what they may spend, added up. It "
            "is no forecast of a loss: it says where a friendly word is worth most."
        ),
        _("sum of chance of staying away × expected spend"),
        "sort=-loss",
    ),
    "value-groups": Method(
        _("Worth by group"),
        _(
            "What is expected of everybody in the group, added up, and of one of them on average. "
            "The interval takes in that single customers do as they please, which evens out over "
            "many, and that the whole telling may be off, which does not."
        ),
        _(
            "sum ± 1.28 × √(sum of the customers' variances + (error of totals in the last test × "
            "sum)²)"
        ),
    ),
    "cohorts": Method(
        _("What became of those who began together"),
        _(
            "Customers by the quarter of their first purchase, and the share of them who bought in "
            "each quarter after it. The first quarters on record hold many who were customers "
            "before. Quarters with fewer than ten newcomers are left out."
        ),
        _("customers of the quarter who bought in a later one ÷ customers of the quarter"),
    ),
    "value-test": Method(
        _("How good the value was in the past"),
        _(
            "On past dates everything was learned from what was known then and held against what "
            "came. Weights come from one half of the customers and are judged on the other. An 80% "
            "interval should hold about 80% of what came."
        ),
        _("what was said ÷ what came − 1; mean of how many visits each customer was off"),
    ),
}
