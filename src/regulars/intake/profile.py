"""A look through the whole file: how many rows, and what each column seems to hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from regulars.intake import rules
from regulars.intake.reading import Table
from regulars.people.rules import normalise_contact

MOST_VALUES = 100_000
SAMPLES = 5
_LOOKS = 200


@dataclass(frozen=True)
class Column:
    """What one column holds.

    Attributes:
        filled: rows in which it is not empty.
        date_orders: orders in which every value is a date; empty when it holds no dates.
        looks: "phone", "email", "number" or "" when it is something else.
    """

    name: str
    filled: int
    samples: tuple[str, ...]
    date_orders: tuple[str, ...]
    looks: str


@dataclass(frozen=True)
class Profile:
    rows: int
    columns: tuple[Column, ...]

    def stored(self) -> list[dict[str, Any]]:
        """As JSON for `Import.profile`; samples stay out, they may be personal."""
        return [
            {name: value for name, value in asdict(column).items() if name != "samples"}
            for column in self.columns
        ]


def look_through(table: Table) -> Profile:
    """Reads the whole table once. Dates are judged by all different values of a column.

    Raises:
        FileError: the file cannot be read to its end.
    """
    width = len(table.columns)
    values: list[dict[str, None]] = [{} for _ in range(width)]
    filled = [0] * width
    count = 0
    for _number, cells in table.rows():
        count += 1
        for place, cell in enumerate(cells[:width]):
            if cell:
                filled[place] += 1
                seen = values[place]
                if len(seen) < MOST_VALUES:
                    seen[cell] = None
    columns = tuple(
        _column(name, filled[place], list(values[place]))
        for place, name in enumerate(table.columns)
    )
    return Profile(count, columns)


def _column(name: str, filled: int, values: Sequence[str]) -> Column:
    looks = _looks(values[:_LOOKS])
    is_compact = looks == "number" and all(len(value) == 8 for value in values)
    may_be_dates = (looks != "number" or is_compact) and rules.date_orders(values[:_LOOKS])
    orders = rules.date_orders(values) if may_be_dates else []
    return Column(name, filled, tuple(islice(values, SAMPLES)), tuple(orders), looks)


def _looks(values: Sequence[str]) -> str:
    if not values:
        return ""
    if all(_is_number(value) for value in values):
        mobiles = sum(len(value) == 11 and value[0] == "1" for value in values)
        return "phone" if mobiles >= 0.8 * len(values) else "number"
    for kind in ("email", "phone"):
        fitting = sum(bool(normalise_contact(kind, value)) for value in values)
        digits = sum(sum(c.isdigit() for c in value) >= 7 for value in values)
        if fitting >= 0.8 * len(values) and (kind == "email" or digits >= 0.8 * len(values)):
            return kind
    return ""


def _is_number(value: str) -> bool:
    try:
        rules.read_number(value)
    except rules.Bad:
        return False
    return True
