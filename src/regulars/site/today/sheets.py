"""Where a figure of Today comes from: definition, parts that add up, what changed it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.kit import formats
from regulars.kit.templatetags.formats import currency_sign
from regulars.sales import buyers as buying
from regulars.sales import queries as sales
from regulars.site.today import rules
from regulars.site.today.rules import Contribution
from regulars.site.today.spans import Span


@dataclass(frozen=True)
class Row:
    """One part of a figure, written out; `note` says how many orders or people stand behind it."""

    label: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Bar:
    label: str
    amount: float
    text: str


@dataclass(frozen=True)
class Bars:
    """Contributions that sum to one change; `largest` sets the length of the bars."""

    title: str
    bars: list[Bar]

    @property
    def largest(self) -> float:
        return max((abs(bar.amount) for bar in self.bars), default=0)


@dataclass(frozen=True)
class Sheet:
    """Everything the sheet of one figure says; `change` is what the bars sum to, written out."""

    label: str
    value: str
    definition: str
    parts: list[Row]
    total: Row | None
    change: str
    why: list[Bars] = field(default_factory=list)
    categories: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Figures:
    """What was sold to whom in a span and in the one before it."""

    now: sales.Totals
    before: sales.Totals
    buyers: buying.Buyers
    buyers_before: buying.Buyers

    @property
    def turnover_change(self) -> float | None:
        return rules.relative(self.now.amount, self.before.amount)

    @property
    def orders_change(self) -> float | None:
        return rules.relative(self.now.orders, self.before.orders)

    @property
    def average_change(self) -> float | None:
        return rules.relative(self.now.average_order, self.before.average_order)

    @property
    def repeat_change(self) -> float | None:
        new, old = self.buyers.repeat_share, self.buyers_before.repeat_share
        return None if new is None or old is None else new - old


def figures(span: Span, *, stores: sales.Stores) -> Figures:
    """The figures of a span beside those of the span before."""
    new, old = span.bounds, span.before.bounds
    return Figures(
        sales.totals(**new, stores=stores),
        sales.totals(**old, stores=stores),
        buying.buyers(**new, stores=stores),
        buying.buyers(**old, stores=stores),
    )


def money(amount: float | None) -> str:
    return formats.money_exact(None if amount is None else round(amount), sign=currency_sign())


def signed_money(amount: float) -> str:
    return ("+" if amount > 0 else "") + money(amount)


def signed_count(amount: float) -> str:
    return ("+" if amount > 0 else "") + formats.count(amount)


def orders(count: int) -> str:
    return ngettext("%(count)s order", "%(count)s orders", count) % {"count": formats.count(count)}


def people(count: int) -> str:
    words = ngettext("%(count)s customer", "%(count)s customers", count)
    return words % {"count": formats.count(count)}


def bars(
    title: str,
    contributions: Sequence[Contribution],
    names: dict[str, str],
    written: Callable[[float], str],
) -> Bars:
    """Contributions in words; those that moved nothing are left out."""
    return Bars(
        title,
        [
            Bar(
                names.get(one.cause, one.cause or _("No category")), one.amount, written(one.amount)
            )
            for one in contributions
            if one.amount
        ],
    )


def turnover(span: Span, *, stores: sales.Stores) -> Sheet:
    found = figures(span, stores=stores)
    now, before = found.now, found.before
    new = sales.by_category(**span.bounds, stores=stores)
    old = sales.by_category(**span.before.bounds, stores=stores)
    causes = {
        "orders": _("Number of orders %(change)s")
        % {"change": signed_count(now.orders - before.orders)},
        "average": _("Average order %(change)s")
        % {"change": signed_money((now.average_order or 0) - (before.average_order or 0))},
        "returns": _("Returns"),
    }
    return Sheet(
        label=_("Turnover"),
        value=money(now.amount),
        definition=_(
            "What customers owe for everything sold, after discounts, less what was returned. "
            "An order counts on the day and at the time it was made, by the clock of its store."
        ),
        parts=[
            Row(_("Services"), money(now.services)),
            Row(_("Products"), money(now.products)),
            Row(_("Returns"), money(now.returned)),
        ],
        total=Row(_("Together"), money(now.amount), orders(now.orders)),
        categories=[
            Row(group.name or _("No category"), money(group.amount), orders(group.orders))
            for group in new
        ],
        change=signed_money(now.amount - before.amount),
        why=[
            bars(_("By orders and what is in them"), rules.turnover_change(now, before), causes,
                 signed_money),
            bars(_("By category"), rules.category_change(new, old),
                 {rules.OTHERS: _("Everything else")}, signed_money),
        ],
    )  # fmt: skip


def order_count(span: Span, *, stores: sales.Stores) -> Sheet:
    found = figures(span, stores=stores)
    now = found.buyers
    names = customer_kinds()
    return Sheet(
        label=_("Orders / customers"),
        value=f"{formats.count(found.now.orders)} / {formats.count(now.known)}",
        definition=_(
            "Orders that come to more than zero, and the customers on record who made them. "
            "Whoever bought twice is two orders and one customer."
        ),
        parts=[
            Row(names["returning"], orders(now.returning_orders), people(now.returning)),
            Row(names["first"], orders(now.first_orders), people(now.first)),
            Row(names["unknown"], orders(now.unknown_orders)),
        ],
        total=Row(_("Together"), orders(found.now.orders), people(now.known)),
        change=signed_count(found.now.orders - found.before.orders),
        why=[
            bars(_("By who bought"), rules.orders_change(now, found.buyers_before), names,
                 signed_count),
        ],
    )  # fmt: skip


def average_order(span: Span, *, stores: sales.Stores) -> Sheet:
    found = figures(span, stores=stores)
    now, before = found.now, found.before
    names = {"services": _("Services"), "products": _("Products")}
    parts = rules.average_parts(now)
    change = (now.average_order or 0) - (before.average_order or 0)
    return Sheet(
        label=_("Average order"),
        value=money(now.average_order),
        definition=_(
            "Everything sold before returns, after discounts, divided by the number of orders."
        )
        + f" {money(now.sold)} ÷ {formats.count(now.orders)}",
        parts=[Row(names[part], money(amount)) for part, amount in parts.items()],
        total=Row(_("Together"), money(now.average_order), orders(now.orders)),
        change=signed_money(change),
        why=[
            bars(_("By what is in an order"), rules.average_change(now, before), names,
                 signed_money),
        ],
    )  # fmt: skip


def repeat_share(span: Span, *, stores: sales.Stores) -> Sheet:
    found = figures(span, stores=stores)
    now = found.buyers
    names = customer_kinds()
    return Sheet(
        label=_("Repeat share"),
        value=formats.percent(now.repeat_share),
        definition=_(
            "Of the customers on record who bought in these days, the share who had bought on an "
            "earlier day before them, at any store. Sales without a customer cannot count."
        ),
        parts=[
            Row(names["returning"], people(now.returning)),
            Row(names["first"], people(now.first)),
        ],
        total=Row(_("Together"), people(now.known)),
        change=formats.points(found.repeat_change or 0),
        why=[
            bars(_("By who bought"), rules.repeat_change(now, found.buyers_before), names,
                 formats.points),
        ],
    )  # fmt: skip


def customer_kinds() -> dict[str, str]:
    return {
        "returning": _("Had bought before"),
        "first": _("Bought for the first time"),
        "unknown": _("No customer on record"),
    }


Builder = Callable[..., Sheet]
SHEETS: dict[str, Builder] = {
    "turnover": turnover,
    "orders": order_count,
    "average": average_order,
    "repeat": repeat_share,
}
