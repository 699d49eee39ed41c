"""What every model promises, kept by all of them (see ``regulars.insight.models.contract``)."""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from regulars import insight
from tests.unit.insight.known import MODELS, lively_rows
from tests.unit.insight.shops import AS_OF, SCHEMA, line, opened, rows_of

every_model = pytest.mark.parametrize("name", MODELS)


@cache
def fitted(name: str) -> tuple[Any, dict]:
    """The model fitted on the lively shop, and its scores there."""
    with opened(list(lively_rows())) as shop:
        model = MODELS[name].fit(shop, as_of=AS_OF)
        return model, rows_of(model.score(shop, as_of=AS_OF))


def known_customers(rows: list[dict]) -> set:
    return {row["customer_id"] for row in rows} - {None}


def nothing_told(scores: dict) -> bool:
    """Whether no customer got a figure: what is told of missing data aside."""
    return all(
        value is None or not isinstance(value, float)
        for row in scores.values()
        for value in row.values()
    )


@every_model
def test_one_row_per_known_customer_and_something_learned(name: str) -> None:
    model, scores = fitted(name)
    assert model.as_of == AS_OF
    assert model.missing is None
    assert scores.keys() == known_customers(list(lively_rows()))
    assert not nothing_told(scores)


@every_model
def test_neither_the_order_of_rows_nor_later_ones_change_anything(name: str) -> None:
    model, scores = fitted(name)
    rows = list(lively_rows())
    later = [line(who, AS_OF, 9999, order_id=1) for who in ("c000", "c001", "unknown", None)]
    shuffled = random.Random(1).sample(rows + later, len(rows) + len(later))
    with opened(shuffled) as shop:
        again = MODELS[name].fit(shop, as_of=AS_OF)
        assert again.to_json() == model.to_json()
        assert rows_of(again.score(shop, as_of=AS_OF)) == scores
        # The control: a day later the same rows do count.
        tomorrow = rows_of(again.score(shop, as_of=AS_OF + timedelta(days=1)))
        assert tomorrow.keys() == scores.keys() | {"unknown"}


@every_model
def test_goes_to_json_and_back_and_scores_the_same(name: str) -> None:
    model, scores = fitted(name)
    again = type(model).from_json(model.to_json())
    assert again == model
    assert again.to_json() == model.to_json()
    with opened(list(lively_rows())) as shop:
        assert rows_of(again.score(shop, as_of=AS_OF)) == scores


SMALL = {
    "empty": [],
    "anonymous": [line(None, date(2025, 1, 1)), line(None, date(2025, 2, 1))],
    "one customer": [line("a", date(2025, 1, 1)), line("a", date(2025, 3, 1), order_id=2)],
    "returns only": [line("a", date(2025, 1, 1), -100)],
    "only later": [line("a", AS_OF)],
}


@every_model
@pytest.mark.parametrize("rows", SMALL.values(), ids=SMALL)
def test_with_too_little_it_says_what_is_missing(name: str, rows: list[dict]) -> None:
    with opened(rows) as shop:
        model = MODELS[name].fit(shop, as_of=AS_OF)
        scores = rows_of(model.score(shop, as_of=AS_OF))
    assert model.missing is not None
    assert model.missing.about > 0
    assert scores.keys() == known_customers([r for r in rows if r["ordered_at"].date() < AS_OF])
    assert nothing_told(scores)
    assert type(model).from_json(model.to_json()) == model


@every_model
def test_ids_come_back_as_they_went_in(name: str) -> None:
    """A model learned where ids are text scores a shop whose ids are numbers."""
    model, scores = fitted(name)
    rows = [
        row | {"customer_id": row["customer_id"] and int(row["customer_id"][1:])}
        for row in lively_rows()
    ]
    numbered = SCHEMA.set(0, pa.field("customer_id", pa.int64()))
    with insight.open_shop({"lines": pa.Table.from_pylist(rows, numbered)}) as shop:
        told = rows_of(model.score(shop, as_of=AS_OF))
    assert told.keys() == {int(who[1:]) for who in scores}
