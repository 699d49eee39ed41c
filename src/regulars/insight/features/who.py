"""Who customers are, as far as the shop has it on record: age, sex, region, occupation, …

Everything here is what someone wrote down; nothing is guessed from purchases. What is not recorded
stays empty and is counted apart wherever it matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

import ibis
from ibis.expr.types import Column, Table

from regulars.insight.shop import Shop

DIMENSIONS: Mapping[str, str] = {
    "age_band": "age",
    "sex": "sex",
    "region": "region",
    "occupation": "occupation",
    "income_band": "income",
    "source": "source",
}
"""Column of ``who`` -> dimension of its trait codes."""

AGE_FROM = (0, 18, 30, 40, 50, 60, 70)
"""Where each band of ages begins; the last is open and called "70-plus"."""
OLDEST = 110
"""A year of birth that makes someone older than this is a slip of the pen."""
LONGEST = 60
"""Free text longer than this is cut, so that it fits a trait code."""


def who(shop: Shop, *, as_of: date) -> Table:
    """One row per known customer, empty where nothing is recorded.

    Columns: age_band (by the year of birth alone: the age they reach in the year of ``as_of``),
    sex, region, occupation, income_band, source (how they found the shop), texts as recorded,
    without spaces around them and cut after 60 characters.
    """
    snapshot = shop.at(as_of)
    table = shop.tables.get("customers")
    if table is None:
        empty = {column: ibis.null("string") for column in DIMENSIONS}
        return snapshot.customers.mutate(**empty)
    texts = {column: _tidy(table[column]) for column in DIMENSIONS if column != "age_band"}
    traits = table.select("customer_id", age_band=_age_band(table.birth_year, as_of.year), **texts)
    return snapshot.per_customer(traits.select("customer_id", *DIMENSIONS))


def _tidy(text: Column) -> Column:
    return text.strip().substr(0, LONGEST).strip().nullif("")


def _age_band(birth_year: Column, year: int) -> Column:
    age = year - birth_year
    named = [(f"{low}-{high - 1}", high) for low, high in pairwise(AGE_FROM)]
    bands = [(age < high, name) for name, high in named]
    likely = (age >= 0) & (age <= OLDEST)
    return likely.ifelse(ibis.cases(*bands, else_=f"{AGE_FROM[-1]}-plus"), None)
