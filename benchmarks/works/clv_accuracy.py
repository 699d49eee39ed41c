"""What will customers buy? Ours beside what people use on real shops: learned before, judged after.

The same for all: purchase days of every customer with a purchase before the split, in the days from
the split on; spend likewise. No fit sees the hold-out. The rules of our blend and of our intervals
were compared on these sets while they were written, so they flatter us; the settings of the others
are usual ones. Contestants:

* BG/NBD, MBG/NBD, Pareto/NBD by maximum likelihood, spend by the gamma–gamma;
* BG/NBD and gamma–gamma of the package ``lifetimes``;
* the own rate since the first purchase, purchase days over all of the known past, the same as last
  period;
* LightGBM and HistGradientBoosting on recency, frequency, spend and tenure, learned one horizon
  earlier (half the known past earlier where that is shorter, and stretched).

``python -m benchmarks.works.clv_accuracy`` writes the table of the last measurement to
``docs/accuracy/clv.md``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.sets import SETS, RetailSet, days_of, end_of
from benchmarks.work import Contestant, Work
from benchmarks.works.customer_table import LIFETIMES

HOME = "clv-sets-1"
PAGE = Path("docs/accuracy/clv.md")


def make_input(folder: Path, n: int) -> Path:
    """A folder per set that is on this machine: lines, days, the question, the truth."""
    home = folder / HOME
    home.mkdir(parents=True, exist_ok=True)
    for one in (*SETS, *SIMULATED):
        place = home / one.name.lower().replace(" ", "-").replace(",", "")
        if not (place / "done").exists():
            lines = one.lines()
            if lines is not None:
                _write(place, one, lines)
    return home


def _write(place: Path, one: RetailSet, lines: Any) -> None:
    import duckdb
    import pyarrow.parquet as pq

    place.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.register("days", days_of(lines))
    pq.write_table(lines, place / "lines.parquet")
    known = connection.sql(f"FROM days WHERE day < '{one.split}'").to_arrow_table()
    pq.write_table(known, place / "days.parquet")
    truth = connection.sql(f"""
        SELECT customer_id, count(*) FILTER (bought AND day >= '{one.split}') AS purchases,
               coalesce(sum(amount) FILTER (day >= '{one.split}'), 0)::BIGINT AS spend
        FROM days WHERE day < '{end_of(one)}'
        GROUP BY customer_id HAVING bool_or(bought AND day < '{one.split}')
        ORDER BY customer_id""").to_arrow_table()
    pq.write_table(truth, place / "truth.parquet")
    question = {"split": one.split.isoformat(), "days": one.horizon_days, "name": one.name}
    (place / "question.json").write_text(json.dumps(question))
    (place / "done").write_text(one.name)


def _simulated(k: int, leave: float, seed: int) -> Callable[[], Any]:
    """A shop of 4,000 customers: gaps Erlang-k at own rates, leaving at any purchase."""

    def lines() -> Any:
        import numpy as np
        import pyarrow as pa

        random = np.random.default_rng(seed)
        rows: list[tuple[int, int, int]] = []
        for who in range(4000):
            rate, chance = random.gamma(1.5, 1 / 60), random.beta(1.0, 1 / leave - 1)
            day, mean = random.uniform(0, 500), random.gamma(4.0, 2500.0)
            while day < 730:
                rows.append((who, int(day), int(mean * random.gamma(3.0, 1 / 3)) + 100))
                if random.uniform() < chance:
                    break
                day += max(random.gamma(k, 1 / (rate * k)), 1.0)
        who, day, amount = (list(column) for column in zip(*rows, strict=True))
        first = date(2024, 1, 1)
        return pa.table(
            {
                "customer_id": who,
                "order_id": list(range(len(rows))),
                "ordered_at": pa.array(
                    [first + timedelta(days=one) for one in day], pa.date32()
                ).cast(pa.timestamp("us")),
                "product_id": [1] * len(rows),
                "quantity": [1.0] * len(rows),
                "amount": amount,
            }
        )

    return lines


SPLIT = date(2025, 7, 1)
SIMULATED = (
    RetailSet("Simulated irregular, 18+6 months", SPLIT, 183, _simulated(1, 0.12, 11)),
    RetailSet("Simulated regular, 18+6 months", SPLIT, 183, _simulated(3, 0.06, 12)),
)


def each_set(told: Callable[[Any, Path, dict[str, Any]], Any]) -> Callable[[Path, Any], Any]:
    """A contestant that answers a row per customer: customer_id, purchases, spend, bounds."""

    def run(home: Path, prepared: Any) -> Any:
        import pandas as pd

        answers = []
        for done in sorted(home.glob("*/done")):
            place = done.parent
            question = json.loads((place / "question.json").read_text())
            question["split"] = date.fromisoformat(question["split"])
            days = pd.read_parquet(place / "days.parquet")
            days["day"] = pd.to_datetime(days.day)
            answer = told(days, place, question)
            answer["customer_id"] = answer.customer_id.astype(str)
            answers.append(answer.assign(set=question["name"]))
        return pd.concat(answers)

    return run


def ours(days: Any, place: Path, question: dict[str, Any]) -> Any:
    import pyarrow.parquet as pq

    from regulars import insight
    from regulars.insight.models import clv

    with insight.open_shop({"lines": pq.read_table(place / "lines.parquet")}) as shop:
        value = clv.fit(shop, as_of=question["split"], horizon_days=question["days"])
        scores = value.score(shop, as_of=question["split"]).to_pyarrow().to_pandas()
    scores = scores[scores.expected_purchases.notna()]
    named = {"expected_purchases": "purchases", "expected_spend": "spend"}
    bounds = [f"{name}_{side}" for name in named for side in ("low", "high")]
    return scores[["customer_id", *named, *bounds]].rename(columns=named)


def summary(days: Any, at: date, horizon: int) -> Any:
    """Per customer with a purchase before a day: x, t_x and T in days, spend, recent counts."""
    import pandas as pd

    now = pd.Timestamp(at)
    known = days[days.day < now]
    bought = known[known.bought].groupby("customer_id")
    table = bought.agg(first=("day", "min"), last=("day", "max"), n=("day", "size"),
                       amount=("amount", "sum"))  # fmt: skip
    table["T"] = (now - table["first"]).dt.days
    table["recency"] = (now - table["last"]).dt.days
    recent = known[known.day >= now - pd.Timedelta(days=horizon)]
    table["recent_n"] = recent[recent.bought].groupby("customer_id").size()
    table["recent_spend"] = recent.groupby("customer_id").amount.sum()
    table["spend"] = known.groupby("customer_id").amount.sum()
    table["elapsed"] = (now - known[known.bought].day.min()).days
    return table.fillna({"recent_n": 0, "recent_spend": 0}).reset_index()


def family(code: str) -> Callable[[Any, Path, dict[str, Any]], Any]:
    """One family alone, with the gamma–gamma for spend."""

    def told(days: Any, place: Path, question: dict[str, Any]) -> Any:
        import numpy as np

        from regulars.insight.models.clv.families import Histories
        from regulars.insight.models.clv.likelihood import fit_family
        from regulars.insight.models.clv.spending import GAMMA_GAMMA, fit_spending

        table = summary(days, question["split"], question["days"])
        columns = {
            "purchase_days": table.n.to_numpy(float),
            "bought_amount": table.amount.to_numpy(float),
            "spend": table.spend.to_numpy(float),
        }
        h = Histories(
            columns["purchase_days"] - 1,
            ((table["T"] - table.recency) / 7).to_numpy(float),
            (table["T"] / 7).to_numpy(float),
            np.ones(len(table)),
        )
        expected = fit_family(code, h, prior=False).ahead(h, question["days"] / 7)
        mean = fit_spending(columns).means(columns)[GAMMA_GAMMA]
        return table[["customer_id"]].assign(purchases=expected, spend=expected * mean)

    return told


def by_lifetimes(days: Any, place: Path, question: dict[str, Any]) -> Any:
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import ConvergenceError

    table = summary(days, question["split"], question["days"])
    weeks = question["days"] / 7
    x, t_x, length = table.n - 1, (table["T"] - table.recency) / 7, table["T"] / 7
    model = BetaGeoFitter(penalizer_coef=0.0)
    model.fit(x, t_x, length)
    expected = model.conditional_expected_number_of_purchases_up_to_time(weeks, x, t_x, length)
    mean = table.amount / table.n
    for penalizer in (0.001, 0.01, 0.1):  # a larger one where it does not converge
        money = GammaGammaFitter(penalizer_coef=penalizer)
        with suppress(ConvergenceError):
            money.fit(table.n[mean > 0], mean[mean > 0])
            break
    worth = money.conditional_expected_average_profit(table.n, mean.clip(lower=1))
    return table[["customer_id"]].assign(purchases=expected, spend=expected * worth)


def plain(kind: str) -> Callable[[Any, Path, dict[str, Any]], Any]:
    def told(days: Any, place: Path, question: dict[str, Any]) -> Any:
        h = question["days"]
        table = summary(days, question["split"], h)
        answer = table[["customer_id"]].copy()
        if kind == "last period":
            stretch = h / table.elapsed.clip(upper=h)
            answer["purchases"] = table.recent_n * stretch
            answer["spend"] = table.recent_spend * stretch
        elif kind == "own rate":
            answer["purchases"] = (table.n - 1) / table["T"].clip(lower=1) * h
            answer["spend"] = answer.purchases * table.amount / table.n
        else:
            answer["purchases"] = table.n / table.elapsed * h
            answer["spend"] = table.spend / table.elapsed * h
        return answer

    return told


def boosting(kind: str) -> Callable[[Any, Path, dict[str, Any]], Any]:
    """Recency, frequency, spend, tenure and last period, from one horizon earlier."""

    def told(days: Any, place: Path, question: dict[str, Any]) -> Any:
        import pandas as pd

        split, h = question["split"], question["days"]
        now = summary(days, split, h)
        near = min(h, int(now.elapsed.iloc[0]) // 2)
        now, then = (summary(days, at, near) for at in (split, split - timedelta(days=near)))
        later = days[days.day >= pd.Timestamp(split - timedelta(days=near))]
        y = later[later.bought].groupby("customer_id").size()
        paid = later.groupby("customer_id").amount.sum()
        columns = ["recency", "n", "spend", "T", "recent_n", "recent_spend"]
        answer = now[["customer_id"]].copy()
        for name, outcome in (("purchases", y), ("spend", paid)):
            target = outcome.reindex(then.customer_id).fillna(0).to_numpy()
            model = _regressor(kind).fit(then[columns], target)
            answer[name] = model.predict(now[columns]).clip(min=0) * h / near
        return answer

    return told


def _regressor(kind: str) -> Any:
    if kind == "sklearn":
        from sklearn.ensemble import HistGradientBoostingRegressor

        return HistGradientBoostingRegressor(random_state=0)
    import lightgbm

    return lightgbm.LGBMRegressor(
        n_estimators=200, learning_rate=0.05, num_leaves=15, min_child_samples=30, n_jobs=1,
        random_state=0, verbose=-1,
    )  # fmt: skip


def save(answer: Any, path: Path) -> None:
    answer.to_parquet(path)


def compare(answers: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Per set: errors of purchases and spend, of totals, coverage where there are intervals."""
    import pandas as pd

    found: dict[str, dict[str, Any]] = {}
    for name, path in answers.items():
        told, measures = pd.read_parquet(path), {}
        for done in sorted((Path("var/bench") / HOME).glob("*/done")):
            truth = pd.read_parquet(done.parent / "truth.parquet")
            truth["customer_id"] = truth.customer_id.astype(str)
            own = told[told["set"] == done.read_text()]
            both = truth.merge(own, on="customer_id", how="left", suffixes=("_seen", ""))
            for what, unit in (("purchases", 1), ("spend", 100)):
                kind = f"{done.read_text()} {what}"
                measures |= _measures(kind, both, what, unit)
        found[name] = measures
    return found


def _measures(kind: str, both: Any, what: str, unit: int) -> dict[str, float]:
    import numpy as np

    seen, said = both[f"{what}_seen"] / unit, both[what].fillna(0) / unit
    take = max(len(seen) // 10, 1)
    real, thought = (set(np.argsort(-v.to_numpy(), kind="stable")[:take]) for v in (seen, said))
    measures = {
        f"{kind} MAE": round(float((said - seen).abs().mean()), 4),
        f"{kind} RMSE": round(float(((said - seen) ** 2).mean() ** 0.5), 4),
        f"{kind} total": round(float(said.sum() / seen.sum() - 1), 4),
        f"{kind} top": round(len(real & thought) / take, 4),
    }
    low, high = f"expected_{what}_low", f"expected_{what}_high"
    if low in both:
        inside = (both[low] / unit <= seen) & (seen <= both[high] / unit)
        measures[f"{kind} coverage"] = round(float(inside.mean()), 4)
    return measures


WORK = Work(
    name="clv_accuracy",
    unit="sets",
    sizes=(len(SETS) + len(SIMULATED),),
    make_input=make_input,
    contestants=(
        Contestant("ours", each_set(ours), save=save),
        Contestant("BG-NBD", each_set(family("bg_nbd")), save=save),
        Contestant("MBG-NBD", each_set(family("mbg_nbd")), save=save),
        Contestant("Pareto-NBD", each_set(family("pareto_nbd")), save=save),
        Contestant("lifetimes BG-NBD", each_set(by_lifetimes), save=save, environment=LIFETIMES),
        Contestant("own rate", each_set(plain("own rate")), save=save),
        Contestant("rate of all the past", each_set(plain("rate")), save=save),
        Contestant("last period", each_set(plain("last period")), save=save),
        Contestant("LightGBM on RFM", each_set(boosting("lightgbm")), save=save),
        Contestant("HistGradientBoosting on RFM", each_set(boosting("sklearn")), save=save),
    ),
    compare=compare,
    targets=(
        "MAE of purchases and of spend within 1% of the best of the others, on each set",
        "total purchases within 10%",
        "80% intervals hold 77 to 83%",
    ),
    repeats=1,
)

HEAD = """# How good is the customer value?

Written by `make bench ONLY=clv_accuracy` and `python -m benchmarks.works.clv_accuracy`; the numbers
are those of that run. Everything was fitted before the split: parameters, weights and intervals
never saw what came after.

**What flatters us.** Which members there are and the rules of the blend and of the intervals were
compared on these same sets while they were written; the peers have usual settings. The real check
is other data, such as your own: the back-test of each run says how it did there.

MAE and RMSE are over every customer with a purchase before the split, in purchase days and
in units of money. Total is the sum of what was said over the sum of what came, minus 1. Top is the
share of the real best tenth found in the predicted best tenth. Coverage is the share of customers
whose number lies in their 80% interval; the others tell no interval.

The mean absolute error rewards saying too little: most customers of most shops do nothing in a
period, so a lower total has the lower error. Read the two together.
"""
MEASURES = ("MAE", "RMSE", "total", "top", "coverage")


def page(results: list[dict[str, Any]]) -> str:
    """The page of the guide from the results of ``var/bench.json``."""
    own = [one for one in results if one["work"] == WORK.name and one["seconds"] is not None]
    text = [HEAD]
    for one in (*SETS, *SIMULATED):
        for what in ("purchases", "spend"):
            kind = f"{one.name} {what}"
            rows = [row for row in own if f"{kind} MAE" in row["metrics"]]
            if rows:
                text += [f"\n## {one.name}: {what}\n", "| | MAE | RMSE | total | top | coverage |"]
                text += ["|---|---|---|---|---|---|", *(_row(row, kind) for row in rows)]
    seconds = ", ".join(f"{row['contestant']} {row['metrics']['cpu_seconds']:.0f} s" for row in own)
    text.append(f"\nProcessor time of all sets together, from reading to answering: {seconds}.")
    return "\n".join(text) + "\n"


def _row(row: dict[str, Any], kind: str) -> str:
    told = []
    for name in MEASURES:
        value = row["metrics"].get(f"{kind} {name}")
        if value is None:
            told.append("–")
        elif name in ("MAE", "RMSE"):
            told.append(f"{value:.4f}" if kind.endswith("purchases") else f"{value:.2f}")
        else:
            told.append(f"{value:+.1%}" if name == "total" else f"{value:.1%}")
    return f"| {row['contestant']} | {' | '.join(told)} |"


def main() -> None:
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(json.loads(Path("var/bench.json").read_text())), encoding="utf-8")
    print(f"written: {PAGE}")


if __name__ == "__main__":
    main()
