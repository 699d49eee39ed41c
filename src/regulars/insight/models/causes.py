"""Why a customer may be leaving: a guess by declared rules, and the rule that made it.

Nobody tells a shop why they stay away, so nothing is learned here and no rule is an estimate
(evidence: rule of thumb). The rules look for signs in a fixed order, the plainest first; who shows
none is "unclear", which is most people. The causes are those that churn surveys ask about: service,
price, a changed need, a competitor, personal circumstances (Keaveney 1995, "Customer switching
behavior in service industries", Journal of Marketing 59(2)).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt
from ibis.expr.types import BooleanColumn, Column, Table

CAUSES = ("service", "price", "need", "personal", "competitor", "unclear")


@dataclass(frozen=True)
class CauseRules:
    """When a sign counts.

    ``warned_from``: causes are named from this chance of staying away on. ``taken_back``: share of
    what they bought that they brought back. ``deal_share``: of their spend before discounts.
    ``dearer``: rise of the shop's prices in half a year. ``fewer_discounts``: the shop's discount
    share of the last 90 days, over that of the year before. ``falling`` and ``stretching``: change
    of amounts and of gaps along their history, in means (see ``features.history``). ``regular``
    and ``regular_days``: how regular and how many purchase days make a regular. ``called_off``:
    bookings missed or cancelled in 180 days. ``few_days``: up to so many purchase days there is
    too little to read.
    """

    warned_from: float = 0.5
    taken_back: float = 0.2
    deal_share: float = 0.15
    dearer: float = 0.05
    fewer_discounts: float = 0.7
    falling: float = -0.6
    stretching: float = 1.0
    regular: float = 0.2
    regular_days: int = 8
    called_off: int = 2
    few_days: int = 2


RULES = CauseRules()


@dataclass(frozen=True)
class Market:
    """What changed for everyone: see ``features.market``; None where it cannot be told."""

    price_change: float | None = None
    discount_change: float | None = None


NOWHERE = Market()


def with_causes(customers: Table, *, market: Market = NOWHERE, rules: CauseRules = RULES) -> Table:
    """The customer table with churn_cause (one of ``CAUSES``) and churn_cause_rule, the sign.

    Both are empty below ``warned_from``, without a chance, and for customers whose signals were
    not looked up. A column that is not there gives no sign.
    """
    signs = _signs(customers, market, rules)
    looked = _column(customers, "churn_reasons", "array<string>").notnull()
    warned = (_column(customers, "p_churn", "float64") >= rules.warned_from) & looked
    few = _column(customers, "purchase_days", "int64") <= rules.few_days
    told = [
        (warned.fill_null(False) & sign.fill_null(False), (cause, rule))
        for (cause, rule), sign in signs.items()
    ]
    told += [
        (warned.fill_null(False) & few, ("unclear", "too_little_known")),
        (warned.fill_null(False), ("unclear", "no_sign")),
    ]
    nothing = ibis.null("string")
    return customers.mutate(
        churn_cause=ibis.cases(*((when, what[0]) for when, what in told), else_=nothing),
        churn_cause_rule=ibis.cases(*((when, what[1]) for when, what in told), else_=nothing),
    )


def _signs(
    table: Table, market: Market, rules: CauseRules
) -> Mapping[tuple[str, str], BooleanColumn]:
    """(cause, rule) -> whether it holds, in the order in which they are asked."""

    def number(name: str) -> Column:
        return _column(table, name, "float64")

    called_off = number("no_shows_180d").fill_null(0) + number("cancellations_180d").fill_null(0)
    regular = (number("regularity") >= rules.regular) & (
        number("purchase_days") >= rules.regular_days
    )
    enough = number("purchase_days") > rules.few_days + 1
    dearer = (market.price_change or 0) >= rules.dearer
    fewer = market.discount_change is not None and market.discount_change <= rules.fewer_discounts
    return {
        ("service", "complaint"): number("complaints_180d") > 0,
        ("service", "unhappy"): _column(table, "satisfaction_band", "string").isin(
            ["dissatisfied"]
        ),
        ("service", "taken_back"): number("returned_share") >= rules.taken_back,
        ("price", "fewer_discounts"): (number("discount_share") >= rules.deal_share) & fewer,
        ("price", "dearer"): _column(table, "price_band", "string").isin(["high"]) & dearer,
        ("need", "dropped_category"): _column(table, "dropped_category", "string").notnull(),
        ("need", "less_each_time"): enough & (number("amount_change") <= rules.falling),
        ("need", "less_often"): enough & (number("gap_change") >= rules.stretching),
        ("personal", "called_off"): called_off >= rules.called_off,
        ("competitor", "stopped_at_once"): regular & (number("overdue_ratio") >= 2),
    }


def _column(table: Table, name: str, kind: str) -> Column:
    return table[name] if name in table.columns else ibis.null(dt.dtype(kind))
