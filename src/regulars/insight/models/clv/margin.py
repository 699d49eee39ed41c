"""What is left of what a customer spends once the items they buy are paid for.

Items earn differently and customers differ in what they buy, so each has a share of their own,

    share = (own margin + K × the shop's share) / (own spend + K)

over the lines whose item has a cost: the credibility mean of Bühlmann & Straub (1970), *Bulletin of
the Swiss Association of Actuaries* 70, with spend as the exposure. K is declared, as ``LINES``
lines of the shop's mean: with so much behind them the own share and the shop's count alike. Who
bought little, or items of unknown cost alone, gets the shop's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from ibis.expr.types import Table

from regulars.insight.engines.functions import total
from regulars.insight.features.line_counts import QUANTITY_PARTS
from regulars.insight.models.clv.families import Floats
from regulars.insight.shop import Shop

LINES = 10
"""Lines after which a customer's own share weighs as much as the shop's: a convention."""


@dataclass(frozen=True)
class Margin:
    """share: of the shop, of everything sold whose cost is known; weight: K in minor units."""

    share: float
    weight: float

    def shares(self, columns: Mapping[str, Floats]) -> Floats:
        """Each customer's share from costed_amount and costed_margin; below 0 at a loss."""
        amount = np.maximum(columns["costed_amount"], 0.0)
        # Who took back as much as they bought has shown nothing.
        margin = np.where(amount > 0, columns["costed_margin"], 0.0)
        return np.asarray((margin + self.weight * self.share) / (amount + self.weight))


def fit_margin(shop: Shop, as_of: date) -> Margin | None:
    """The shop's share and the weight; None where no cost is known or nothing was earned."""
    lines = _costed_lines(shop, as_of)
    if lines is None:
        return None
    sums = lines.aggregate(
        lines=lines.count(), amount=total(lines.amount), cost=total(lines.cost_parts)
    )
    told: dict[str, Any] = sums.to_pyarrow().to_pylist()[0]
    if not told["amount"] or told["amount"] <= 0:
        return None
    share = 1.0 - told["cost"] / QUANTITY_PARTS / told["amount"]
    return Margin(share, LINES * told["amount"] / told["lines"])


def own_margins(shop: Shop, as_of: date) -> Table | None:
    """customer_id, costed_amount and costed_margin (net, minor units) of lines of known cost.

    None where no item has a cost; without a row for who bought none of them.
    """
    lines = _costed_lines(shop, as_of)
    if lines is None:
        return None
    known = lines.filter(lines.customer_id.notnull())
    sums = known.group_by("customer_id").aggregate(
        costed_amount=total(known.amount), cost=total(known.cost_parts)
    )
    margin = sums.costed_amount - sums.cost.cast("float64") / QUANTITY_PARTS
    return sums.select("customer_id", "costed_amount", costed_margin=margin)


def _costed_lines(shop: Shop, as_of: date) -> Table | None:
    """customer_id, amount, cost_parts (cost in thousandths of a minor unit) of each such line."""
    products = shop.tables.get("products")
    if products is None:
        return None
    costed = products.filter(products.cost.notnull()).select("product_id", "cost")
    if not costed.count().to_pyarrow().as_py():
        return None
    lines = shop.at(as_of).lines.inner_join(costed, "product_id")
    # Whole numbers, so that the order of rows changes nothing.
    parts = (lines.quantity * QUANTITY_PARTS).round().cast("int64")
    return lines.select("customer_id", "amount", cost_parts=parts * lines.cost)
