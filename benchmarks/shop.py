"""A generated shop of any size: the same seed and size give the same rows, always.

Customers join over three years and buy at rates of their own (gamma distributed, as in the
negative binomial models of repeat buying), stop at some point or not, and fill baskets as
large as a grocery's. Some lines are taken back; every basket stays above zero, so that every
contestant agrees on what a purchase is. Rows are in the order of time, as a till writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

START = date(2023, 1, 1)
AS_OF = date(2026, 1, 1)
LINES_PER_ORDER = 9.4
"""The mean basket of The Complete Journey: 1,469,307 lines in 155,848 baskets."""
LINES_PER_CUSTOMER = 20
SEED = 20260101
PIECE = 1 << 20
ROW_GROUP = 122_880
SECONDS_PER_DAY = 86_400


def lines_of(n: int, seed: int = SEED) -> pa.Table:
    """Exactly n lines of about n / 20 customers, shaped like the ``lines`` table of insight."""
    return pa.concat_tables(pieces_of(n, seed)).combine_chunks()


def pieces_of(n: int, seed: int = SEED) -> Iterator[pa.Table]:
    """The same lines piece by piece, each of about a million: memory grows with orders alone."""
    customers, orders_at, size = _orders(np.random.default_rng(seed), n)
    ends = np.cumsum(size)
    cuts = np.searchsorted(ends, np.arange(PIECE, n, PIECE))
    bounds = np.unique(np.r_[0, cuts, len(size)])
    for piece, (begin, end) in enumerate(pairwise(bounds.tolist())):
        random = np.random.default_rng([seed, piece])
        order = np.repeat(np.arange(begin, end), size[begin:end])
        yield _filled(random, order, customers[order], orders_at[order])


def _filled(
    random: np.random.Generator, order: np.ndarray, customers: np.ndarray, moments: np.ndarray
) -> pa.Table:
    n = len(order)
    first = np.r_[True, order[1:] != order[:-1]]
    amount = np.maximum(100, random.lognormal(7.5, 0.9, n).astype("int64"))
    # A taken-back line costs less than the first line of its basket, which alone keeps it above 0.
    back = ~first & (random.random(n) < 0.02)
    amount[back] = -1
    return pa.table(
        {
            "customer_id": customers,
            "order_id": order.astype("int64"),
            "ordered_at": pa.array(moments, pa.timestamp("us")),
            "product_id": (random.pareto(1.2, n) * 50).astype("int64") % 20_000,
            "quantity": np.where(back, -1.0, random.integers(1, 4, n).astype("float64")),
            "amount": amount,
        }
    )


def _orders(random: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customer, moment and number of lines of each order, by time; n lines together."""
    people = max(1, n // LINES_PER_CUSTOMER)
    horizon = (AS_OF - START).days
    joined = random.integers(0, horizon, people)
    stays = np.minimum(random.exponential(700, people).astype("int64") + 1, horizon - joined)
    rate = random.gamma(0.9, 1 / 24, people)
    again = np.r_[0, np.repeat(np.arange(people), random.poisson(rate * stays))]
    # An eighth of n orders of 9.4 lines are more than enough for n lines.
    size = random.geometric(1 / LINES_PER_ORDER, n // 8 + 100)
    total = int(np.searchsorted(np.cumsum(size), n)) + 1
    size = size[:total]
    size[-1] -= size.sum() - n
    # Everyone came once; who came again fills the rest.
    more = random.choice(again, max(0, total - people))
    customer = np.r_[np.arange(people), more][:total]
    day = joined[customer] + (random.random(total) * stays[customer]).astype("int64")
    second = random.triangular(9, 17, 22, total) * 3600
    moment = np.datetime64(START, "us") + (day * SECONDS_PER_DAY + second).astype(
        "int64"
    ) * np.timedelta64(1_000_000, "us")
    by_time = np.argsort(moment, kind="stable")
    return customer[by_time].astype("int64"), moment[by_time], size[by_time]


def shop_folder(folder: Path, n: int) -> Path:
    """The Parquet folder of a generated shop of n lines, made once."""
    shop = folder / f"shop-{n}"
    if not (shop / "lines.parquet").exists():
        shop.mkdir(parents=True, exist_ok=True)
        part = shop / "lines.parquet.part"
        pieces = pieces_of(n)
        first = next(pieces)
        with pq.ParquetWriter(part, first.schema) as writer:
            for piece in chain([first], pieces):
                writer.write_table(piece, row_group_size=ROW_GROUP)
        part.rename(shop / "lines.parquet")
    return shop
