"""The whole analysis of a shop: from its lines to a table of customers, models included.

Ours is a run: every feature, customer value with intervals, churn with reasons, segments, flows
between stages, all figures, written to Parquet with a manifest. The other way is the one that
tutorials teach, with the libraries people use: features by pandas, BG/NBD and Gamma-Gamma by
``lifetimes``, churn by scikit-learn's gradient boosting, groups by k-means. It does less (see the
columns), and what it does the same way.

``python -m benchmarks --only full_run --n 100000000`` measures ours at the size of a chain.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.work import Contestant, Environment, Work

AS_OF = date(2026, 1, 1)
HORIZON_DAYS = 90
YEAR_DAYS = 365
MOST_BY_PANDAS = 20_000_000
USUAL = Environment(
    "usual",
    (
        "lifetimes==0.11.3",
        "numpy==1.26.4",
        "pandas==2.2.3",
        "scipy==1.13.1",
        "scikit-learn==1.5.2",
        "pyarrow==17.0.0",
    ),
)


def make_input(folder: Path, n: int) -> Path:
    from benchmarks.shop import shop_folder

    return shop_folder(folder, n)


def prepare_ours() -> Any:
    import lightgbm  # noqa: F401
    import pandas  # noqa: F401  (Ibis imports it with its first result)
    import sklearn.ensemble  # noqa: F401

    from regulars import insight

    return insight


def run_ours(folder: Path, insight: Any) -> Any:
    out = folder.parent / f"{folder.name}-run"
    return insight.run(folder, as_of=AS_OF, out=out)


def save_ours(answer: Any, path: Path) -> None:
    import pyarrow.parquet as pq

    told = pq.read_metadata(answer.customers)
    steps = {step["step"]: step["seconds"] for step in answer.manifest["steps"]}
    path.write_text(
        json.dumps({"customers": told.num_rows, "columns": told.num_columns, "steps": steps})
    )


def prepare_usual() -> Any:
    import lifetimes  # noqa: F401
    import pandas
    import sklearn.cluster
    import sklearn.ensemble  # noqa: F401

    return pandas


def run_usual(folder: Path, pd: Any) -> Any:
    import pyarrow.parquet as pq

    rows = pq.read_metadata(folder / "lines.parquet").num_rows
    if rows > MOST_BY_PANDAS:
        raise RuntimeError(f"not tried with more than {MOST_BY_PANDAS:,} lines: memory")
    columns = ["customer_id", "order_id", "ordered_at", "product_id", "amount"]
    lines = pd.read_parquet(folder / "lines.parquet", columns=columns)
    lines["day"] = lines.ordered_at.dt.normalize()
    now = pd.Timestamp(AS_OF)
    table = features(lines, now, pd)
    table = table.join(favourites(lines)).join(habits(lines))
    table = table.join(value(lines))
    table["p_churn"] = churn(lines, table, now, pd)
    table["cluster"] = clusters(table)
    table.to_parquet(folder.parent / f"{folder.name}-usual.parquet")
    return table


def features(lines: Any, now: Any, pd: Any) -> Any:
    """Recency, frequency, money, gaps and scores of everyone known before ``now``."""
    past = lines[lines.day < now]
    orders = past.groupby(["customer_id", "order_id", "day"], as_index=False).amount.sum()
    days = orders.groupby(["customer_id", "day"], as_index=False).amount.sum()
    days = days[days.amount > 0].sort_values(["customer_id", "day"])
    days["gap"] = days.groupby("customer_id").day.diff().dt.days
    recent = days[days.day >= now - pd.Timedelta(days=YEAR_DAYS)]
    table = days.groupby("customer_id").agg(
        first=("day", "min"),
        last=("day", "max"),
        purchase_days=("day", "size"),
        spend=("amount", "sum"),
        average=("amount", "mean"),
        usual_gap=("gap", "median"),
    )
    table["spend_365d"] = recent.groupby("customer_id").amount.sum()
    table["days_365d"] = recent.groupby("customer_id").size()
    table["recency"] = (now - table["last"]).dt.days
    table["tenure"] = (now - table["first"]).dt.days
    table = table.fillna({"spend_365d": 0, "days_365d": 0})
    table["usual_gap"] = table.usual_gap.fillna(table.usual_gap.median())
    for column in ("recency", "purchase_days", "spend"):
        table[f"{column}_score"] = pd.qcut(table[column].rank(method="first"), 5, labels=False)
    return table.drop(columns=["first", "last"])


def favourites(lines: Any) -> Any:
    spent = lines.groupby(["customer_id", "product_id"]).amount.sum().reset_index()
    best = spent.sort_values("amount", ascending=False).drop_duplicates("customer_id")
    return best.set_index("customer_id").product_id.rename("top_product")


def habits(lines: Any) -> Any:
    """The weekday and the hour each customer comes most often."""
    orders = lines.drop_duplicates(["customer_id", "order_id"])
    table = None
    for name, part in (
        ("weekday", orders.ordered_at.dt.weekday),
        ("hour", orders.ordered_at.dt.hour),
    ):
        counts = orders.groupby(["customer_id", part.rename(name)]).size().rename("n")
        best = counts.reset_index().sort_values("n", ascending=False)
        one = best.drop_duplicates("customer_id").set_index("customer_id")[name]
        table = one.to_frame() if table is None else table.join(one)
    return table


def value(lines: Any) -> Any:
    """Expected purchases and spend of the year to come by BG/NBD and Gamma-Gamma."""
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import summary_data_from_transaction_data

    summary = summary_data_from_transaction_data(
        lines, "customer_id", "ordered_at", "amount", observation_period_end=AS_OF, freq="D"
    )
    process = BetaGeoFitter(penalizer_coef=0.001)
    process.fit(summary.frequency, summary.recency, summary["T"])
    again = summary[(summary.frequency > 0) & (summary.monetary_value > 0)]
    money = GammaGammaFitter(penalizer_coef=0.001)
    money.fit(again.frequency, again.monetary_value)
    told = summary[["frequency"]].copy()
    told["expected_purchases"] = process.predict(
        YEAR_DAYS, summary.frequency, summary.recency, summary["T"]
    )
    mean = money.conditional_expected_average_profit(
        summary.frequency, summary.monetary_value.clip(lower=0)
    )
    told["expected_spend"] = told.expected_purchases * mean
    told["p_alive"] = process.conditional_probability_alive(
        summary.frequency, summary.recency, summary["T"]
    )
    return told.drop(columns="frequency")


LEARNED = ["recency", "tenure", "purchase_days", "spend", "average", "usual_gap", "days_365d"]


def churn(lines: Any, table: Any, now: Any, pd: Any) -> Any:
    """The chance of no purchase in the next 90 days, learned 90 days ago."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    then = now - pd.Timedelta(days=HORIZON_DAYS)
    past = features(lines, then, pd)
    back = lines[lines.day >= then].customer_id.unique()
    model = HistGradientBoostingClassifier(random_state=0)
    model.fit(past[LEARNED], ~past.index.isin(back))
    return model.predict_proba(table[LEARNED])[:, 1]


def clusters(table: Any) -> Any:
    import numpy as np
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    points = np.log1p(table[["recency", "purchase_days", "average", "spend_365d"]].clip(lower=0))
    scaled = StandardScaler().fit_transform(points)
    return KMeans(5, n_init=10, random_state=0).fit_predict(scaled)


def save_usual(answer: Any, path: Path) -> None:
    path.write_text(json.dumps({"customers": len(answer), "columns": len(answer.columns)}))


def compare(answers: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """What came out, and for ours the seconds of each step."""
    found = {}
    for name, path in answers.items():
        told = json.loads(path.read_text())
        steps = told.pop("steps", {})
        found[name] = {**told, **{step: f"{seconds:.1f} s" for step, seconds in steps.items()}}
    return found


WORK = Work(
    name="full_run",
    unit="lines",
    sizes=(1_000_000, 10_000_000),
    make_input=make_input,
    contestants=(
        Contestant("ours", run_ours, prepare_ours, save_ours),
        Contestant("pandas, lifetimes, sklearn", run_usual, prepare_usual, save_usual, USUAL),
    ),
    compare=compare,
    targets=(
        "100 million lines of 5 million customers in under 3 minutes and 8 GB on 2 cores (--n)",
        "from 10 to 100 million lines at most 11 times the time",
    ),
    repeats=1,
)
