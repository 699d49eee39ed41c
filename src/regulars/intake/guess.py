"""Guessing: what a file holds, and which column is which field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from regulars.intake.fields import FIELDS, Field
from regulars.intake.plan import Match, Options

# Telling words first: an order number says more than a name, which every file has.
_WEIGHTS = {
    "order_number": 4,
    "quantity": 2,
    "amount": 2,
    "phone": 2,
    "birth": 3,
    "sex": 2,
    "cost": 2,
}


def bare(header: str) -> str:
    """A header without case, spaces and signs, as `Field.words` are written."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", header).lower())


def guess_columns(target: str, profile: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Our fields by column, best word first; no column is used twice."""
    free = {column["name"]: column for column in profile}
    found: dict[str, str] = {}
    for strict in (True, False):
        for field in FIELDS[target]:
            if field.name in found:
                continue
            name = _best(field, free, strict=strict)
            if name:
                found[field.name] = name
                del free[name]
    return found


def _best(field: Field, free: Mapping[str, Mapping[str, Any]], *, strict: bool) -> str:
    for word in field.words:
        for name, column in free.items():
            header = bare(name)
            hit = header == word if strict else _within(word, header)
            if hit and _fits(field, column):
                return name
    if not strict and field.kind in {"phone", "email"}:
        return next((name for name, column in free.items() if column["looks"] == field.kind), "")
    return ""


def _within(word: str, header: str) -> bool:
    long_enough = len(word) >= (2 if not word.isascii() else 5)
    return long_enough and word in header


def _fits(field: Field, column: Mapping[str, Any]) -> bool:
    if not column["filled"]:
        return False
    if field.kind in {"moment", "day"}:
        return bool(column["date_orders"])
    if field.kind in {"money", "number"}:
        return bool(column["looks"] == "number")
    return not (field.kind == "time" and column["date_orders"])


def guess_target(profile: Sequence[Mapping[str, Any]]) -> str:
    """What the file most likely holds."""
    scores = {
        target: sum(_WEIGHTS.get(name, 1) for name in guess_columns(target, profile))
        - 3 * sum(_is_lost(field, target, profile) for field in FIELDS[target])
        for target in FIELDS
    }
    return max(scores, key=lambda target: scores[target])


def _is_lost(field: Field, target: str, profile: Sequence[Mapping[str, Any]]) -> bool:
    return field.required and field.name not in guess_columns(target, profile)


def guess_match(target: str, profile: Sequence[Mapping[str, Any]]) -> Match:
    """A first match for a file no preset knows."""
    columns = guess_columns(target, profile)
    return Match(columns=columns, options=Options(date_order=guess_order(profile, columns)))


def guess_order(profile: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> str:
    """The order of day, month and year that all date columns allow; month first when in doubt."""
    dates = [column for column in profile if column["name"] in columns.values()]
    allowed = [set(column["date_orders"]) for column in dates if column["date_orders"]]
    common = set.intersection(*allowed) if allowed else {"ymd"}
    return next((order for order in ("ymd", "mdy", "dmy") if order in common), "ymd")


def is_ambiguous(profile: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> bool:
    """Whether the file's dates can be read in two ways, as 03/04/2018 can."""
    used = {columns[name] for name in ("at", "birth", "joined_on", "ends_at") if name in columns}
    orders = [set(c["date_orders"]) for c in profile if c["name"] in used and c["date_orders"]]
    common = set.intersection(*orders) if orders else set()
    return {"mdy", "dmy"} <= common and "ymd" not in common
