"""The CD shop's published data: counts told another way must agree. Left out when it is absent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from regulars import insight

FILE = Path(__file__).parents[4] / "shared" / "data" / "cdnow" / "CDNOW_master.txt"
AS_OF = date(1998, 7, 1)


@pytest.fixture(scope="module")
def purchases() -> list[tuple[int, date, int, int]]:
    """customer, day, discs, cents."""
    if not FILE.exists():
        pytest.skip(f"{FILE.name} is not on this machine")
    rows = (row.split() for row in FILE.read_text().splitlines() if row.strip()[:1].isdigit())
    return [
        (int(who), date.fromisoformat(day), int(discs), round(float(usd) * 100))
        for who, day, discs, usd in rows
    ]


@pytest.fixture(scope="module")
def shop(purchases: list[tuple[int, date, int, int]]) -> Iterator[insight.Shop]:
    who, day, discs, cents = zip(*purchases, strict=True)
    lines = pa.table(
        {
            "customer_id": who,
            "order_id": range(len(who)),
            "ordered_at": pa.array(day, pa.date32()).cast(pa.timestamp("us")),
            "product_id": ["cd"] * len(who),
            "quantity": discs,
            "amount": cents,
        }
    )
    with insight.open_shop({"lines": lines}) as opened:
        opened.at(AS_OF).hold()
        yield opened


def test_published_counts(shop: insight.Shop, purchases: list) -> None:
    history = insight.features.summary.summary(shop, as_of=AS_OF).to_pyarrow()
    assert len(purchases) == 69_659
    assert history.num_rows == 23_570
    assert sum(history["spend"].to_pylist()) == sum(cents for *_, cents in purchases)


def test_histories_told_in_plain_python_agree(shop: insight.Shop, purchases: list) -> None:
    taken: dict[int, dict[date, list[int]]] = defaultdict(lambda: defaultdict(list))
    for who, day, _, cents in purchases:
        taken[who][day].append(cents)
    rows = insight.features.summary.summary(shop, as_of=AS_OF).to_pyarrow().to_pylist()
    for row in rows:
        days = sorted(day for day, paid in taken[row["customer_id"]].items() if max(paid) > 0)
        assert row["purchase_days"] == len(days)
        if days:
            assert (row["first_on"], row["last_on"]) == (days[0], days[-1])
            assert row["recency_days"] == (AS_OF - days[-1]).days


def test_the_back_test_beats_the_plain_share(shop: insight.Shop) -> None:
    rates = insight.models.return_rates.fit(shop, as_of=AS_OF)
    test = rates.back_test
    assert test is not None
    assert test.brier < test.brier_of_share
    assert test.auc is not None
    assert test.auc_of_recency is not None
    assert test.auc >= test.auc_of_recency
