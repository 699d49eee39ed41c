"""What every model promises.

``fit(shop, *, as_of, …) -> Fitted`` learns from what was known at 00:00 of ``as_of``;
``Fitted.score(shop, *, as_of, …)`` tells every known customer of a shop on a date, the same or
another. A fitted model is frozen, small, and goes to JSON and back unchanged with its seed and its
versions inside. With too little data fitting succeeds and ``missing`` says what is lacking; scores
are empty then. Neither depends on the order of rows, on rows from ``as_of`` on, nor on the engine.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Protocol, Self

from ibis.expr.types import Table

from regulars.insight.evidence import Missing
from regulars.insight.shop import Shop


class Fitted(Protocol):
    """A model that has learned."""

    @property
    def as_of(self) -> date: ...

    @property
    def missing(self) -> Missing | None: ...

    def to_json(self) -> str: ...

    @classmethod
    def from_json(cls, text: str) -> Self: ...

    def score(self, shop: Shop, *, as_of: date) -> Table:
        """One row per known customer: customer_id and the columns the model's docstring names."""


class Fit(Protocol):
    """A module's ``fit``."""

    def __call__(self, shop: Shop, *, as_of: date, **options: Any) -> Fitted: ...
