"""Customer value of a generated shop: lines in, expected purchases and spend of everybody out.

Ours judges ten members on past dates, fits them, and scores with intervals; the peers fit BG/NBD
and gamma–gamma once and score without. Their table of customers is made by their own tools, which
is part of the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.work import Contestant, Environment, Work
from benchmarks.works.customer_table import (
    AS_OF,
    LIFETIMES,
    make_input,
    prepare_lifetimes,
    prepare_ours,
    save_arrow,
    save_pandas,
)

HORIZON_DAYS = 365
PYMC = Environment(
    "pymc",
    (
        "pymc-marketing==0.15.1",
        "pymc==5.25.1",
        "numpy<2.3",
        "pandas<3",
        "pyarrow==17.0.0",
    ),
)


def run_ours(folder: Path, insight: Any) -> Any:
    from regulars.insight.models import clv

    with insight.open_shop(folder) as shop:
        shop.at(AS_OF).hold()
        value = clv.fit(shop, as_of=AS_OF, horizon_days=HORIZON_DAYS)
        scores = value.score(shop, as_of=AS_OF)
        return scores.select("customer_id", "expected_purchases", "expected_spend").to_pyarrow()


def run_one_family(folder: Path, insight: Any) -> Any:
    """BG/NBD and gamma–gamma alone, as the peers do it: no back-test, no interval."""
    import numpy as np
    import pyarrow as pa

    from regulars.insight.models.clv.cases import cases, windows_of
    from regulars.insight.models.clv.likelihood import fit_family
    from regulars.insight.models.clv.members import by_family, distinct, histories
    from regulars.insight.models.clv.spending import GAMMA_GAMMA, fit_spending

    with insight.open_shop(folder) as shop:
        days = shop.at(AS_OF).day_totals
        table = cases(days, [AS_OF], windows_of(HORIZON_DAYS)).drop("at").to_pyarrow()
    columns = {
        name: table[name].to_numpy().astype(float)
        for name in ("purchase_days", "first_days", "last_days", "spend", "bought_amount")
    }
    fits = {"bg_nbd": fit_family("bg_nbd", distinct(histories(columns)))}
    expected = by_family(fits, columns, HORIZON_DAYS)["bg_nbd"]
    worth = fit_spending(columns).means(columns)[GAMMA_GAMMA]
    return pa.table(
        {
            "customer_id": table["customer_id"],
            "expected_purchases": expected,
            "expected_spend": np.round(expected * worth),
        }
    )


def run_lifetimes(folder: Path, pd: Any) -> Any:
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import summary_data_from_transaction_data

    columns = ["customer_id", "ordered_at", "amount"]
    lines = pd.read_parquet(folder / "lines.parquet", columns=columns)
    table = summary_data_from_transaction_data(
        lines, "customer_id", "ordered_at", "amount", observation_period_end=AS_OF
    )
    x, t_x, length = table.frequency, table.recency / 7, table["T"] / 7
    model = BetaGeoFitter(penalizer_coef=0.001)
    model.fit(x, t_x, length)
    expected = model.conditional_expected_number_of_purchases_up_to_time(
        HORIZON_DAYS / 7, x, t_x, length
    )
    again = table[(x > 0) & (table.monetary_value > 0)]
    money = GammaGammaFitter(penalizer_coef=0.001)
    money.fit(again.frequency, again.monetary_value)
    mean = money.conditional_expected_average_profit(x, table.monetary_value)
    return _answer(pd, table.index, expected, mean)


def _answer(pd: Any, customers: Any, expected: Any, mean: Any) -> Any:
    return pd.DataFrame(
        {
            "customer_id": list(customers),
            "expected_purchases": list(expected),
            "expected_spend": [a * b for a, b in zip(expected, mean, strict=True)],
        }
    )


def prepare_pymc() -> Any:
    import pandas
    import pymc_marketing.clv  # noqa: F401

    return pandas


def run_pymc(folder: Path, pd: Any) -> Any:
    """The most likely parameters; sampling them takes many times longer."""
    from pymc_marketing.clv import BetaGeoModel, GammaGammaModel, rfm_summary

    columns = ["customer_id", "ordered_at", "amount"]
    lines = pd.read_parquet(folder / "lines.parquet", columns=columns)
    table = rfm_summary(
        lines, "customer_id", "ordered_at", "amount", observation_period_end=str(AS_OF)
    )
    for column in ("recency", "T"):
        table[column] /= 7
    model = BetaGeoModel(data=table)
    model.fit(method="map", progressbar=False)
    told = model.expected_purchases(data=table, future_t=HORIZON_DAYS / 7)
    again = table[(table.frequency > 0) & (table.monetary_value > 0)]
    money = GammaGammaModel(data=again)
    money.fit(method="map", progressbar=False)
    mean = money.expected_customer_spend(data=table)
    return _answer(
        pd,
        table.customer_id,
        told.mean(("chain", "draw")).to_numpy(),
        mean.mean(("chain", "draw")).to_numpy(),
    )


def compare(answers: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Customers scored and the sums that were told; they are estimates and need not agree."""
    import pandas as pd

    found = {}
    for name, path in answers.items():
        told = pd.read_parquet(path)
        found[name] = {
            "customers": len(told),
            "purchases": round(float(told.expected_purchases.sum())),
        }
    return found


WORK = Work(
    name="clv_fit",
    unit="lines",
    sizes=(1_000_000, 10_000_000),
    make_input=make_input,
    contestants=(
        Contestant("ours", run_ours, prepare_ours, save_arrow),
        Contestant("ours, BG-NBD alone", run_one_family, prepare_ours, save_arrow),
        Contestant("lifetimes", run_lifetimes, prepare_lifetimes, save_pandas, LIFETIMES),
        Contestant("pymc-marketing", run_pymc, prepare_pymc, save_pandas, PYMC),
    ),
    compare=compare,
    targets=("one family alone faster than every peer", "bounded memory at any size"),
    repeats=1,
)
